// Directories: names in blocks of 64 slots of 64 bytes, and one hash table over the names of all directories.
//
//   block   slot 0: u64 starts (bit n: an entry begins in slot n) · u64 used (bit n: slot n is taken) · u32 index
//           slots 1–63: entries of 1 to 5 slots, which never move: a slot's number is a readdir position for good
//   entry   0       4      8      12       16       20       24
//           | inode | hash | next | parent | length | 0      | name, padded with zeros to 8
//
// An entry is named by its slot, counted over the whole arena: block × 64 + slot. Entries of equal bucket are linked by
// `next`. Names are compared 8 bytes at a time, which is why reading up to 7 bytes past a name must be harmless.

import { ENOSPC } from "../../../../abi/errno";
import { memoryBarrier } from "../../../lib/sys";
import { now_ns } from "../clock";
import { node } from "../file_system";
import { ensureBlock, findBlock, releaseAllBlocks } from "./block_map";
import { Inode, inodeAt } from "./inode";
import {
  ARENA_BASE,
  BLOCK_SHIFT,
  BLOCK_SIZE,
  BUCKETS,
  BUCKET_BLOCK,
  BUCKET_SIZE,
  blockAddress,
} from "./layout";
import { superblock } from "./superblock";

const SLOT_SHIFT: u32 = 6; // a slot is 64 bytes
export const SLOTS_SHIFT: u32 = 6; // a block has 64 of them
export const SLOT_MASK: u32 = 63;
const NAME_OFFSET: u32 = 24;

@unmanaged
export class DirectoryBlock {
  starts: u64;
  used: u64;
  index: u32; // of this block in its directory
}

@unmanaged
export class Entry {
  inode: u32;
  hash: u32;
  next: u32;
  parent: u32; // the directory's inode
  length: u32; // bytes of the name
  reserved: u32;

  @inline get name(): usize {
    return changetype<usize>(this) + NAME_OFFSET;
  }
}

@inline
export function entryAt(slot: u32): Entry {
  return changetype<Entry>(ARENA_BASE + ((<usize>slot) << SLOT_SHIFT));
}

@inline
export function blockOf(slot: u32): DirectoryBlock {
  return changetype<DirectoryBlock>(blockAddress(slot >> SLOTS_SHIFT));
}

@inline
export function bucketAddress(hash: u32): usize {
  return blockAddress(BUCKET_BLOCK) + <usize>(hash & (BUCKETS - 1)) * BUCKET_SIZE;
}

/** Bits of the low `bytes` bytes of a word, bytes < 8. */
@inline
function lowBytes(bytes: u32): u64 {
  return ((<u64>1) << (bytes << 3)) - 1;
}

/** Whether the entry's name is the `length` bytes at `name`; the lengths are equal. */
@inline
function isSameName(entry: Entry, name: usize, length: u32): bool {
  const own = entry.name;
  let at: u32 = 0;
  for (; at + 8 <= length; at += 8) {
    if (load<u64>(own + at) != load<u64>(name + at)) return false;
  }
  const rest = length & 7;
  return !rest || ((load<u64>(own + at) ^ load<u64>(name + at)) & lowBytes(rest)) == 0;
}

/** The entry of a name in the directory of inode number `directory`: its slot, or 0. hash: as path.ts makes it. */
export function findEntry(directory: u32, name: usize, length: u32, hash: u32): u32 {
  let slot = load<u32>(bucketAddress(hash));
  while (slot) {
    const entry = entryAt(slot);
    if (
      entry.hash == hash &&
      entry.parent == directory &&
      entry.length == length &&
      isSameName(entry, name, length)
    ) {
      return slot;
    }
    slot = entry.next;
  }
  return 0;
}

/** The node of a name, or 0 (FileSystem.lookup). */
@inline
export function lookupInTmpfs(directory: u32, name: usize, length: u32, hash: u32): i64 {
  const slot = findEntry(directory, name, length, hash);
  if (!slot) return 0;
  const inode = entryAt(slot).inode;
  return node(inode, inodeAt(inode).mode);
}

@inline
export function slotsFor(length: u32): u32 {
  return (NAME_OFFSET + length + SLOT_MASK) >> SLOT_SHIFT;
}

/** The lowest slot of a block from which on `count` slots are free, or 0: slot 0 is the block's own. */
function freeRun(block: DirectoryBlock, count: u32): u32 {
  let runs = ~block.used;
  for (let i: u32 = 1; i < count; i++) runs &= runs >> 1;
  return runs ? <u32>ctz(runs) : 0;
}

