// From a block's index in its file to the block: a tree of index blocks that grows as high as the file needs.
//
//   height 0        height 1                  height 2
//   root = data     root = index ─┬ data      root = index ─┬ index ─┬ data
//                                 ├ 0: hole                 ├ 0: hole └ …
//                                 └ … 1,024                 └ …
//
// Height 3 maps 4 TiB, which is the largest file. A hole takes no block and reads as zeros.

import { memoryBarrier } from "../../../lib/sys";
import { allocateBlock, releaseBlock } from "./blocks";
import { Inode } from "./inode";
import { BLOCK_SIZE, blockAddress } from "./layout";

const FANOUT_SHIFT: u32 = 10; // a block holds 1,024 numbers of 32 bits
const FANOUT_MASK: u32 = 1023;
/** Bytes of the largest file: 1,024³ blocks. */
export const MAX_FILE_SIZE: u64 = (<u64>1) << 42;

/** Address of the number at `level` on the way to `index`, inside an index block. */
@inline
function slotAddress(indexBlock: u32, index: u32, level: u32): usize {
  return blockAddress(indexBlock) + (((index >> (level * FANOUT_SHIFT)) & FANOUT_MASK) << 2);
}

@inline
function isInReach(index: u32, height: u32): bool {
  return index >> (height * FANOUT_SHIFT) == 0;
}

/** The block at `index`, or 0 for a hole. index < 2³⁰. */
export function findBlock(inode: Inode, index: u32): u32 {
  let level = inode.height;
  let block = inode.root;
  if (!isInReach(index, level)) return 0;
  while (level && block) block = load<u32>(slotAddress(block, index, --level));
  return block;
}

/**
 * How many blocks from `index` on, up to `limit`, lie one after the other in the arena; `block` ≠ 0 is the first of them.
 * Looks no further than one index block reaches.
 */
export function countRun(inode: Inode, index: u32, block: u32, limit: u32): u32 {
  let level = inode.height;
  if (!level) return 1;
  let leaf = inode.root;
  while (level > 1) leaf = load<u32>(slotAddress(leaf, index, --level));
  const inLeaf = FANOUT_MASK + 1 - (index & FANOUT_MASK);
  if (inLeaf < limit) limit = inLeaf;
  const first = slotAddress(leaf, index, 0);
  let count: u32 = 1;
  while (count < limit && load<u32>(first + (count << 2)) == block + count) count++;
  return count;
}

/** A new block for `inode`; 0: no space left. */
function takeBlock(inode: Inode, wanted: u32): u32 {
  const block = allocateBlock(wanted);
  if (block) inode.blocks += 1;
  return block;
}

/** Both at once: a service that dies between the two would leave an index block as data. */
@inline
function setRoot(inode: Inode, root: u32, height: u32): void {
  store<u64>(changetype<usize>(inode), root | ((<u64>height) << 32), offsetof<Inode>("root"));
}

/** Puts index blocks above the root until the tree reaches `index`. false: no space left. */
function raise(inode: Inode, index: u32): bool {
  while (!isInReach(index, inode.height)) {
    if (inode.root) {
      const top = takeBlock(inode, 0);
      if (!top) return false;
      store<u32>(blockAddress(top), inode.root);
      memoryBarrier();
      setRoot(inode, top, inode.height + 1);
    } else {
      inode.height += 1;
    }
  }
  return true;
}

/**
 * The block at `index`, a new one of zeros if there was none (number `wanted`, if that is free). 0: no space left; index
 * blocks may have been added, which hold nothing and go with the file. index < 2³⁰.
 */
export function ensureBlock(inode: Inode, index: u32, wanted: u32): u32 {
  const present = findBlock(inode, index);
  if (present) return present;
  if (!raise(inode, index)) return 0;
  let level = inode.height;
  if (!inode.root) inode.root = takeBlock(inode, level ? 0 : wanted);
  let block = inode.root;
  while (level && block) {
    const at = slotAddress(block, index, --level);
    block = load<u32>(at);
    if (!block) {
      block = takeBlock(inode, level ? 0 : wanted);
      store<u32>(at, block);
    }
  }
  return block;
}

/** Gives back all blocks of a tree. → how many. */
function releaseTree(block: u32, height: u32): u32 {
  let count: u32 = 1;
  if (height) {
    const first = blockAddress(block);
    for (let at = first; at < first + BLOCK_SIZE; at += 4) {
      const child = load<u32>(at);
      if (child) count += releaseTree(child, height - 1);
    }
  }
  releaseBlock(block);
  return count;
}

/** Gives back what of a tree has an index of `first` or above; `base` is the index of its first block. → whether all of it. */
function releaseTail(inode: Inode, block: u32, height: u32, base: u32, first: u32): bool {
  if (base >= first) {
    inode.blocks -= releaseTree(block, height);
    return true;
  }
  if (!height) return false;
  const shift = (height - 1) * FANOUT_SHIFT;
  for (let i: u32 = (first - base - 1) >> shift; i <= FANOUT_MASK; i++) {
    const at = blockAddress(block) + ((<usize>i) << 2);
    const child = load<u32>(at);
    if (child && releaseTail(inode, child, height - 1, base + (i << shift), first)) store<u32>(at, 0);
  }
  return false;
}

/** Gives back the blocks from index `first` on; they are a hole then. */
export function releaseBlocksFrom(inode: Inode, first: u32): void {
  if (inode.root && releaseTail(inode, inode.root, inode.height, 0, first)) {
    inode.root = 0;
    inode.height = 0;
  }
}

/** Gives back all blocks of a file; its data is one hole then. Data in the boot archive is forgotten, not touched. */
export function releaseAllBlocks(inode: Inode): void {
  if (inode.blocks) releaseTree(inode.root, inode.height);
  inode.root = 0;
  inode.height = 0;
  inode.blocks = 0;
}
