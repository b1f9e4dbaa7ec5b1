// Sizes of files: truncate, and the end of files that have no name any more. What takes many blocks away is done in steps,
// each an operation of its own after which the volume is in order.

import { EFBIG, EPERM } from "../../../../abi/errno";
import { S_IFDIR, S_IFLNK, S_IFREG } from "../../../../abi/file";
import { beginStamp } from "../cache/frame";
import { now_ns } from "../clock";
import { WAIT } from "../file_system";
import { releaseBlock, releaseInode } from "./allocate";
import { abort, begin, changeBlock, changeInode, commit, touch } from "./change";
import { Use, endNameless, hasNameless, nextNameless, useOf } from "./in_use";
import { sizeOf, typeOf } from "./inode";
import {
  FLAG_APPEND,
  FLAG_IMMUTABLE,
  INODE_ACL,
  INODE_BLOCKS,
  INODE_DTIME,
  INODE_FLAGS,
  INODE_SIZE_HIGH,
  INODE_SIZE_LOW,
} from "./layout";
import { mapBlock, mapped } from "./map";
import { maxFileSize, stoppedAt, takeBlocksFrom } from "./map_change";
import { Volume, damaged, volumeAt } from "./volume";

const NS_PER_SECOND: u64 = 1_000_000_000;
const DONE: i32 = 1;
const SECTOR_SHIFT: u32 = 9;
const ATTRIBUTES_MAGIC: u32 = 0xea020000;
const ATTRIBUTES_REFERENCES: u32 = 4; // u32

/** Sets the size in an inode that can be changed. */
export function setSize(inode: usize, size: u64): void {
  store<u32>(inode, <u32>size, INODE_SIZE_LOW);
  if (typeOf(inode) == S_IFREG) store<u32>(inode, <u32>(size >> 32), INODE_SIZE_HIGH);
}

/** Fills what of a file's last block lies behind its end with zeros. false: see `fault`. */
function clearTail(v: Volume, number: u32, inode: usize, size: u64): bool {
  const within = (<u32>size) & (v.blockSize - 1);
  if (!within) return true;
  if (!mapBlock(v, number, inode, size >> v.blockShift)) return false;
  if (!mapped) return true;
  const at = changeBlock(v, mapped);
  if (!at) return false;
  memory.fill(at + within, 0, v.blockSize - within);
  return true;
}

/** One step of making a file smaller. → 1: done; 2: not yet; -errno, WAIT. */
function shrinkStep(v: Volume, number: u32, size: u64): i32 {
  const status = begin(v);
  if (status < 0) return status;
  const inode = changeInode(v, number);
  if (!inode) return abort(v);
  const keep = (size + v.blockSize - 1) >> v.blockShift;
  const result = takeBlocksFrom(v, inode, keep);
  if (!result) return abort(v);
  if (result == DONE && !clearTail(v, number, inode, size)) return abort(v);
  const reached = result == DONE ? size : max(size, min(sizeOf(inode), stoppedAt << v.blockShift));
  setSize(inode, reached);
  touch(v, inode, true);
  commit(v);
  return result;
}

function grow(v: Volume, number: u32, size: u64): i32 {
  if (size > maxFileSize(v)) return -EFBIG;
  const status = begin(v);
  if (status < 0) return status;
  const inode = changeInode(v, number);
  if (!inode) return abort(v);
  setSize(inode, size);
  touch(v, inode, true);
  commit(v);
  return 0;
}

/** Sets the size of the regular file `number`, whose inode is at `inode`. 0, -errno, WAIT. */
export function resizeFile(v: Volume, number: u32, inode: usize, size: u64): i32 {
  if (load<u32>(inode, INODE_FLAGS) & (FLAG_IMMUTABLE | FLAG_APPEND)) return -EPERM;
  if (size > sizeOf(inode)) return grow(v, number, size);
  while (true) {
    const result = shrinkStep(v, number, size);
    if (result == DONE) return 0;
    if (result < 0) return result;
    beginStamp();
  }
}

/** Whether an inode's map is of blocks: a short link has its text there. */
function hasBlocks(inode: usize): bool {
  return typeOf(inode) == S_IFLNK
    ? load<u32>(inode, INODE_BLOCKS) != 0
    : typeOf(inode) == S_IFREG || typeOf(inode) == S_IFDIR;
}

/** Gives back the block of extended attributes, which several inodes may share. false: see `fault`. */
function releaseAttributes(v: Volume, inode: usize): bool {
  const block = load<u32>(inode, INODE_ACL);
  if (!block) return true;
  store<u32>(inode, 0, INODE_ACL);
  const at = changeBlock(v, block);
  if (!at) return false;
  const references = load<u32>(at, ATTRIBUTES_REFERENCES);
  if (load<u32>(at) != ATTRIBUTES_MAGIC) return damaged() != 0;
  store<u32>(inode, load<u32>(inode, INODE_BLOCKS) - (v.blockSize >> SECTOR_SHIFT), INODE_BLOCKS);
  if (references <= 1) return releaseBlock(v, block);
  store<u32>(at, references - 1, ATTRIBUTES_REFERENCES);
  return true;
}

/** One step of the end of an inode without a name. → 1: done; 2: not yet; -errno, WAIT. */
function endStep(v: Volume, number: u32): i32 {
  const status = begin(v);
  if (status < 0) return status;
  const inode = changeInode(v, number);
  if (!inode) return abort(v);
  const isDirectory = typeOf(inode) == S_IFDIR;
  const result = hasBlocks(inode) ? takeBlocksFrom(v, inode, 0) : DONE;
  if (!result) return abort(v);
  setSize(inode, 0);
  if (result == DONE) {
    if (!releaseAttributes(v, inode)) return abort(v);
    if (!releaseInode(v, number, isDirectory)) return abort(v);
    store<u32>(inode, <u32>(now_ns() / NS_PER_SECOND) + 1, INODE_DTIME);
  }
  commit(v);
  return result;
}

/** Gives back what inodes without a name have, as far as nothing has to be waited for. Called whenever something has come. */
export function endNamelessInodes(): void {
  if (!hasNameless()) return;
  let index = nextNameless(0);
  while (index) {
    endInode(useOf(index));
    index = nextNameless(index);
  }
}

function endInode(use: Use): void {
  const v = volumeAt(use.volume);
  while (true) {
    beginStamp();
    const result = endStep(v, use.inode);
    if (result == WAIT) return;
    // An inode that cannot be given back is left as it is: e2fsck will find it.
    if (result == DONE || result < 0) break;
  }
  endNameless(use);
}
