// Adding, changing and removing entries of directories. A new entry goes into the first space that is large enough: behind
// an entry that has more room than it needs, or in place of one that is nobody's; or into a new block. A hash tree is not
// kept up: the directory loses its mark of having one, and is an ordinary one from then on.

import { EIO, ENOTEMPTY } from "../../../../abi/errno";
import { S_IFMT } from "../../../../abi/file";
import { fault, setFault } from "../cache/page";
import { changeBlock, clearBlock } from "./change";
import {
  directoryBlock,
  directoryBlocks,
  entryBefore,
  entryBytes,
  isEntrySound,
  readDirectoryBlock,
} from "./directory";
import { sizeOf } from "./inode";
import {
  ENTRY_INODE,
  ENTRY_NAME,
  ENTRY_NAME_LENGTH,
  ENTRY_SIZE,
  ENTRY_TYPE,
  FLAG_INDEX,
  INCOMPAT_FILETYPE,
  INODE_FLAGS,
  INODE_SIZE_LOW,
} from "./layout";
import { findEntry, nextInDirectory } from "./lookup";
import { ensureBlock } from "./map_change";
import { Volume } from "./volume";

const TYPE_SHIFT: u32 = 12;
/** An entry's type of each S_IF… >> 12: fifo 5, character 3, directory 2, block 4, regular 1, link 7, socket 6. */
const types: usize = memory.data<u8>([0, 5, 3, 0, 2, 0, 4, 0, 1, 0, 7, 0, 6, 0, 0, 0]);

/** Writes an entry at `at`, which has `size` bytes. */
export function writeEntry(
  v: Volume,
  at: usize,
  size: u32,
  inode: u32,
  mode: u32,
  name: usize,
  length: u32,
): void {
  const type = v.incompat & INCOMPAT_FILETYPE ? load<u8>(types + ((mode & S_IFMT) >> TYPE_SHIFT)) : 0;
  store<u32>(at, inode, ENTRY_INODE);
  store<u16>(at, <u16>size, ENTRY_SIZE);
  store<u8>(at, <u8>length, ENTRY_NAME_LENGTH);
  store<u8>(at, type, ENTRY_TYPE);
  memory.copy(at + ENTRY_NAME, name, length);
}

/** Bytes that the entry at `at` needs itself: none if it is nobody's. */
function usedBytes(at: usize): u32 {
  return load<u32>(at, ENTRY_INODE) ? entryBytes(load<u8>(at, ENTRY_NAME_LENGTH)) : 0;
}

/** Offset in a block of the entry that has `needed` bytes to spare. → -1: there is none; -2: the block is damaged */
function findRoom(v: Volume, block: usize, needed: u32): i32 {
  const end = block + v.blockSize;
  for (let at = block; at < end; at += load<u16>(at, ENTRY_SIZE)) {
    if (!isEntrySound(at, end)) return -2;
    if (<u32>load<u16>(at, ENTRY_SIZE) >= usedBytes(at) + needed) return <i32>(at - block);
  }
  return -1;
}

/** Puts an entry into the room of the one at `at`, which can be changed. */
function splitEntry(v: Volume, at: usize, inode: u32, mode: u32, name: usize, length: u32): void {
  const used = usedBytes(at);
  const size = <u32>load<u16>(at, ENTRY_SIZE);
  if (used) store<u16>(at, <u16>used, ENTRY_SIZE);
  writeEntry(v, at + used, size - used, inode, mode, name, length);
}

/** Gives the directory a block more, with one entry in it. directory: its inode, which can be changed */
function addBlock(
  v: Volume,
  number: u32,
  directory: usize,
  inode: u32,
  mode: u32,
  name: usize,
  length: u32,
): i32 {
  const size = sizeOf(directory);
  const block = ensureBlock(v, number, directory, size >> v.blockShift);
  if (!block) return fault;
  const at = clearBlock(v, block);
  if (!at) return fault;
  writeEntry(v, at, v.blockSize, inode, mode, name, length);
  store<u32>(directory, <u32>size + v.blockSize, INODE_SIZE_LOW);
  return 0;
}

/** Adds a name for `inode` to directory `number`, whose inode is at `directory` to be changed. 0, -errno, WAIT. */
export function addEntry(
  v: Volume,
  number: u32,
  directory: usize,
  inode: u32,
  mode: u32,
  name: usize,
  length: u32,
): i32 {
  const blocks = directoryBlocks(v, directory);
  if (!blocks) return fault;
  store<u32>(directory, load<u32>(directory, INODE_FLAGS) & ~FLAG_INDEX, INODE_FLAGS);
  if (v.roomDirectory != number) {
    v.roomDirectory = number;
    v.roomIndex = 0;
  }
  for (let index = v.roomIndex; index < blocks; index++) {
    const block = readDirectoryBlock(v, number, directory, index);
    if (!block) return fault;
    const room = findRoom(v, block, entryBytes(length));
    if (room == -2) return failDamaged();
    if (room < 0) continue;
    const copy = changeBlock(v, directoryBlock);
    if (!copy) return fault;
    v.roomIndex = index;
    splitEntry(v, copy + room, inode, mode, name, length);
    return 0;
  }
  v.roomIndex = blocks;
  return addBlock(v, number, directory, inode, mode, name, length);
}

function failDamaged(): i32 {
  setFault(-EIO);
  return -EIO;
}

/** The entry of a name that is there, to be changed. 0: see `fault`. */
export function changeEntry(v: Volume, number: u32, name: usize, length: u32): usize {
  const entry = findEntry(v, number, name, length);
  if (!entry) {
    if (!fault) failDamaged();
    return 0;
  }
  const before = entryBefore ? entry - entryBefore : 0;
  const within = entry & (v.blockSize - 1);
  const copy = changeBlock(v, directoryBlock);
  if (!copy) return 0;
  sizeBefore = <u32>before;
  return copy + within;
}
/** Bytes between the entry that changeEntry() found and the one before it; 0: it is its block's first. */
let sizeBefore: u32 = 0;

/** Lets an entry name another inode. */
export function setEntry(v: Volume, entry: usize, inode: u32, mode: u32): void {
  store<u32>(entry, inode, ENTRY_INODE);
  if (v.incompat & INCOMPAT_FILETYPE)
    store<u8>(entry, load<u8>(types + ((mode & S_IFMT) >> TYPE_SHIFT)), ENTRY_TYPE);
}

/** Removes a name that is there: its entry goes to the one before it, or is nobody's. 0, -errno, WAIT. */
export function removeEntry(v: Volume, number: u32, name: usize, length: u32): i32 {
  const entry = changeEntry(v, number, name, length);
  if (!entry) return fault;
  if (sizeBefore) {
    const before = entry - sizeBefore;
    store<u16>(before, <u16>(sizeBefore + load<u16>(entry, ENTRY_SIZE)), ENTRY_SIZE);
  } else {
    store<u32>(entry, 0, ENTRY_INODE);
  }
  if (v.roomDirectory == number) v.roomIndex = 0;
  return 0;
}

/** Whether a directory has nothing but "." and "..": 0; -ENOTEMPTY, -errno, WAIT. */
export function checkEmpty(v: Volume, number: u32): i32 {
  const status = nextInDirectory(v, number, 0);
  return status > 0 ? -ENOTEMPTY : status;
}
