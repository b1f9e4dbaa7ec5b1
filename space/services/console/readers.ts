// Readers that wait for input, first come first served.

import { MAX_PROCESSES } from "../../../abi/limits";

/** A process has one call at a time, so all processes can wait; beyond that a read gets -EAGAIN. */
export const MAX_READERS: u32 = MAX_PROCESSES;

export class Readers {
  count: u32 = 0;
  private tokens: StaticArray<u64> = new StaticArray<u64>(<i32>MAX_READERS);
  private sizes: StaticArray<u32> = new StaticArray<u32>(<i32>MAX_READERS);

  /** The longest waiting reader's call. Only when count > 0. */
  get token(): u64 {
    return this.tokens[0];
  }

  /** The bytes it asks for. */
  get size(): u32 {
    return this.sizes[0];
  }

  /** Adds a reader at the end. → false when the table is full */
  add(token: u64, size: u32): bool {
    if (this.count == MAX_READERS) return false;
    this.tokens[this.count] = token;
    this.sizes[this.count] = size;
    this.count++;
    return true;
  }

  /** Takes the first reader out. */
  removeFirst(): void {
    this.removeAt(0);
  }

  /** Takes the reader with this call out, if it is there. */
  cancel(token: u64): void {
    for (let i: u32 = 0; i < this.count; i++) {
      if (this.tokens[i] == token) {
        this.removeAt(i);
        return;
      }
    }
  }

  private removeAt(index: u32): void {
    this.count--;
    for (let i = index; i < this.count; i++) {
      this.tokens[i] = this.tokens[i + 1];
      this.sizes[i] = this.sizes[i + 1];
    }
  }
}
