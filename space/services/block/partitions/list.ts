// The partitions found on one disk. What a table claims is checked here once for every kind of table: a partition lies on
// the disk, has sectors, and shares none with another one.

import { BLOCK_MAX_PARTITIONS } from "../../../../abi/block";

/** What became of a table's claim; the first one that is not ADDED is worth a line in the log. */
export const ADDED: u32 = 0;
export const OUT_OF_RANGE: u32 = 1;
export const OVERLAPS: u32 = 2;
export const TOO_MANY: u32 = 3;

export class PartitionList {
  count: u32 = 0;
  /** The first reason, other than ADDED, for which something was left out. */
  fault: u32 = ADDED;
  private numbers: StaticArray<u32> = new StaticArray<u32>(<i32>BLOCK_MAX_PARTITIONS);
  private firsts: StaticArray<u64> = new StaticArray<u64>(<i32>BLOCK_MAX_PARTITIONS);
  private sizes: StaticArray<u64> = new StaticArray<u64>(<i32>BLOCK_MAX_PARTITIONS);

  /** sectors: of the disk. */
  constructor(private sectors: u64) {}

  /** Adds partition `number`, at sectors [first, first + size). */
  add(number: u32, first: u64, size: u64): void {
    const fault = this.check(first, size);
    if (fault != ADDED) {
      if (this.fault == ADDED) this.fault = fault;
      return;
    }
    this.numbers[this.count] = number;
    this.firsts[this.count] = first;
    this.sizes[this.count] = size;
    this.count++;
  }

  /** Forgets what a table added that proved bad. */
  clear(): void {
    this.count = 0;
    this.fault = ADDED;
  }

  numberAt(index: u32): u32 {
    return this.numbers[index];
  }
  firstAt(index: u32): u64 {
    return this.firsts[index];
  }
  sizeAt(index: u32): u64 {
    return this.sizes[index];
  }

  private check(first: u64, size: u64): u32 {
    // Sector 0 is the table's own.
    if (first == 0 || size == 0 || first >= this.sectors || size > this.sectors - first) return OUT_OF_RANGE;
    for (let i: u32 = 0; i < this.count; i++) {
      if (first < this.firsts[i] + this.sizes[i] && this.firsts[i] < first + size) return OVERLAPS;
    }
    return this.count == BLOCK_MAX_PARTITIONS ? TOO_MANY : ADDED;
  }
}
