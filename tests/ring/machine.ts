// Runs space/lib/ring under Node: every access to shared memory and every notification comes by here, so that a test can let
// the other end run between any two of them, give an end other values than are there, or look at what is touched.

import { ENOSYS } from "../../abi/errno.ts";
import { SYS_NOTIFY } from "../../abi/syscall.ts";
import { compileForTest } from "../unit/harness/compile.ts";

const MEMORY_PAGES = 64;

/** Where tests put shared memory: above all of the module's own. */
export const SHARED = 0x20_0000;
const SHARED_END = MEMORY_PAGES * 65536;

/** Offsets of a ring's words, as space/lib/ring/ring.ts draws them. */
export const WORD = {
  produced: 0x000,
  consumed: 0x040,
  consumerWake: 0x080,
  producerWake: 0x0c0,
  entries: 0x100,
};

export interface RingExports {
  memory: WebAssembly.Memory;
  ringBytes(entries: number, entryBytes: number): number;
  makeEnd(
    base: number,
    entries: number,
    entryBytes: number,
    producer: number,
    peer: number,
    bits: bigint,
    first: number,
  ): number;
  available(end: number): number;
  look(end: number): number;
  entry(end: number, ahead: number): number;
  advance(end: number, count: number): number;
  publish(end: number): number;
  requestSignal(end: number): number;
  cancelSignal(end: number): void;
  packetQueueBytes(buffers: number): number;
  makePool(base: number, buffers: number, bufferBytes: number, mine: number): number;
  poolHas(pool: number, offset: number): number;
  makeQueue(pool: number, base: number, filler: number, peer: number, bits: bigint, first: number): number;
  take(queue: number): number;
  takenOffset(queue: number): number;
  takenLength(queue: number): number;
  give(queue: number, offset: number, length: number): number;
  giveAll(queue: number): number;
  flush(queue: number): number;
  requestPacketSignal(queue: number): number;
}

let module: WebAssembly.Module | undefined;

/** Compiles once a test file. */
export async function compileRing(): Promise<void> {
  module = await compileForTest("tests/ring/module.as.ts", "ring", { initialMemory: MEMORY_PAGES });
}

/** A generator of numbers below `bound`, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

export class SharedMachine {
  readonly ring: RingExports;
  /** Notifications in order: endpoint and bits. */
  readonly signals: { epid: number; bits: bigint }[] = [];
  /** What a notification answers. */
  notifyResult = 0;
  /** Shared memory is [SHARED, SHARED + sharedBytes): an access outside throws. */
  sharedBytes = SHARED_END - SHARED;
  /** Runs before and after each access to shared memory. */
  between: () => void = () => undefined;
  /** What a read of a shared word gives instead of its value. */
  tamper: (value: number) => number = (value) => value;

  constructor() {
    if (!module) throw new Error("compileRing comes first");
    const around = <T,>(address: number, bytes: number, access: (view: DataView) => T): T => {
      this.check(address, bytes);
      this.between();
      const result = access(this.view);
      this.between();
      return result;
    };
    const sys = {
      call: (number: number, a: bigint, b: bigint) => BigInt(this.call(number, Number(a), b)),
      loadAcquire32: (at: number) => this.tamper(around(at, 4, (view) => view.getUint32(at, true))),
      storeRelease32: (at: number, value: number) => around(at, 4, (view) => view.setUint32(at, value, true)),
      sharedLoad64: (at: number) => {
        const value = around(at, 8, (view) => view.getBigUint64(at, true));
        return (
          (BigInt(this.tamper(Number(value >> 32n))) << 32n) |
          BigInt(this.tamper(Number(value & 0xffffffffn)) >>> 0)
        );
      },
      sharedStore64: (at: number, value: bigint) =>
        around(at, 8, (view) => view.setBigUint64(at, value, true)),
    };
    this.ring = new WebAssembly.Instance(module, { sys }).exports as unknown as RingExports;
  }

  get view(): DataView {
    return new DataView(this.ring.memory.buffer);
  }

  /** The shared bytes [from, to). */
  bytes(from: number, to: number): Uint8Array {
    return new Uint8Array(this.ring.memory.buffer, from, to - from);
  }

  private check(address: number, bytes: number): void {
    if (address % bytes !== 0) throw new Error(`an access of ${bytes} bytes at ${address}`);
    if (address < SHARED || address + bytes > SHARED + this.sharedBytes) {
      throw new Error(`an access at ${address}, outside the shared memory`);
    }
  }

  private call(number: number, epid: number, bits: bigint): number {
    if (number !== SYS_NOTIFY) return -ENOSYS;
    this.between();
    this.signals.push({ epid, bits: BigInt.asUintN(64, bits) });
    return this.notifyResult;
  }
}
