// What must hold of the kernel's queues after every step, whatever the model thinks: each thread in exactly the place that its
// state says, links that agree in both directions, masks and counts that match, timers in order, the best thread running.

import { MAX_ENDPOINTS, MAX_PRIORITY, MAX_PROCESSES } from "../../abi/limits.ts";
import { layout, word } from "./layout.ts";
import { STATE } from "./model/state.ts";
import type { View } from "./view.ts";

/** An invariant does not hold. */
export class Violation extends Error {}

const F = {
  state: word("THREAD_STATE"),
  priority: word("THREAD_PRIORITY"),
  server: word("THREAD_SERVER"),
  endpoint: word("THREAD_ENDPOINT"),
  notified: word("THREAD_NOTIFIED"),
  token: word("THREAD_TOKEN"),
  waitsAny: word("THREAD_WAITS_ANY"),
  owned: word("THREAD_OWNED"),
  readyNext: word("THREAD_READY_NEXT"),
  readyPrev: word("THREAD_READY_PREV"),
  timerNext: word("THREAD_TIMER_NEXT"),
  timerPrev: word("THREAD_TIMER_PREV"),
  deadline: layout("THREAD_DEADLINE") >> 3,
};
const E = {
  id: word("ENDPOINT_ID"),
  owner: word("ENDPOINT_OWNER"),
  waiter: word("ENDPOINT_WAITER"),
  queued: word("ENDPOINT_QUEUED"),
  queues: word("ENDPOINT_QUEUES"),
  stored: word("ENDPOINT_STORED"),
  nextOwned: word("ENDPOINT_NEXT_OWNED"),
};
const I = { next: word("ITEM_NEXT"), prev: word("ITEM_PREV"), kind: word("ITEM_KIND"), info: word("ITEM_INFO") };
const ITEM = layout("THREAD_ITEM");
const ENDPOINT_TABLE = layout("ENDPOINT_TABLE");
const ENDPOINT_SIZE = layout("ENDPOINT_SIZE");
const CORE = layout("CORE_TABLE");
const C = {
  current: (CORE + layout("CORE_CURRENT")) >> 2,
  mask: (CORE + layout("CORE_READY_MASK")) >> 2,
  queues: (CORE + layout("CORE_READY_QUEUES")) >> 2,
  timers: (CORE + layout("CORE_TIMERS")) >> 2,
  quantumEnd: (CORE + layout("CORE_QUANTUM_END")) >> 3,
};
const MESSAGE_PRIORITIES = 4;
const TOKEN_SLOT_MASK = MAX_PROCESSES - 1;

export class Invariants {
  private readonly places = new Uint8Array(MAX_PROCESSES);
  private readonly u32: Uint32Array;
  private readonly u64: BigUint64Array;

  constructor(private readonly view: View) {
    this.u32 = view.machine.u32;
    this.u64 = view.machine.u64;
  }

  private fail(what: string): never {
    throw new Violation(what);
  }

  private name(thread: number): string {
    return `thread ${this.view.slotOf(thread)}`;
  }

  private of(thread: number, field: number): number {
    return this.u32[(thread >> 2) + field];
  }

  /** All of them. */
  check(): void {
    this.places.fill(0);
    this.readyQueues();
    for (let i = 0; i < MAX_ENDPOINTS; i++) this.endpoint(i);
    this.threads();
    this.timers();
  }

  private readyQueues(): void {
    const { u32 } = this;
    const current = u32[C.current];
    let mask = 0;
    for (let p = 0; p <= MAX_PRIORITY; p++) {
      let before = 0;
      for (let t = u32[C.queues + 2 * p]; t !== 0; t = this.of(t, F.readyNext)) {
        if (this.of(t, F.readyPrev) !== before) this.fail(`${this.name(t)} is linked wrongly in ready queue ${p}`);
        if (this.of(t, F.state) !== STATE.READY) this.fail(`${this.name(t)} stands in ready queue ${p} but is not ready`);
        if (this.of(t, F.priority) !== p) this.fail(`${this.name(t)} stands in ready queue ${p}, not its priority's`);
        if (t === current) this.fail(`${this.name(t)} runs and stands in a ready queue`);
        if (++this.places[this.view.slotOf(t)] > 1) this.fail(`${this.name(t)} stands in ready queues twice`);
        before = t;
        mask |= 1 << p;
      }
      if (u32[C.queues + 2 * p + 1] !== before) this.fail(`the tail of ready queue ${p} is wrong`);
    }
    if (u32[C.mask] !== mask >>> 0) this.fail(`the ready mask is ${u32[C.mask].toString(2)}, not ${(mask >>> 0).toString(2)}`);
    if (current !== 0 && mask !== 0 && 31 - Math.clz32(mask) > this.of(current, F.priority))
      this.fail(`${this.name(current)} runs although somebody better is ready`);
    if (mask !== 0 && this.u64[C.quantumEnd] === 0n) this.fail("somebody is ready, but no quantum runs");
  }

  private endpoint(index: number): void {
    const { u32 } = this;
    const ep = (ENDPOINT_TABLE + index * ENDPOINT_SIZE) >> 2;
    const [owner, waiter] = [u32[ep + E.owner], u32[ep + E.waiter]];
    if (u32[ep + E.id] === 0) {
      if (owner || waiter || u32[ep + E.queued]) this.fail(`free endpoint ${index} has an owner, a waiter or a queue`);
      return;
    }
    let mask = 0;
    let stored = 0;
    for (let p = 0; p < MESSAGE_PRIORITIES; p++) {
      const found = this.queue(ep, index, p);
      if (found.length > 0) mask |= 1 << p;
      stored |= found.stored << (8 * p);
    }
    if (u32[ep + E.queued] !== mask) this.fail(`endpoint ${index}: the queued mask is ${u32[ep + E.queued]}, not ${mask}`);
    if (u32[ep + E.stored] !== stored >>> 0) this.fail(`endpoint ${index}: the count of stored messages is wrong`);
    const waits = waiter || (owner && this.of(owner, F.waitsAny) ? owner : 0);
    if (waits && waits !== owner) this.fail(`endpoint ${index}: who waits is not its owner`);
    if (waits && this.of(waits, F.state) !== STATE.RECEIVING) this.fail(`endpoint ${index}: its waiter does not receive`);
    if (waits && mask) this.fail(`endpoint ${index}: its owner waits, and a message is queued`);
    if (owner) this.ring(owner, ep << 2, index);
  }

