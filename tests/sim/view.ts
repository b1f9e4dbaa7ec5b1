// The kernel's tables as the simulation sees them: what the model asks of the kernel, and raw access for the invariants.

import { PAGE_SIZE } from "../../abi/limits.ts";
import type { Cpu } from "./cpu.ts";
import { layout, word } from "./layout.ts";
import type { Machine } from "./machine.ts";
import type { Oracle } from "./model/model.ts";

const THREAD_TABLE = layout("THREAD_TABLE");
const THREAD_SIZE = layout("THREAD_SIZE");
const PROCESS_TABLE = layout("PROCESS_TABLE");
const PROCESS_SIZE = layout("PROCESS_SIZE");
const READY_QUEUES = (layout("CORE_TABLE") + layout("CORE_READY_QUEUES")) >> 2;
const PRIORITY = word("THREAD_PRIORITY");
const READY_NEXT = word("THREAD_READY_NEXT");
const LEVEL1 = layout("PROCESS_LEVEL1");
const FRAME_MASK = 0xffff_f000;
const READ_ONLY = 1 << 7;
const QUEUE_LENGTH_MAX = 200;

/** A translation table entry that maps a page. */
export interface Entry {
  /** Address of the entry itself. */
  at: number;
  frame: number;
  writable: boolean;
}

export class View implements Oracle {
  /** Counter ticks of the event that the model is being told of. */
  time = 0n;

  constructor(
    readonly machine: Machine,
    private readonly cpu: Cpu,
  ) {}

  thread(slot: number): number {
    return THREAD_TABLE + slot * THREAD_SIZE;
  }
  slotOf(thread: number): number {
    return (thread - THREAD_TABLE) / THREAD_SIZE;
  }
  /** A 32-bit field of a thread; `field` from word(). */
  field(slot: number, field: number): number {
    return this.machine.u32[(this.thread(slot) >> 2) + field];
  }
  process(slot: number): number {
    return PROCESS_TABLE + slot * PROCESS_SIZE;
  }

  now(): bigint {
    return this.time;
  }

  running(): number {
    return this.slotOf(this.cpu.thread);
  }

  register(slot: number, n: number): bigint {
    if (slot === this.running()) return this.cpu.x[n];
    return this.machine.u64[(this.thread(slot) >> 3) + n];
  }

  priority(slot: number): number {
    return this.field(slot, PRIORITY);
  }

  readyQueue(priority: number): number[] {
    const { u32 } = this.machine;
    const slots: number[] = [];
    for (let t = u32[READY_QUEUES + 2 * priority]; t !== 0; t = u32[(t >> 2) + READY_NEXT]) {
      slots.push(this.slotOf(t));
      if (slots.length > QUEUE_LENGTH_MAX) throw new Error(`ready queue ${priority} has no end`);
    }
    return slots;
  }

  /** The level-3 entry of a page, if it maps one. */
  entry(slot: number, page: number): Entry | undefined {
    const { u32 } = this.machine;
    const level1 = this.process(slot) + LEVEL1 + 8 * (page >> 18);
    const level2 = u32[level1 >> 2] & FRAME_MASK;
    if (level2 === 0) return undefined;
    const level3 = u32[(level2 + 8 * ((page >> 9) & 511)) >> 2] & FRAME_MASK;
    if (level3 === 0) return undefined;
    const at = level3 + 8 * (page & 511);
    const low = u32[at >> 2];
    return low === 0 ? undefined : { at, frame: (low & FRAME_MASK) >>> 0, writable: (low & READ_ONLY) === 0 };
  }

  memory(slot: number, address: number, size: number): Uint8Array {
    const bytes = new Uint8Array(size);
    for (let done = 0; done < size; ) {
      const at = address + done;
      const n = Math.min(size - done, PAGE_SIZE - (at % PAGE_SIZE));
      const entry = this.entry(slot, Math.floor(at / PAGE_SIZE));
      if (!entry) return bytes.subarray(0, done);
      const from = entry.frame + (at % PAGE_SIZE);
      bytes.set(this.machine.u8.subarray(from, from + n), done);
      done += n;
    }
    return bytes;
  }
}
