// Directories of ext: blocks full of entries, each of which says where the next one begins. Every step is checked: an entry
// lies in its block, its name in the entry. The blocks of a hash tree look like entries of nobody, so that reading
// through all blocks finds every name, tree or not.

import { crc32c } from "./crc32c";
import { checked, hasChecksums, inodeSeed, isChecked, sizeOf } from "./inode";
import { ENTRY_INODE, ENTRY_NAME, ENTRY_NAME_LENGTH, ENTRY_SIZE, TAIL_CHECKSUM, TAIL_SIZE } from "./layout";
import { mapBlock, mapped } from "./map";
import { Volume, damaged, offsetOfBlock, readBlock } from "./volume";

const TAIL_TYPE: u32 = 0xde00_000c; // u16 size 12, u8 length 0, u8 type 0xde
/** Larger directories are damaged: 64 MiB hold two million names. */
const MAX_DIRECTORY_BYTES: u64 = 1 << 26;
const ENTRY_ALIGN: u32 = 3;

/** Bytes of an entry whose name has `length` bytes. */
@inline
export function entryBytes(length: u32): u32 {
  return (ENTRY_NAME + length + ENTRY_ALIGN) & ~ENTRY_ALIGN;
}

/** Number of blocks of a directory; 0: none, or a size that no directory has, see `fault`. */
export function directoryBlocks(v: Volume, inode: usize): u32 {
  const size = sizeOf(inode);
  if (!size || size > MAX_DIRECTORY_BYTES || (size & (v.blockSize - 1)) != 0) return <u32>damaged();
  return <u32>(size >> v.blockShift);
}

/** Whether the block's checksum, in its last entry, is right. Blocks of a hash tree have theirs elsewhere (tree.ts). */
function isBlockSound(v: Volume, seed: u32, at: usize): bool {
  const tail = at + v.blockSize - TAIL_SIZE;
  if (load<u32>(tail) || load<u32>(tail, ENTRY_SIZE) != TAIL_TYPE) return true;
  return crc32c(seed, at, v.blockSize - TAIL_SIZE) == load<u32>(tail, TAIL_CHECKSUM);
}

/** Block of a directory's block that was read last. */
export let directoryBlock: u64 = 0;

/** Address of block `index` of a directory. 0: see `fault`; a hole is -EIO. */
export function readDirectoryBlock(v: Volume, number: u32, inode: usize, index: u32): usize {
  if (!mapBlock(v, number, inode, index)) return 0;
  directoryBlock = mapped;
  const at = readBlock(v, mapped);
  if (!at || !hasChecksums(v)) return at;
  const bit = <u32>(offsetOfBlock(v, directoryBlock) >> v.blockShift);
  if (isChecked(bit)) return at;
  return isBlockSound(v, inodeSeed(v, number, inode), at) ? checked(at, bit) : damaged();
}

/** Whether the entry at `at` is whole, in a block that ends at `end`. */
@inline
export function isEntrySound(at: usize, end: usize): bool {
  const room = <u32>(end - at);
  if (room < entryBytes(1)) return false;
  const size = <u32>load<u16>(at, ENTRY_SIZE);
  return (
    size >= entryBytes(1) &&
    size <= room &&
    (size & ENTRY_ALIGN) == 0 &&
    entryBytes(load<u8>(at, ENTRY_NAME_LENGTH)) <= size
  );
}

/** Whether an entry has the name of `length` bytes at `name`. */
@inline
function hasName(at: usize, name: usize, length: u32): bool {
  return (
    <u32>load<u8>(at, ENTRY_NAME_LENGTH) == length &&
    load<u32>(at, ENTRY_INODE) != 0 &&
    memory.compare(at + ENTRY_NAME, name, length) == 0
  );
}

/** Entry before the one that was found last, in the same block; 0: that is its block's first. */
export let entryBefore: usize = 0;

/** The entry of a name in the block at `at`. 0: it is not there, or -EIO in `fault`, which is 0 otherwise. */
export function findInBlock(v: Volume, at: usize, name: usize, length: u32): usize {
  const end = at + v.blockSize;
  entryBefore = 0;
  while (at < end) {
    if (!isEntrySound(at, end)) return damaged();
    if (hasName(at, name, length)) return at;
    entryBefore = at;
    at += load<u16>(at, ENTRY_SIZE);
  }
  return 0;
}
