// Changing where a file's blocks are (ext2: blocks of block numbers): giving it blocks, and taking them from its end.

import { EFBIG } from "../../../../abi/errno";
import { changedPages } from "../cache/change";
import { setFault } from "../cache/page";
import { allocateBlock, goalOfInode, releaseBlock } from "./allocate";
import { changeBlock, clearBlock } from "./change";
import { FLAG_EXTENTS, FLAG_INLINE_DATA, INODE_BLOCKS, INODE_FLAGS, INODE_MAP } from "./layout";
import { DIRECT_BLOCKS, NUMBER_SHIFT, reachOf } from "./map";
import { Volume, damaged, readBlock } from "./volume";

const LEVELS: u32 = 3;
const SECTOR_SHIFT: u32 = 9;
/** An operation that takes blocks away ends its step when it has changed so many pages. */
const STEP_PAGES: u32 = 120;

/** Whether the block that ensureBlock() answered is a new one, whose contents are undefined. */
export let isNewBlock: bool = false;

/** Notes that the inode has `delta` blocks more. */
function countBlocks(v: Volume, inode: usize, delta: i32): void {
  const sectors = delta << (v.blockShift - SECTOR_SHIFT);
  store<u32>(inode, load<u32>(inode, INODE_BLOCKS) + <u32>sectors, INODE_BLOCKS);
}

/** The first index that a tree of `level` levels maps; level 0: the direct blocks. */
function firstOfLevel(v: Volume, level: u32): u64 {
  let first: u64 = level ? DIRECT_BLOCKS : 0;
  for (let each: u32 = 1; each < level; each++) first += reachOf(v, each);
  return first;
}

/** The largest size that a file of this volume can have, bytes. */
export function maxFileSize(v: Volume): u64 {
  return firstOfLevel(v, LEVELS + 1) << v.blockShift;
}

/** Whether an inode's map is of numbers: the others are on volumes that are not written, unless the volume is damaged. */
function hasNumbers(inode: usize): bool {
  return (load<u32>(inode, INODE_FLAGS) & (FLAG_EXTENTS | FLAG_INLINE_DATA)) == 0;
}

/** A new block, of zeros if it is one of numbers. 0: see `fault`. */
function takeBlock(v: Volume, inode: usize, goal: u64, isNumbers: bool): u32 {
  const block = allocateBlock(v, goal);
  if (!block) return 0;
  if (isNumbers && !clearBlock(v, block)) return 0;
  countBlocks(v, inode, 1);
  return block;
}

/** Where the next block is looked for: after the one before it in the same place, or after `near`. */
function goalAt(at: usize, isFirst: bool, near: u64): u64 {
  const before = isFirst ? 0 : load<u32>(at - (1 << NUMBER_SHIFT));
  return before ? <u64>before + 1 : near;
}

/** The block that the number at `at`, which can be changed, stands for; a new one if there is none. 0: see `fault`. */
function ensureNumber(v: Volume, inode: usize, at: usize, goal: u64, isNumbers: bool): u32 {
  const present = load<u32>(at);
  if (present) return present;
  const block = takeBlock(v, inode, goal, isNumbers);
  store<u32>(at, block);
  if (!isNumbers) isNewBlock = true;
  return block;
}

/** The block at `index` of inode `number`, which is at `inode` to be changed; a new one if there is none. 0: see `fault`. */
export function ensureBlock(v: Volume, number: u32, inode: usize, index: u64): u32 {
  isNewBlock = false;
  if (!hasNumbers(inode)) return <u32>damaged();
  const numbers = inode + INODE_MAP;
  const near = goalOfInode(v, number);
  if (index < DIRECT_BLOCKS) {
    const at = numbers + ((<usize>index) << NUMBER_SHIFT);
    return ensureNumber(v, inode, at, goalAt(at, index == 0, near), false);
  }
  let level: u32 = 1;
  while (level <= LEVELS && index >= firstOfLevel(v, level + 1)) level++;
  if (level > LEVELS) {
    setFault(-EFBIG);
    return 0;
  }
  index -= firstOfLevel(v, level);
  const top = numbers + ((<usize>(DIRECT_BLOCKS - 1 + level)) << NUMBER_SHIFT);
  let block = ensureNumber(v, inode, top, goalAt(top, false, near), true);
  while (block && level) {
    const reach = reachOf(v, --level);
    const slot = (<u32>(index / reach)) & (<u32>reachOf(v, 1) - 1);
    const place = (<usize>slot) << NUMBER_SHIFT;
    const read = readBlock(v, block);
    if (!read) return 0;
    const present = load<u32>(read + place);
    if (present) {
      block = present;
      continue;
    }
    const at = changeBlock(v, block);
    if (!at) return 0;
    block = ensureNumber(v, inode, at + place, goalAt(at + place, slot == 0, <u64>block + 1), level != 0);
  }
  return block;
}

