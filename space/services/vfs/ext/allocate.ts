// Free blocks and inodes: a bitmap of each for every group, 1 = in use, and the counts in the group's descriptor.

import { ENOSPC } from "../../../../abi/errno";
import { fault, setFault } from "../cache/page";
import { changeBlock } from "./change";
import { descriptorBlock, findDescriptor } from "./inode";
import {
  GROUP_BLOCK_BITMAP,
  GROUP_DIRECTORIES,
  GROUP_FREE_BLOCKS,
  GROUP_FREE_INODES,
  GROUP_INODE_BITMAP,
} from "./layout";
import { Volume, damaged, readBlock } from "./volume";

const NONE: u32 = 0xffff_ffff;
const WORD_SHIFT: u32 = 6;
const WORD_MASK: u32 = 63;

/** The first clear bit from `from` on, below `end`; NONE if there is none. */
function findClear(bitmap: usize, from: u32, end: u32): u32 {
  for (let word = from >> WORD_SHIFT; word << WORD_SHIFT < end; word++) {
    let free = ~load<u64>(bitmap + ((<usize>word) << 3));
    if (word == from >> WORD_SHIFT) free &= u64.MAX_VALUE << (from & WORD_MASK);
    if (!free) continue;
    const bit = (word << WORD_SHIFT) + <u32>ctz(free);
    return bit < end ? bit : NONE;
  }
  return NONE;
}

@inline
function isSet(bitmap: usize, bit: u32): bool {
  return ((load<u8>(bitmap + (bit >> 3)) >> (bit & 7)) & 1) != 0;
}
@inline
function flip(bitmap: usize, bit: u32): void {
  const at = bitmap + (bit >> 3);
  store<u8>(at, load<u8>(at) ^ (<u8>((<u32>1) << (bit & 7))));
}

/** Address of a group's descriptor, to be changed. 0: see `fault`. */
function changeDescriptor(v: Volume, group: u32): usize {
  const at = findDescriptor(v, group);
  if (!at) return 0;
  const within = at & (v.blockSize - 1);
  const copy = changeBlock(v, descriptorBlock(v, group));
  return copy ? copy + within : 0;
}

function addTo(at: usize, offset: u32, delta: i32): void {
  store<u16>(at + offset, <u16>(<i32>load<u16>(at + offset) + delta));
}

/** Blocks of a group: the last one may have fewer. */
function blocksOfGroup(v: Volume, group: u32): u32 {
  const first = <u64>v.firstData + <u64>group * v.blocksPerGroup;
  return <u32>min<u64>(v.blocksPerGroup, v.blocks - first);
}

/**
 * A bit of a group's bitmap that is clear, from `from` on or before it. → the bit; NONE: there is none (`fault` 0), or see
 * `fault`. field: where the descriptor has the bitmap's block.
 */
function findInGroup(v: Volume, descriptor: usize, field: u32, from: u32, end: u32): u32 {
  setFault(0);
  const bitmap = readBlock(v, load<u32>(descriptor + field));
  if (!bitmap) return NONE;
  setFault(0);
  const bit = findClear(bitmap, from, end);
  return bit == NONE && from ? findClear(bitmap, 0, from) : bit;
}

/** Takes a bit of a group that is clear. 0: see `fault`. */
function takeBit(v: Volume, group: u32, bitmapField: u32, countField: u32, bit: u32): usize {
  const descriptor = changeDescriptor(v, group);
  if (!descriptor) return 0;
  const bitmap = changeBlock(v, load<u32>(descriptor + bitmapField));
  if (!bitmap) return 0;
  flip(bitmap, bit);
  addTo(descriptor, countField, -1);
  return descriptor;
}

/** Gives a bit back that is set; a clear one is a damage. → the descriptor; 0: see `fault` */
function giveBit(v: Volume, group: u32, bitmapField: u32, countField: u32, bit: u32): usize {
  const descriptor = changeDescriptor(v, group);
  if (!descriptor) return 0;
  const bitmap = changeBlock(v, load<u32>(descriptor + bitmapField));
  if (!bitmap) return 0;
  if (!isSet(bitmap, bit)) return damaged();
  flip(bitmap, bit);
  addTo(descriptor, countField, 1);
  return descriptor;
}