  private queue(ep: number, index: number, p: number): { length: number; stored: number } {
    const { u32 } = this;
    const head = ep + E.queues + 2 * p;
    const where = `endpoint ${index}, queue ${p}`;
    let before = 0;
    let length = 0;
    let stored = 0;
    for (let item = u32[head]; item !== 0; item = u32[(item >> 2) + I.next]) {
      if (u32[(item >> 2) + I.prev] !== before) this.fail(`${where}: an item is linked wrongly`);
      if (((u32[(item >> 2) + I.info] >>> 16) & 0xff) !== p) this.fail(`${where}: an item is of another priority`);
      if (u32[(item >> 2) + I.kind] !== 0) stored++;
      else this.caller(item - ITEM, ep << 2, where);
      if (++length > MAX_PROCESSES + 32) this.fail(`${where} has no end`);
      before = item;
    }
    if (u32[head + 1] !== before) this.fail(`${where}: the tail is wrong`);
    return { length, stored };
  }

  private caller(t: number, ep: number, where: string): void {
    if (this.of(t, F.state) !== STATE.SENDING) this.fail(`${where}: ${this.name(t)} stands there but is not sending`);
    if (this.of(t, F.endpoint) !== ep) this.fail(`${where}: ${this.name(t)} believes to wait elsewhere`);
    if (++this.places[this.view.slotOf(t)] > 1) this.fail(`${where}: ${this.name(t)} stands in two places`);
  }

  /** The owner's ring must lead to the endpoint. */
  private ring(owner: number, ep: number, index: number): void {
    let at = this.of(owner, F.owned);
    for (let i = 0; i < MAX_ENDPOINTS; i++) {
      if (at === ep) return;
      if (at === 0) break;
      at = this.u32[(at >> 2) + E.nextOwned];
    }
    this.fail(`endpoint ${index} is not among those of ${this.name(owner)}, its owner`);
  }

  private threads(): void {
    const current = this.u32[C.current];
    for (let slot = 1; slot < MAX_PROCESSES; slot++) {
      const t = this.view.thread(slot);
      const state = this.of(t, F.state);
      const placed = this.places[slot] + (t === current ? 1 : 0);
      const belongs = state === STATE.READY || state === STATE.SENDING;
      if (placed !== (belongs ? 1 : 0)) this.fail(`thread ${slot} in state ${state} stands in ${placed} places`);
      if (state === STATE.RECEIVING) this.receiver(t);
      if (state === STATE.AWAITING_REPLY) this.held(t);
      if (state !== STATE.FREE && (this.of(t, F.token) & TOKEN_SLOT_MASK) !== slot)
        this.fail(`the token of thread ${slot} names another slot`);
    }
  }

  private receiver(t: number): void {
    const ep = this.of(t, F.endpoint);
    if (ep && this.u32[(ep >> 2) + E.waiter] !== t) this.fail(`${this.name(t)} receives where it does not wait`);
    if (this.of(t, F.notified) || this.of(t, F.notified + 1))
      this.fail(`${this.name(t)} waits in a receive although it was notified`);
  }

  /** Whoever holds a call can answer it. */
  private held(t: number): void {
    const server = this.of(t, F.server);
    const state = server === 0 ? STATE.FREE : this.of(server, F.state);
    if (state === STATE.FREE || state === STATE.ZOMBIE || state === STATE.BUILDING)
      this.fail(`${this.name(t)} waits for a reply that nobody can give`);
  }

  private timers(): void {
    let before = 0;
    let last = 0n;
    let running = 0;
    for (let t = this.u32[C.timers]; t !== 0; t = this.of(t, F.timerNext)) {
      const deadline = this.u64[(t >> 3) + F.deadline];
      if (this.of(t, F.timerPrev) !== before) this.fail(`${this.name(t)} is linked wrongly among the timeouts`);
      if (deadline === 0n || deadline < last) this.fail(`the timeout of ${this.name(t)} stands in the wrong place`);
      const state = this.of(t, F.state);
      if (state !== STATE.SENDING && state !== STATE.RECEIVING && state !== STATE.AWAITING_REPLY)
        this.fail(`a timeout of ${this.name(t)} runs although it does not wait`);
      [before, last] = [t, deadline];
      if (++running > MAX_PROCESSES) this.fail("the list of timeouts has no end");
    }
    for (let slot = 1; slot < MAX_PROCESSES; slot++) {
      if (this.u64[(this.view.thread(slot) >> 3) + F.deadline] !== 0n) running--;
    }
    if (running !== 0) this.fail("a timeout runs that is not in the list");
    this.armed();
  }

  /** The hardware timer comes no later than the next event. */
  private armed(): void {
    const { timer } = this.view.machine.interrupts;
    const first = this.u32[C.timers];
    const events = [this.u64[C.quantumEnd], first ? this.u64[(first >> 3) + F.deadline] : 0n].filter((at) => at !== 0n);
    for (const at of events) {
      if (timer === undefined || timer > at) this.fail(`the timer is set to ${timer}, but something is due at ${at}`);
    }
  }
}
