// The simulated wire: hosts, virtual time, and what happens to frames on their way, all from one seed.
//
//   const wire = new Wire(seed, { loss: 0.05 });  wire.add(host);  wire.runUntil(() => done, seconds(600));

import type { Host } from "./host.ts";

export interface Faults {
  /** Probabilities for a frame. */
  loss?: number;
  reordering?: number;
  duplication?: number;
  corruption?: number;
  /** One way, microseconds. */
  latency_us?: number;
  /** Added to a frame that is to be overtaken. */
  extraDelay_us?: number;
  bits_per_us?: number;
}

interface Arrival {
  time_us: number;
  order: number;
  host: Host;
  frame: Buffer;
}

export const seconds = (count: number): number => count * 1_000_000;
const NEVER = 0xffff_ffff_ffff_ffffn;
const ROUNDS_MAX = 1000;

/** A small generator of numbers in [0, 1): mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

export class Wire {
  now_us = 1000;
  readonly random: () => number;
  /** Called after each time a host has run. */
  app: (host: Host) => void = () => undefined;
  /** Sees every frame that a host sends; → false: it is lost. */
  tap: (frame: Buffer, from: Host) => boolean = () => true;
  /** Frames sent. */
  frames = 0;
  private readonly hosts: Host[] = [];
  private readonly heap: Arrival[] = [];
  private order = 0;
  private readonly lineFree_us = new Map<Host, number>();

  constructor(
    readonly seed: number,
    public faults: Faults = {},
  ) {
    this.random = randomFrom(seed);
  }

  add(...hosts: Host[]): void {
    this.hosts.push(...hosts);
  }

  /** Lets a host work off what it has; puts its frames on the wire. */
  poke(host: Host): void {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      host.stack.run(BigInt(Math.floor(this.now_us)));
      this.app(host);
      const more = host.stack.run(BigInt(Math.floor(this.now_us)));
      const frames = host.takeFrames();
      for (const frame of frames) this.transmit(host, frame);
      if (frames.length === 0 && !more) return;
    }
    throw new Error(`seed ${this.seed}: a host never comes to rest`);
  }

  /** Puts a frame on the wire as if `from` had sent it. */
  transmit(from: Host, frame: Buffer): void {
    this.frames += 1;
    if (!this.tap(frame, from)) return;
    const { loss = 0, reordering = 0, duplication = 0, corruption = 0 } = this.faults;
    const { latency_us = 500, extraDelay_us = 1500, bits_per_us = 1000 } = this.faults;
    const start = Math.max(this.now_us, this.lineFree_us.get(from) ?? 0);
    const end = start + (frame.length * 8) / bits_per_us;
    this.lineFree_us.set(from, end);
    for (const host of this.hosts) {
      if (host === from) continue;
      const copies = this.random() < duplication ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) {
        if (this.random() < loss) continue;
        let arriving = frame;
        if (this.random() < corruption) arriving = this.corrupt(frame);
        const late = this.random() < reordering ? this.random() * extraDelay_us : 0;
        this.push({ time_us: end + latency_us + late, order: this.order++, host, frame: arriving });
      }
    }
  }

  private corrupt(frame: Buffer): Buffer {
    const bad = Buffer.from(frame);
    bad[Math.floor(this.random() * bad.length)] ^= 1 << Math.floor(this.random() * 8);
    return bad;
  }

  /** Runs until `done`, or until nothing can happen any more, or for `limit_us`. → whether `done` */
  runUntil(done: () => boolean, limit_us: number): boolean {
    const end = this.now_us + limit_us;
    for (const host of this.hosts) this.poke(host);
    while (!done()) {
      const next = this.nextTime();
      if (next > end) {
        this.now_us = end;
        return false;
      }
      this.now_us = Math.max(this.now_us, next);
      const touched = new Set<Host>();
      while (this.heap.length > 0 && this.heap[0].time_us <= this.now_us) {
        const { host, frame } = this.pop();
        host.stack.advance(BigInt(Math.floor(this.now_us)));
        host.receive(frame);
        touched.add(host);
      }
      for (const host of this.hosts) {
        if (host.stack.deadline() <= BigInt(Math.floor(this.now_us))) touched.add(host);
      }
      for (const host of touched) this.poke(host);
    }
    return true;
  }

  /** Lets `duration_us` pass. */
  pass(duration_us: number): void {
    this.runUntil(() => false, duration_us);
  }

  private nextTime(): number {
    let next = this.heap.length > 0 ? this.heap[0].time_us : Infinity;
    for (const host of this.hosts) {
      const deadline = BigInt.asUintN(64, host.stack.deadline());
      if (deadline !== NEVER) next = Math.min(next, Number(deadline));
    }
    return next;
  }

  private isBefore(a: Arrival, b: Arrival): boolean {
    return a.time_us < b.time_us || (a.time_us === b.time_us && a.order < b.order);
  }

  private push(arrival: Arrival): void {
    const { heap } = this;
    let i = heap.push(arrival) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.isBefore(heap[i], heap[parent])) break;
      [heap[i], heap[parent]] = [heap[parent], heap[i]];
      i = parent;
    }
  }

  private pop(): Arrival {
    const { heap } = this;
    const [first] = heap;
    const last = heap.pop() as Arrival;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let i = 0; ;) {
      const left = 2 * i + 1;
      let least = i;
      if (left < heap.length && this.isBefore(heap[left], heap[least])) least = left;
      if (left + 1 < heap.length && this.isBefore(heap[left + 1], heap[least])) least = left + 1;
      if (least === i) return first;
      [heap[i], heap[least]] = [heap[least], heap[i]];
      i = least;
    }
  }
}