/** Takes a free block: `goal` if that is free, else one after it, else any. 0: see `fault`; -ENOSPC: there is none. */
export function allocateBlock(v: Volume, goal: u64): u32 {
  const isInside = goal >= v.firstData && goal < v.blocks;
  const offset = isInside ? goal - v.firstData : 0;
  const firstGroup = <u32>(offset / v.blocksPerGroup);
  let from = <u32>(offset % v.blocksPerGroup);
  for (let i: u32 = 0; i < v.groups; i++) {
    const group = (firstGroup + i) % v.groups;
    const descriptor = findDescriptor(v, group);
    if (!descriptor) return 0;
    if (load<u16>(descriptor, GROUP_FREE_BLOCKS)) {
      const bit = findInGroup(v, descriptor, GROUP_BLOCK_BITMAP, from, blocksOfGroup(v, group));
      if (bit == NONE && fault) return 0;
      if (bit != NONE) {
        if (!takeBit(v, group, GROUP_BLOCK_BITMAP, GROUP_FREE_BLOCKS, bit)) return 0;
        v.blocksDelta -= 1;
        return v.firstData + group * v.blocksPerGroup + bit;
      }
    }
    from = 0;
  }
  setFault(-ENOSPC);
  return 0;
}

/** Gives a block back. false: see `fault`. */
export function releaseBlock(v: Volume, block: u32): bool {
  if (block <= v.firstData || block >= v.blocks) return damaged() != 0;
  const offset = block - v.firstData;
  const group = offset / v.blocksPerGroup;
  if (!giveBit(v, group, GROUP_BLOCK_BITMAP, GROUP_FREE_BLOCKS, offset % v.blocksPerGroup)) return false;
  v.blocksDelta += 1;
  return true;
}

/** Which group a new directory goes to: the one with the most free inodes. NONE: see `fault`. */
function groupForDirectory(v: Volume): u32 {
  let best: u32 = 0;
  let bestFree: u32 = 0;
  for (let group: u32 = 0; group < v.groups; group++) {
    const descriptor = findDescriptor(v, group);
    if (!descriptor) return NONE;
    const free = <u32>load<u16>(descriptor, GROUP_FREE_INODES);
    if (free <= bestFree) continue;
    best = group;
    bestFree = free;
  }
  return best;
}

/** Takes an inode that is free, in its directory's group if that has one. → its number; 0: see `fault`. */
export function allocateInode(v: Volume, directory: u32, isDirectory: bool): u32 {
  const firstGroup = isDirectory ? groupForDirectory(v) : (directory - 1) / v.inodesPerGroup;
  if (firstGroup == NONE) return 0;
  for (let i: u32 = 0; i < v.groups; i++) {
    const group = (firstGroup + i) % v.groups;
    const descriptor = findDescriptor(v, group);
    if (!descriptor) return 0;
    if (!load<u16>(descriptor, GROUP_FREE_INODES)) continue;
    // Inodes below the first one that files may have are the volume's own, and in use.
    const from: u32 = group ? 0 : v.firstInode - 1;
    const bit = findInGroup(v, descriptor, GROUP_INODE_BITMAP, from, v.inodesPerGroup);
    if (bit == NONE && fault) return 0;
    if (bit == NONE || (group == 0 && bit < from)) continue;
    const taken = takeBit(v, group, GROUP_INODE_BITMAP, GROUP_FREE_INODES, bit);
    if (!taken) return 0;
    if (isDirectory) addTo(taken, GROUP_DIRECTORIES, 1);
    v.inodesDelta -= 1;
    return group * v.inodesPerGroup + bit + 1;
  }
  setFault(-ENOSPC);
  return 0;
}

/** Gives an inode's number back. false: see `fault`. */
export function releaseInode(v: Volume, number: u32, isDirectory: bool): bool {
  if (number < v.firstInode) return damaged() != 0;
  const group = (number - 1) / v.inodesPerGroup;
  const bit = (number - 1) % v.inodesPerGroup;
  const descriptor = giveBit(v, group, GROUP_INODE_BITMAP, GROUP_FREE_INODES, bit);
  if (!descriptor) return false;
  if (isDirectory) addTo(descriptor, GROUP_DIRECTORIES, -1);
  v.inodesDelta += 1;
  return true;
}

/** Where a file's first block is looked for: the first block of its inode's group. */
export function goalOfInode(v: Volume, number: u32): u64 {
  return <u64>v.firstData + <u64>((number - 1) / v.inodesPerGroup) * v.blocksPerGroup;
}
