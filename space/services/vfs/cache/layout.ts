// Where the block cache lies: in the arena's address space, between the boot archive and tmpfs's blocks. Nothing of it
// survives a restart of the service.
//
//   | disks | hash heads | frame records | … page aligned | frames of 4 KiB: memory objects of up to MAX_OBJECT_PAGES each |
//
// Frame n ≥ 1 is page n - 1 of the last part. The frames are memory objects so that the block service's disks can reach
// them; the records are the VFS's own.

import { MAX_OBJECT_PAGES } from "../../../../abi/limits";
import { BLOCK_SHIFT, BLOCK_SIZE, blockAddress } from "../tmpfs/layout";

export const PAGE_SHIFT: u32 = BLOCK_SHIFT;
export const PAGE_BYTES: u32 = BLOCK_SIZE;

export const MAX_FRAMES: u32 = 4096; // 16 MiB: the cache's memory limit
export const MIN_FRAMES: u32 = 256; // the largest operation needs fewer
export const MAX_DISKS: u32 = 8; // -ENOSPC. Disks and partitions that are mounted
export const DISK_SIZE: u32 = 128;
export const FRAME_SIZE: u32 = 64;
export const HEADS: u32 = MAX_FRAMES;

const HEAD_SIZE: u32 = 4;
const DISK_BLOCKS: u32 = 1;
const HEAD_BLOCKS: u32 = (HEADS * HEAD_SIZE) / BLOCK_SIZE;
const RECORD_BLOCKS: u32 = ((MAX_FRAMES + 1) * FRAME_SIZE + BLOCK_SIZE - 1) / BLOCK_SIZE;
const TABLE_BLOCKS: u32 = DISK_BLOCKS + HEAD_BLOCKS + RECORD_BLOCKS;
/** Frames of one memory object. */
export const OBJECT_FRAMES: u32 = MAX_OBJECT_PAGES;

let base: usize = 0;
let frames: u32 = 0;

/** How many frames a machine with so many page frames gets: an eighth of them, within the limits. */
function framesFor(memoryFrames: u32): u32 {
  return max(MIN_FRAMES, min(MAX_FRAMES, memoryFrames / 8));
}

/** Arena blocks that the cache takes. */
export function cacheBlocks(memoryFrames: u32): u32 {
  return TABLE_BLOCKS + framesFor(memoryFrames);
}

/** Puts the cache at arena block `block`, with empty tables. Called at start, when the memory is there. */
export function placeCache(block: u32, memoryFrames: u32): void {
  base = blockAddress(block);
  frames = framesFor(memoryFrames);
  memory.fill(base, 0, <usize>TABLE_BLOCKS * BLOCK_SIZE);
}

/** Number of frames: 1 … frameCount(). */
@inline
export function frameCount(): u32 {
  return frames;
}
@inline
export function diskAddress(index: u32): usize {
  return base + <usize>index * DISK_SIZE;
}
@inline
export function headAddress(index: u32): usize {
  return base + DISK_BLOCKS * BLOCK_SIZE + <usize>index * HEAD_SIZE;
}
@inline
export function recordAddress(frame: u32): usize {
  return base + (DISK_BLOCKS + HEAD_BLOCKS) * BLOCK_SIZE + <usize>frame * FRAME_SIZE;
}
@inline
export function frameAddress(frame: u32): usize {
  return base + <usize>TABLE_BLOCKS * BLOCK_SIZE + ((<usize>frame - 1) << PAGE_SHIFT);
}
