// tmpfs's directories, from the roots down: which entries are sound, and what they name. Directories that are still to be looked
// at form a list through their inodes' `blocks`, which is counted when it is their turn.

import { S_IFIFO, S_IFMT } from "../../../../abi/file";
import { MAX_NAME } from "../../../../abi/limits";
import { hashOfName } from "../path";
import { findBlock } from "../tmpfs/block_map";
import {
  DirectoryBlock,
  Entry,
  SLOTS_SHIFT,
  SLOT_MASK,
  blockOf,
  bucketAddress,
  entryAt,
  findEntry,
  slotBits,
  slotsFor,
} from "../tmpfs/directory";
import { inodeAt, isDirectory, isSoundInode } from "../tmpfs/inode";
import { BLOCK_SHIFT, BUCKETS, BUCKET_BLOCK, BUCKET_SIZE, blockAddress } from "../tmpfs/layout";
import { superblock } from "../tmpfs/superblock";
import { claimBlocks, cutBlocks } from "./blocks";

const SLASH: u32 = 0x2f;
const DOT: u32 = 0x2e;

let firstInList: u32 = 0;
let lastInList: u32 = 0;

/** A directory that is reached for the first time: it has a place now, and is looked at later. */
export function reachDirectory(number: u32, parent: u32): void {
  const inode = inodeAt(number);
  inode.links = 2;
  inode.parent = parent;
  inode.blocks = 0;
  if (lastInList) inodeAt(lastInList).blocks = number;
  else firstInList = number;
  lastInList = number;
}

/** Empties the hash chains. What is zero already is not touched, so that a small tree takes few page frames. */
export function forgetNames(): void {
  firstInList = 0;
  lastInList = 0;
  const first = blockAddress(BUCKET_BLOCK);
  for (let at = first; at < first + BUCKETS * BUCKET_SIZE; at += BUCKET_SIZE) {
    if (load<u32>(at)) store<u32>(at, 0);
  }
}

function isSlot(slot: u32): bool {
  const block = slot >> SLOTS_SHIFT;
  const isInside = block >= superblock().firstBlock && block < superblock().endBlock;
  return isInside && (slot & SLOT_MASK) != 0 && (blockOf(slot).starts >> (slot & SLOT_MASK)) & 1
    ? true
    : false;
}

/** A rename that has given the new name and not yet taken the old one away does so now. */
export function finishMove(): void {
  const sb = superblock();
  const moved = sb.movedSlot;
  const named = sb.namedSlot;
  if (moved && moved != named && isSlot(moved) && isSlot(named)) {
    if (entryAt(moved).inode == entryAt(named).inode)
      blockOf(moved).starts &= ~((<u64>1) << (moved & SLOT_MASK));
  }
  sb.movedSlot = 0;
}

/** Whether a name is one that a directory can have. */
function isName(name: usize, length: u32): bool {
  if (!length || length > MAX_NAME) return false;
  if (load<u8>(name) == DOT && (length == 1 || (length == 2 && load<u8>(name, 1) == DOT))) return false;
  for (let i: u32 = 0; i < length; i++) {
    const c = load<u8>(name + i);
    if (!c || c == SLASH) return false;
  }
  return true;
}

/** Whether an entry of directory `parent` can be one, in itself. used: the slots of its block that are taken */
function isSoundEntry(entry: Entry, slot: u32, used: u64, parent: u32): bool {
  if (entry.parent != parent || entry.length > MAX_NAME || !isSoundInode(entry.inode)) return false;
  if ((inodeAt(entry.inode).mode & S_IFMT) == S_IFIFO) return false;
  const count = slotsFor(entry.length);
  if ((slot & SLOT_MASK) + count > SLOT_MASK + 1 || (used & slotBits(slot, count)) != 0) return false;
  return isName(entry.name, entry.length);
}

/** Lets the entry count: its name is found, its inode has one more. false: it would be a second name where there can be one. */
function takeEntry(entry: Entry, slot: u32, parent: u32): bool {
  const child = inodeAt(entry.inode);
  if (isDirectory(child) && child.links) return false;
  entry.hash = hashOfName(parent, entry.name, entry.length);
  if (findEntry(parent, entry.name, entry.length, entry.hash)) return false;
  const bucket = bucketAddress(entry.hash);
  entry.next = load<u32>(bucket);
  store<u32>(bucket, slot);
  const directory = inodeAt(parent);
  directory.entries += 1;
  if (isDirectory(child)) {
    reachDirectory(entry.inode, parent);
    directory.links += 1;
  } else {
    child.links += 1;
  }
  return true;
}

/** Block `number` of directory `parent`, the one at `index`. → whether it is full */
function recoverBlock(number: u32, index: u32, parent: u32): bool {
  const block = changetype<DirectoryBlock>(blockAddress(number));
  const starts = block.starts;
  let kept: u64 = 0;
  let used: u64 = 1;
  for (let within: u32 = 1; within <= SLOT_MASK; within++) {
    if (!((starts >> within) & 1)) continue;
    const slot = (number << SLOTS_SHIFT) + within;
    const entry = entryAt(slot);
    if (!isSoundEntry(entry, slot, used, parent) || !takeEntry(entry, slot, parent)) continue;
    kept |= (<u64>1) << within;
    used |= slotBits(slot, slotsFor(entry.length));
  }
  block.starts = kept;
  block.used = used;
  block.index = index;
  return used == u64.MAX_VALUE;
}

function recoverDirectory(number: u32): void {
  const directory = inodeAt(number);
  const blocks = <u32>min<u64>(directory.size >> BLOCK_SHIFT, superblock().endBlock);
  claimBlocks(directory, blocks);
  let present: u32 = 0;
  while (present < blocks && findBlock(directory, present)) present++;
  cutBlocks(directory, present);
  directory.entries = 0;
  directory.firstRoom = present;
  for (let index: u32 = 0; index < present; index++) {
    const isFull = recoverBlock(findBlock(directory, index), index, number);
    if (!isFull && directory.firstRoom == present) directory.firstRoom = index;
  }
}

/** Looks at every directory that was reached, and at those that these lead to. */
export function recoverTree(): void {
  while (firstInList) {
    const number = firstInList;
    firstInList = inodeAt(number).blocks;
    if (!firstInList) lastInList = 0;
    recoverDirectory(number);
  }
}
