// Writes in the order in which they came. Used by output.ts.
//
//   first → | write | write | … | ← first + count      a ring of MAX_WRITES records, made once
//
// A process has one call at a time, so every process of the machine can wait here; asynchronous writes beyond that
// get -EAGAIN.

import { MAX_INLINE_WRITE, MAX_PROCESSES } from "../../../abi/limits";

/** A power of two, for the ring. */
export const MAX_WRITES: u32 = MAX_PROCESSES;

export class PendingWrite {
  token: u64 = 0; // 0: nobody waits for the answer
  length: u32 = 0; // bytes to write
  taken: u32 = 0; // bytes of them taken so far
  inlined: bool = false; // they are in `data`; otherwise in the caller's window 0
  cancelled: bool = false; // the caller is gone
  data: usize = heap.alloc(MAX_INLINE_WRITE);
}

export class WriteQueue {
  private writes: StaticArray<PendingWrite> = new StaticArray<PendingWrite>(<i32>MAX_WRITES);
  private first: u32 = 0;
  private count: u32 = 0;

  constructor() {
    for (let i: u32 = 0; i < MAX_WRITES; i++) this.writes[i] = new PendingWrite();
  }

  get isEmpty(): bool {
    return this.count == 0;
  }

  /** The oldest write. Only when not empty. */
  get head(): PendingWrite {
    return this.writes[this.first];
  }

  /** Adds a write at the end. source: address of its bytes when they came in the message, 0 when in window 0. → false: full */
  add(token: u64, length: u32, source: usize): bool {
    if (this.count == MAX_WRITES) return false;
    const write = this.writes[(this.first + this.count) & (MAX_WRITES - 1)];
    this.count++;
    write.token = token;
    write.length = length;
    write.taken = 0;
    write.cancelled = false;
    write.inlined = source != 0;
    if (source) memory.copy(write.data, source, length);
    return true;
  }

  /** Forgets the oldest write. */
  removeHead(): void {
    this.first = (this.first + 1) & (MAX_WRITES - 1);
    this.count--;
  }

  /** Marks the write of a caller that is gone: its bytes cannot be fetched any more. */
  cancel(token: u64): void {
    for (let i: u32 = 0; i < this.count; i++) {
      const write = this.writes[(this.first + i) & (MAX_WRITES - 1)];
      if (write.token == token) write.cancelled = true;
    }
  }
}