/** Slot for an entry of `count` slots, in a new block if need be; 0: no space left. */
function findRoom(directory: Inode, count: u32): u32 {
  const blocks = <u32>(directory.size >> BLOCK_SHIFT);
  for (let index = directory.firstRoom; index < blocks; index++) {
    const number = findBlock(directory, index);
    const block = changetype<DirectoryBlock>(blockAddress(number));
    const slot = freeRun(block, count);
    if (slot) return (number << SLOTS_SHIFT) + slot;
    if (index == directory.firstRoom && block.used == u64.MAX_VALUE) directory.firstRoom += 1;
  }
  const number = ensureBlock(directory, blocks, 0);
  if (!number) return 0;
  const block = changetype<DirectoryBlock>(blockAddress(number));
  block.used = 1;
  block.index = blocks;
  directory.size += BLOCK_SIZE;
  return (number << SLOTS_SHIFT) + 1;
}

/** Bits of the slots that an entry takes. */
@inline
export function slotBits(slot: u32, count: u32): u64 {
  return (((<u64>1) << count) - 1) << (slot & SLOT_MASK);
}

/** Adds a name that is not there yet, for inode number `inode`. 0 or -ENOSPC. Link counts are the caller's. */
export function addEntry(parent: u32, name: usize, length: u32, hash: u32, inode: u32): i32 {
  const directory = inodeAt(parent);
  const count = slotsFor(length);
  const slot = findRoom(directory, count);
  if (!slot) return -ENOSPC;
  const entry = entryAt(slot);
  entry.inode = inode;
  entry.hash = hash;
  entry.parent = parent;
  entry.length = length;
  if (length & 7) store<u64>(entry.name + (length & ~7), 0);
  memory.copy(entry.name, name, length);
  superblock().namedSlot = slot;
  const block = blockOf(slot);
  block.used |= slotBits(slot, count);
  memoryBarrier(); // from here on the name is there, whatever happens to the service
  block.starts |= (<u64>1) << (slot & SLOT_MASK);
  const bucket = bucketAddress(hash);
  entry.next = load<u32>(bucket);
  store<u32>(bucket, slot);
  directory.entries += 1;
  directory.mtime_ns = directory.ctime_ns = now_ns();
  return 0;
}

/** Lets an entry name another inode. Link counts are the caller's. */
export function renameEntry(slot: u32, inode: u32): void {
  const entry = entryAt(slot);
  superblock().namedSlot = slot;
  memoryBarrier();
  entry.inode = inode;
  const directory = inodeAt(entry.parent);
  directory.mtime_ns = directory.ctime_ns = now_ns();
}

/** Takes an entry out of its chain of equal buckets. */
function unlinkFromBucket(slot: u32): void {
  const entry = entryAt(slot);
  const bucket = bucketAddress(entry.hash);
  let other = load<u32>(bucket);
  if (other == slot) {
    store<u32>(bucket, entry.next);
    return;
  }
  while (entryAt(other).next != slot) other = entryAt(other).next;
  entryAt(other).next = entry.next;
}

/** Removes an entry. An empty directory keeps its one block, or gives back its many. Link counts are the caller's. */
export function removeEntry(slot: u32): void {
  unlinkFromBucket(slot);
  const entry = entryAt(slot);
  const block = blockOf(slot);
  block.starts &= ~((<u64>1) << (slot & SLOT_MASK));
  block.used &= ~slotBits(slot, slotsFor(entry.length));
  const directory = inodeAt(entry.parent);
  directory.entries -= 1;
  directory.mtime_ns = directory.ctime_ns = now_ns();
  if (block.index < directory.firstRoom) directory.firstRoom = block.index;
  if (!directory.entries && directory.size > BLOCK_SIZE) {
    releaseAllBlocks(directory);
    directory.size = 0;
    directory.firstRoom = 0;
  }
}

/** The directory's first entry at `position` or after it: its slot, or 0 at the end. Positions: see positionOf(). */
export function entryFrom(directory: Inode, position: u64): u32 {
  const blocks = directory.size >> BLOCK_SHIFT;
  let within = (<u32>position) & SLOT_MASK;
  for (let index = position >> SLOTS_SHIFT; index < blocks; index++) {
    const number = findBlock(directory, <u32>index);
    const starts = load<u64>(blockAddress(number)) >> within;
    if (starts) return (number << SLOTS_SHIFT) + within + <u32>ctz(starts);
    within = 0;
  }
  return 0;
}

/** An entry's position in its directory: block index × 64 + slot, at least 1, the same as long as the entry is there. */
export function positionOf(slot: u32): u64 {
  return ((<u64>blockOf(slot).index) << SLOTS_SHIFT) | (slot & SLOT_MASK);
}
