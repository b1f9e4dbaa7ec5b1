// An operation that changes a volume: begin(), then blocks and inodes by change…(), then commit(), or abort() when it meets
// what it has to wait for or cannot do. cache/change.ts says what these mean to the disk.

import { EROFS } from "../../../../abi/errno";
import { abortChange, beginChange, changePage, commitChange, replacePage } from "../cache/change";
import { PAGE_SHIFT } from "../cache/layout";
import { fault, setFault } from "../cache/page";
import { now_ns } from "../clock";
import { findInode, inodeBlock } from "./inode";
import {
  INODE_CTIME,
  INODE_CTIME_EXTRA,
  INODE_MTIME,
  INODE_MTIME_EXTRA,
  SB_FREE_BLOCKS,
  SB_FREE_INODES,
  SB_STATE,
  SB_WRITE_TIME,
  STATE_CLEAN,
  SUPERBLOCK_OFFSET,
} from "./layout";
import { forgetMapping } from "./map";
import { writeTime_ns } from "./time";
import { Volume, damaged, isBlock, offsetOfBlock, pageOfBlock } from "./volume";

const NS_PER_SECOND: u64 = 1_000_000_000;

/** Begins an operation. 0, -EROFS, -EIO, WAIT. */
export function begin(v: Volume): i32 {
  if (!v.isWritable) return -EROFS;
  const status = beginChange(v.disk);
  if (status < 0) return status;
  v.blocksDelta = 0;
  v.inodesDelta = 0;
  if (v.wasWritten) return 0;
  // Before anything else is changed the superblock says that the volume is in use.
  const superblock = changeSuperblock(v);
  if (!superblock) return abort(v);
  store<u16>(superblock, load<u16>(superblock, SB_STATE) & ~STATE_CLEAN, SB_STATE);
  return 0;
}

/** Makes what the operation changed. */
export function commit(v: Volume): void {
  commitChange(v.disk);
  v.freeBlocks += v.blocksDelta;
  v.freeInodes += v.inodesDelta;
  v.wasWritten = 1;
  forgetMapping(v);
}

/** Drops what the operation changed. → `fault` */
export function abort(v: Volume): i32 {
  abortChange();
  forgetMapping(v);
  return fault;
}

/** The same, for a reason of one's own. */
export function abortWith(v: Volume, status: i32): i32 {
  setFault(status);
  return abort(v);
}

/** Address of the superblock, to be changed. 0: see `fault`. */
export function changeSuperblock(v: Volume): usize {
  const page = changePage(v.disk, 0);
  return page ? page + SUPERBLOCK_OFFSET : 0;
}

/** Writes the numbers that the superblock has of the whole volume, and whether it is clean, as an operation of its own. 0, -errno, WAIT. */
export function updateSuperblock(v: Volume, isClean: bool): i32 {
  if (!v.wasWritten) return 0;
  const status = begin(v);
  if (status < 0) return status;
  const superblock = changeSuperblock(v);
  if (!superblock) return abort(v);
  store<u32>(superblock, <u32>v.freeBlocks, SB_FREE_BLOCKS);
  store<u32>(superblock, v.freeInodes, SB_FREE_INODES);
  store<u32>(superblock, <u32>(now_ns() / NS_PER_SECOND), SB_WRITE_TIME);
  if (isClean && v.wasClean) store<u16>(superblock, load<u16>(superblock, SB_STATE) | STATE_CLEAN, SB_STATE);
  commit(v);
  if (isClean) v.wasWritten = 0;
  return 0;
}

/** Address of a block, to be changed. 0: see `fault`. */
export function changeBlock(v: Volume, block: u64): usize {
  if (!isBlock(v, block)) return damaged();
  const page = changePage(v.disk, pageOfBlock(v, block));
  return page ? page + offsetOfBlock(v, block) : 0;
}

/** The same for a block that is written anew, whole: its contents are undefined. Blocks that share a page need it read. */
export function replaceBlock(v: Volume, block: u64): usize {
  if (v.blockShift != PAGE_SHIFT) return changeBlock(v, block);
  return isBlock(v, block) ? replacePage(v.disk, pageOfBlock(v, block)) : damaged();
}

/** The same, filled with zeros. */
export function clearBlock(v: Volume, block: u64): usize {
  const at = replaceBlock(v, block);
  if (at) memory.fill(at, 0, v.blockSize);
  return at;
}

/** Address of an inode, to be changed. 0: see `fault`. */
export function changeInode(v: Volume, number: u32): usize {
  const at = findInode(v, number);
  if (!at) return 0;
  const block = inodeBlock;
  const within = at & (v.blockSize - 1);
  const copy = changeBlock(v, block);
  return copy ? copy + within : 0;
}

/** Sets an inode's times of change: of the inode, and of its contents, too. */
export function touch(v: Volume, inode: usize, contents: bool): void {
  const time_ns = now_ns();
  writeTime_ns(v, inode, INODE_CTIME, INODE_CTIME_EXTRA, time_ns);
  if (contents) writeTime_ns(v, inode, INODE_MTIME, INODE_MTIME_EXTRA, time_ns);
}
