// From a block's index in a file to the block on the disk: an extent tree (ext4) or blocks of block numbers (ext2).
//
//   ext2   inode: 12 blocks · one of numbers · one of those · one of those
//
// mapBlock() finds a run: `mapped` is the first block (0 for a hole) and the result how many follow each other like it.
// The last run is remembered in the volume, since most who ask ask for what comes next.

import { INODE_FLAGS, INODE_MAP, FLAG_EXTENTS, FLAG_INLINE_DATA } from "./layout";
import { findExtent } from "./extents";
import { Volume, damaged, isBlock, readBlock } from "./volume";

export const DIRECT_BLOCKS: u32 = 12;
export const NUMBER_SHIFT: u32 = 2; // a block number is a u32
/** Blocks of a file are counted with 32 bits, and the last one is not used. */
export const MAX_FILE_BLOCKS: u64 = 0xffff_ffff;

/** First block of the run that was found last; 0: a hole. */
export let mapped: u64 = 0;
export function setMapped(block: u64): void {
  mapped = block;
}

/** How many blocks a tree of numbers of `level` levels reaches. */
@inline
export function reachOf(v: Volume, level: u32): u64 {
  return (<u64>1) << ((v.blockShift - NUMBER_SHIFT) * level);
}

/** The run of equal or rising numbers at `at`, up to `limit` of them. → how many; sets `mapped`. */
function countRun(v: Volume, at: usize, limit: u32): u32 {
  const first = load<u32>(at);
  mapped = first;
  if (first && !isBlock(v, first)) return <u32>damaged();
  let count: u32 = 1;
  while (count < limit) {
    const next = load<u32>(at + ((<usize>count) << NUMBER_SHIFT));
    if (first ? next != first + count : next != 0) break;
    count++;
  }
  if (first && <u64>first + count > v.blocks) return <u32>damaged();
  return count;
}

/** The run at `index` below a block of numbers. */
function findNumber(v: Volume, block: u32, level: u32, index: u64): u32 {
  const perBlock = <u32>reachOf(v, 1);
  while (level) {
    const reach = reachOf(v, --level);
    const slot = (<u32>(index / reach)) & (perBlock - 1);
    if (!block) {
      mapped = 0;
      return <u32>min<u64>(reach * perBlock - (index & (reach * perBlock - 1)), 1 << 20);
    }
    const at = readBlock(v, block);
    if (!at) return 0;
    if (!level) return countRun(v, at + ((<usize>slot) << NUMBER_SHIFT), perBlock - slot);
    block = load<u32>(at + ((<usize>slot) << NUMBER_SHIFT));
  }
  return 0;
}

function findIndirect(v: Volume, inode: usize, index: u64): u32 {
  const numbers = inode + INODE_MAP;
  if (index < DIRECT_BLOCKS)
    return countRun(v, numbers + ((<usize>index) << NUMBER_SHIFT), DIRECT_BLOCKS - <u32>index);
  index -= DIRECT_BLOCKS;
  for (let level: u32 = 1; level <= 3; level++) {
    const reach = reachOf(v, level);
    if (index < reach) {
      return findNumber(
        v,
        load<u32>(numbers + ((<usize>(DIRECT_BLOCKS - 1 + level)) << NUMBER_SHIFT)),
        level,
        index,
      );
    }
    index -= reach;
  }
  return <u32>damaged();
}

/**
 * The run of blocks at `index` of the inode at `inode`, number `number`. → how many, at least 1, with `mapped`; 0: see
 * `fault`.
 */
export function mapBlock(v: Volume, number: u32, inode: usize, index: u64): u32 {
  if (v.mapInode == number && index >= v.mapFirst && index < <u64>v.mapFirst + v.mapCount) {
    const passed = <u32>index - v.mapFirst;
    mapped = v.mapBlock ? v.mapBlock + passed : 0;
    return v.mapCount - passed;
  }
  if (index >= MAX_FILE_BLOCKS) return <u32>damaged();
  const flags = load<u32>(inode, INODE_FLAGS);
  if (flags & FLAG_INLINE_DATA) return <u32>damaged();
  const count =
    flags & FLAG_EXTENTS ? findExtent(v, number, inode, <u32>index) : findIndirect(v, inode, index);
  if (count) {
    v.mapInode = number;
    v.mapFirst = <u32>index;
    v.mapCount = count;
    v.mapBlock = mapped;
  }
  return count;
}

/** Forgets the remembered run: a map has changed. */
export function forgetMapping(v: Volume): void {
  v.mapInode = 0;
}
