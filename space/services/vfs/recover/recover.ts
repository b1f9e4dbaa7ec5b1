// Taking over the arena of an instance that is gone, at whatever instruction it died. Called once at start, over an arena whose
// superblock is valid (tmpfs/superblock.ts).
//
// What counts is little: the geometry, the mounts, the open handles, and of tmpfs the inodes' own fields, the block maps and
// the directories' entries. Everything else (link counts, counters, bitmap, hash chains, lists, filters) is made anew from it,
// going down from the roots; what nothing leads to is free afterwards. An operation that was half done is there as a whole or
// not at all, because each becomes visible by one store. A write is there as far as it came.
//
// Nothing in the arena is trusted: a number that is out of range, a block that two refer to, an entry that cannot be are dropped.
// It can die in the middle and be done again: what counts is only ever made less.

import { ROOT_INODE, endOfInodes, inodeAt, isDirectory, isSoundInode } from "../tmpfs/inode";
import { superblock } from "../tmpfs/superblock";
import { countFreeBlocks, freeAllBlocks } from "./blocks";
import { finishMove, forgetNames, recoverTree } from "./directories";
import { closeHalfOpened, recoverHandles } from "./handles";
import { findFreshInode, recoverInodes } from "./inodes";
import { findFilters, recoverMounts } from "./mounts";

/** Forgets what is counted anew. */
function forgetCounts(): void {
  const end = endOfInodes();
  for (let number: u32 = 1; number < end; number++) {
    const inode = inodeAt(number);
    inode.links = 0;
    inode.opens = 0;
    inode.blocks = 0;
  }
  superblock().openHandles = 0;
}

/** Makes the arena whole. false: not even its root is there. */
export function recover(): bool {
  const sb = superblock();
  findFreshInode();
  if (!isSoundInode(ROOT_INODE) || !isDirectory(inodeAt(ROOT_INODE))) return false;
  closeHalfOpened();
  forgetCounts();
  freeAllBlocks();
  finishMove();
  forgetNames();
  if (!recoverMounts()) return false;
  recoverHandles();
  recoverTree();
  recoverInodes();
  findFilters();
  countFreeBlocks();
  sb.changing = 0;
  return true;
}
