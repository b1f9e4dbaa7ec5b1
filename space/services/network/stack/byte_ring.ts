// A stretch of a byte stream, in blocks. Positions count bytes of the stream and wrap round at 2^32; the bytes from `head` up to
// `end` have blocks, and what of them is meant the owner knows. Blocks are taken when `end` moves and given back when `head`
// passes them: an empty ring holds none.
//
//   position >> 12 & 63 → blocks[…] → address
//
//        head            end
//   ──────┼───────────────┼──────▶        end - head ≤ RING_MAX

import { BLOCK_SHIFT, BLOCK_SIZE } from "./layout";
import { blockAddress, blockFree, blockNew } from "./blocks";
import { copySum, fold, shiftByOne } from "./checksum";

const RING_BLOCKS: u32 = 64;
const BLOCK_MASK: u32 = BLOCK_SIZE - 1;
/** The most bytes between head and end: one block may be half passed. */
export const RING_MAX: u32 = (RING_BLOCKS - 1) << BLOCK_SHIFT;
export const RING_SIZE: u32 = 8 + RING_BLOCKS * 2;

/** Bytes at ringAddress, after ringSpan(). */
export let spanLength: u32 = 0;

@unmanaged
export class ByteRing {
  head: u32;
  end: u32;

  @inline
  private slot(position: u32): usize {
    return changetype<usize>(this) + 8 + (((position >> BLOCK_SHIFT) & (RING_BLOCKS - 1)) << 1);
  }

  /** Empties the ring and begins at `position`. */
  reset(position: u32): void {
    this.release(this.end);
    this.head = position;
    this.end = position;
  }

  /** Moves the end to `to`, or as near as blocks and RING_MAX allow. → the new end */
  extend(to: u32): u32 {
    if (to - this.head > RING_MAX) to = this.head + RING_MAX;
    while (<i32>(to - this.end) > 0) {
      const slot = this.slot(this.end);
      if (!load<u16>(slot)) {
        const block = blockNew();
        if (!block) break;
        store<u16>(slot, <u16>block);
      }
      const blockEnd = (this.end & ~BLOCK_MASK) + BLOCK_SIZE;
      this.end = <i32>(to - blockEnd) < 0 ? to : blockEnd;
    }
    return this.end;
  }

  /** Moves the head to `to`, at most the end, and gives passed blocks back. */
  release(to: u32): void {
    let block = this.head & ~BLOCK_MASK;
    while (<i32>(block + BLOCK_SIZE - to) <= 0) {
      this.drop(block);
      block += BLOCK_SIZE;
    }
    this.head = to;
    if (to == this.end) this.drop(block);
  }

  /** Moves the end back to `to`, at or after the head, and gives the blocks behind it back. */
  cut(to: u32): void {
    let block = (to + BLOCK_MASK) & ~BLOCK_MASK;
    if (to == this.head) block = to & ~BLOCK_MASK;
    while (<i32>(block - this.end) < 0) {
      this.drop(block);
      block += BLOCK_SIZE;
    }
    this.end = to;
  }

  @inline
  private drop(position: u32): void {
    const slot = this.slot(position);
    const block = <u32>load<u16>(slot);
    if (!block) return;
    blockFree(block);
    store<u16>(slot, 0);
  }

  /** Address of the byte at `position`; spanLength: how many of `size` bytes follow it in its block. */
  @inline
  span(position: u32, size: u32): usize {
    const offset = position & BLOCK_MASK;
    spanLength = min(size, BLOCK_SIZE - offset);
    return blockAddress(<u32>load<u16>(this.slot(position))) + offset;
  }

  /** Copies bytes in. All of them lie between head and end. */
  write(position: u32, source: usize, size: u32): void {
    while (size) {
      const target = this.span(position, size);
      memory.copy(target, source, spanLength);
      position += spanLength;
      source += spanLength;
      size -= spanLength;
    }
  }

  /** Copies bytes out. */
  read(position: u32, target: usize, size: u32): void {
    while (size) {
      const source = this.span(position, size);
      memory.copy(target, source, spanLength);
      position += spanLength;
      target += spanLength;
      size -= spanLength;
    }
  }

  /** Copies bytes out and adds them to a checksum in the same pass. They begin at an even offset of what is summed. */
  readSum(position: u32, target: usize, size: u32, sum: u64): u64 {
    let odd = false;
    while (size) {
      const source = this.span(position, size);
      const part = copySum(target, source, spanLength, 0);
      sum += odd ? shiftByOne(part) : <u64>fold(part);
      if (spanLength & 1) odd = !odd;
      position += spanLength;
      target += spanLength;
      size -= spanLength;
    }
    return sum;
  }
}