/** First index of the file that still has its block, as of the last step. */
export let stoppedAt: u64 = 0;
/** Blocks that the step has taken. */
let taken: u32 = 0;

const ALL: i32 = 1; // nothing is left of it
const SOME: i32 = 2; // something is left that shall stay
const STOPPED: i32 = 3; // something is left: the step is over

/**
 * Takes from the numbers at `numbers`, `count` of them, the first of which maps index `base`, those from index `keep` on,
 * last ones first; each leads to a tree of `level` levels. → ALL, SOME, STOPPED; 0: see `fault`. `firstTaken` is the
 * first slot that is empty now.
 */
function takeNumbers(v: Volume, numbers: usize, count: u32, level: u32, base: u64, keep: u64): i32 {
  const reach = reachOf(v, level);
  for (let slot = count; slot > 0; slot--) {
    const first = base + <u64>(slot - 1) * reach;
    if (first + reach <= keep) {
      firstTaken = slot;
      return SOME;
    }
    const block = load<u32>(numbers + ((<usize>(slot - 1)) << NUMBER_SHIFT));
    if (!block) continue;
    if (changedPages() >= STEP_PAGES) {
      firstTaken = slot;
      stoppedAt = first + reach;
      return STOPPED;
    }
    const result = level ? takeTree(v, block, level, first, keep) : ALL;
    if (result != ALL) {
      firstTaken = slot;
      return result;
    }
    if (!releaseBlock(v, block)) return 0;
    taken += 1;
  }
  firstTaken = 0;
  return ALL;
}
let firstTaken: u32 = 0;

/** The same for a tree whose block of numbers is `block`; what is taken is zeroed there if the block itself stays. */
function takeTree(v: Volume, block: u32, level: u32, base: u64, keep: u64): i32 {
  const numbers = readBlock(v, block);
  if (!numbers) return 0;
  const count = <u32>reachOf(v, 1);
  const result = takeNumbers(v, numbers, count, level - 1, base, keep);
  if (result == ALL || !result || firstTaken == count) return result;
  const from = firstTaken;
  const at = changeBlock(v, block);
  if (!at) return 0;
  memory.fill(at + ((<usize>from) << NUMBER_SHIFT), 0, (count - from) << NUMBER_SHIFT);
  return result;
}

/**
 * Takes the blocks from index `keep` on from the inode at `inode`, which can be changed: all of them or, where they are
 * many, a step of it from the end. → 1: done; 2: not yet, the file has blocks up to `stoppedAt`; 0: see `fault`.
 */
export function takeBlocksFrom(v: Volume, inode: usize, keep: u64): i32 {
  taken = 0;
  if (!hasNumbers(inode)) return <i32>damaged();
  for (let level = LEVELS; level > 0; level--) {
    const at = inode + INODE_MAP + ((<usize>(DIRECT_BLOCKS - 1 + level)) << NUMBER_SHIFT);
    if (!load<u32>(at) || firstOfLevel(v, level + 1) <= keep) continue;
    const result = takeNumbers(v, at, 1, level, firstOfLevel(v, level), keep);
    if (!result) return 0;
    if (result == ALL) store<u32>(at, 0);
    if (result == STOPPED) {
      countBlocks(v, inode, -(<i32>taken));
      return 2;
    }
  }
  if (keep < DIRECT_BLOCKS) {
    const numbers = inode + INODE_MAP;
    const result = takeNumbers(v, numbers, DIRECT_BLOCKS, 0, 0, keep);
    if (!result) return 0;
    memory.fill(
      numbers + ((<usize>firstTaken) << NUMBER_SHIFT),
      0,
      (DIRECT_BLOCKS - firstTaken) << NUMBER_SHIFT,
    );
    countBlocks(v, inode, -(<i32>taken));
    return result == STOPPED ? 2 : 1;
  }
  countBlocks(v, inode, -(<i32>taken));
  return 1;
}
