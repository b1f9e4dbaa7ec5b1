// Finding names in directories, and going through them.

import { S_IFDIR } from "../../../../abi/file";
import { fault, setFault } from "../cache/page";
import { listed } from "../file_system";
import { directoryBlocks, findInBlock, isEntrySound, readDirectoryBlock } from "./directory";
import { findInode, typeOf } from "./inode";
import {
  ENTRY_INODE,
  ENTRY_NAME,
  ENTRY_NAME_LENGTH,
  ENTRY_SIZE,
  ENTRY_TYPE,
  FLAG_INDEX,
  INCOMPAT_FILETYPE,
  INODE_FLAGS,
} from "./layout";
import { NO_TREE, findInTree } from "./tree";
import { Volume, damaged } from "./volume";

const SLASH: u32 = 0x2f;
const DOT: u32 = 0x2e;
const KNOWN_TYPES: u32 = 8;
/** S_IF… >> 12 of an entry's type: unknown, regular, directory, character, block, fifo, socket, link. */
const types: usize = memory.data<u8>([0, 8, 4, 2, 6, 1, 12, 10]);
const TYPE_SHIFT: u32 = 12;

/** An inode that is a directory. 0: see `fault`; one that is none is -EIO, since the path led through it. */
export function findDirectory(v: Volume, number: u32): usize {
  const inode = findInode(v, number);
  if (!inode) return 0;
  return typeOf(inode) == S_IFDIR ? inode : damaged();
}

/** Looks through all blocks from `index` on. 0: it is not there (`fault` 0), or `fault`. */
function findInBlocks(v: Volume, number: u32, inode: usize, name: usize, length: u32): usize {
  const blocks = directoryBlocks(v, inode);
  for (let index: u32 = 0; index < blocks; index++) {
    const block = readDirectoryBlock(v, number, inode, index);
    if (!block) return 0;
    setFault(0);
    const entry = findInBlock(v, block, name, length);
    if (entry || fault) return entry;
  }
  return 0;
}

/** The entry of a name in directory `number`. 0: it is not there (`fault` 0), or `fault`. */
export function findEntry(v: Volume, number: u32, name: usize, length: u32): usize {
  setFault(0);
  const inode = findDirectory(v, number);
  if (!inode) return 0;
  if (load<u32>(inode, INODE_FLAGS) & FLAG_INDEX && !isDots(name, length)) {
    const entry = findInTree(v, number, inode, name, length);
    if (entry != NO_TREE) return entry;
  }
  setFault(0);
  return findInBlocks(v, number, inode, name, length);
}

/** "." and "..". */
function isDots(name: usize, length: u32): bool {
  return length <= 2 && load<u8>(name) == DOT && (length == 1 || load<u8>(name, 1) == DOT);
}

/** Whether a name is one that POSIX allows. */
function isNameSound(name: usize, length: u32): bool {
  if (!length) return false;
  for (let at = name; at < name + length; at++) {
    if (load<u8>(at) == SLASH || load<u8>(at) == 0) return false;
  }
  return true;
}

/** Fills `listed` with the entry at `at`; `next` is the position after it. false: its name is none. */
function listEntry(v: Volume, at: usize, next: u64): bool {
  const type = <u32>load<u8>(at, ENTRY_TYPE);
  listed.inode = load<u32>(at, ENTRY_INODE);
  listed.type =
    (v.incompat & INCOMPAT_FILETYPE) != 0 && type < KNOWN_TYPES
      ? (<u32>load<u8>(types + type)) << TYPE_SHIFT
      : 0;
  listed.name = at + ENTRY_NAME;
  listed.length = load<u8>(at, ENTRY_NAME_LENGTH);
  listed.next = next;
  return isNameSound(listed.name, listed.length);
}

function failDamaged(): i32 {
  damaged();
  return fault;
}

/**
 * Fills `listed` with the first entry at byte `position` of the directory or after it, without "." and "..". An entry's
 * position is where it begins; a position where none begins any more stands for the next one after it. → 1, 0 at the
 * end, -errno, WAIT
 */
export function nextInDirectory(v: Volume, number: u32, position: u64): i32 {
  const inode = findDirectory(v, number);
  if (!inode) return fault;
  const blocks = directoryBlocks(v, inode);
  if (!blocks) return fault;
  if (position >= (<u64>blocks) << v.blockShift) return 0;
  for (let index = <u32>(position >> v.blockShift); index < blocks; index++) {
    const block = readDirectoryBlock(v, number, inode, index);
    if (!block) return fault;
    const end = block + v.blockSize;
    const base = (<u64>index) << v.blockShift;
    for (let at = block; at < end; at += load<u16>(at, ENTRY_SIZE)) {
      if (!isEntrySound(at, end)) return failDamaged();
      if (base + (at - block) < position || !load<u32>(at, ENTRY_INODE)) continue;
      if (isDots(at + ENTRY_NAME, load<u8>(at, ENTRY_NAME_LENGTH))) continue;
      const next = base + (at - block) + load<u16>(at, ENTRY_SIZE);
      if (!listEntry(v, at, next)) return failDamaged();
      return 1;
    }
  }
  return 0;
}
