// The allocator of blocks: a bitmap (1 = free), searched a word at a time. A block is all zeros when it is given out.
// Reaching beyond the last block grows the memory by a step, as long as the machine has page frames to spare.
//
// A bitmap and not a list of free blocks: the block after a given one can be asked for, so files lie in long runs, which
// move in one copy; and it can be counted and rebuilt from the inodes after a crash.

import { freeFrames } from "../clock";
import { ARENA_PAGE, BITMAP_BLOCK, BLOCK_SIZE, BLOCKS_PER_WASM_PAGE, blockAddress } from "./layout";
import { superblock } from "./superblock";

/** How much the memory grows at a time: 1 MiB. */
const GROW_WASM_PAGES: u32 = 16;
/** Page frames left to everybody else: below it tmpfs is full, whatever its own limit says. */
const SPARE_FRAMES: u32 = 1024;
export const WORD_BITS_SHIFT: u32 = 6;
const WORD_BIT_MASK: u32 = 63;

@inline
export function wordAddress(block: u32): usize {
  return blockAddress(BITMAP_BLOCK) + ((<usize>(block >> WORD_BITS_SHIFT)) << 3);
}

@inline
export function bitOf(block: u32): u64 {
  return (<u64>1) << (block & WORD_BIT_MASK);
}

/** Makes a block free: one that is given back, or a new one. */
export function releaseBlock(block: u32): void {
  const sb = superblock();
  const at = wordAddress(block);
  store<u64>(at, load<u64>(at) | bitOf(block));
  sb.freeBlocks += 1;
  const word = block >> WORD_BITS_SHIFT;
  if (word < sb.searchWord) sb.searchWord = word;
}

/** How many blocks the memory has room for. */
export function blocksPresent(): u32 {
  return (<u32>memory.size() - ARENA_PAGE) * BLOCKS_PER_WASM_PAGE;
}

/** Takes in all blocks that the memory has room for, up to the limit. */
export function takeInBlocks(): void {
  const sb = superblock();
  const end = min(blocksPresent(), sb.maxBlocks);
  for (let block = sb.endBlock; block < end; block++) releaseBlock(block);
  if (end > sb.endBlock) sb.endBlock = end;
}

/** Gets more blocks. false: the limit is reached, or the machine is short of memory. */
function grow(): bool {
  const sb = superblock();
  if (sb.endBlock >= sb.maxBlocks) return false;
  if (freeFrames() < GROW_WASM_PAGES * BLOCKS_PER_WASM_PAGE + SPARE_FRAMES) return false;
  if (memory.grow(GROW_WASM_PAGES) < 0 && memory.grow(1) < 0) return false;
  takeInBlocks();
  return true;
}

/** The free block of the lowest number; there is one. */
function lowestFree(): u32 {
  const sb = superblock();
  let word = sb.searchWord;
  let bits = load<u64>(wordAddress(word << WORD_BITS_SHIFT));
  while (!bits) bits = load<u64>(wordAddress(++word << WORD_BITS_SHIFT));
  sb.searchWord = word;
  return (word << WORD_BITS_SHIFT) + <u32>ctz(bits);
}

/** A block of zeros: number `wanted` if that one is free, else the lowest. 0: no space left. */
export function allocateBlock(wanted: u32): u32 {
  const sb = superblock();
  if (!sb.freeBlocks && !grow()) return 0;
  const isWantedFree = wanted < sb.endBlock && (load<u64>(wordAddress(wanted)) & bitOf(wanted)) != 0;
  const block = isWantedFree ? wanted : lowestFree();
  const at = wordAddress(block);
  store<u64>(at, load<u64>(at) & ~bitOf(block));
  sb.freeBlocks -= 1;
  if (block < sb.touchedBlock) memory.fill(blockAddress(block), 0, BLOCK_SIZE);
  else sb.touchedBlock = block + 1;
  return block;
}
