// The bitmap of blocks, made anew: first every block is free, then each inode that is kept claims its own.

import { releaseBlocksFrom } from "../tmpfs/block_map";
import { WORD_BITS_SHIFT, bitOf, blocksPresent, wordAddress } from "../tmpfs/blocks";
import { Inode } from "../tmpfs/inode";
import { BLOCK_SHIFT, BLOCK_SIZE, blockAddress } from "../tmpfs/layout";
import { superblock } from "../tmpfs/superblock";

const FANOUT: u32 = 1024; // numbers in an index block
const FANOUT_SHIFT: u32 = 10;
const MAX_HEIGHT: u32 = 3;

/** Every block that is there is free, and is not trusted to be zero. */
export function freeAllBlocks(): void {
  const sb = superblock();
  sb.endBlock = max(sb.firstBlock, min(blocksPresent(), sb.maxBlocks));
  sb.touchedBlock = sb.endBlock;
  for (let block: u32 = 0; block < sb.endBlock; block += 1 << WORD_BITS_SHIFT) {
    store<u64>(wordAddress(block), 0);
  }
  for (let block = sb.firstBlock; block < sb.endBlock; block++) {
    const at = wordAddress(block);
    store<u64>(at, load<u64>(at) | bitOf(block));
  }
}

/** Counts the blocks that nobody claimed. */
export function countFreeBlocks(): void {
  const sb = superblock();
  sb.searchWord = sb.firstBlock >> WORD_BITS_SHIFT;
  sb.freeBlocks = 0;
  for (let block: u32 = 0; block < sb.endBlock; block += 1 << WORD_BITS_SHIFT) {
    sb.freeBlocks += <u32>popcnt(load<u64>(wordAddress(block)));
  }
}

/** false: there is no such block, or it is somebody else's. */
function claimBlock(block: u32): bool {
  const sb = superblock();
  if (block < sb.firstBlock || block >= sb.endBlock) return false;
  const at = wordAddress(block);
  const bits = load<u64>(at);
  if (!(bits & bitOf(block))) return false;
  store<u64>(at, bits & ~bitOf(block));
  return true;
}

/** Claims a tree whose first block has index `base`, as far as indices below `end` go. false: there is no such tree. */
function claimTree(inode: Inode, block: u32, height: u32, base: u32, end: u32): bool {
  if (base >= end || !claimBlock(block)) return false;
  inode.blocks += 1;
  if (!height) return true;
  const shift = (height - 1) * FANOUT_SHIFT;
  for (let i: u32 = 0; i < FANOUT; i++) {
    const at = blockAddress(block) + ((<usize>i) << 2);
    const child = load<u32>(at);
    if (child && !claimTree(inode, child, height - 1, base + (i << shift), end)) store<u32>(at, 0);
  }
  return true;
}

/** Claims an inode's blocks with indices below `end`; what else its map names is a hole from now on. */
export function claimBlocks(inode: Inode, end: u32): void {
  inode.blocks = 0;
  const isSound = inode.height <= MAX_HEIGHT && inode.root != 0;
  if (isSound && claimTree(inode, inode.root, inode.height, 0, end)) return;
  inode.root = 0;
  inode.height = 0;
}

/** Cuts an inode's blocks off from index `end` on. */
export function cutBlocks(inode: Inode, end: u32): void {
  releaseBlocksFrom(inode, end);
  inode.size = (<u64>end) << BLOCK_SHIFT;
}

/** The bytes of block `block` from `within` on are zero: what a file has behind its end. */
export function zeroRest(block: u32, within: u32): void {
  memory.fill(blockAddress(block) + within, 0, BLOCK_SIZE - within);
}
