// Extent trees: how ext4 says where a file's blocks are. Every node is checked before it is followed: its magic number,
// that its entries are within it, that depths fall by one, its checksum. Entries are searched by halves; a tree whose
// entries are not in order leads to wrong blocks of the same volume, never outside of it.

import { crc32c } from "./crc32c";
import { checked, hasChecksums, inodeSeed, isChecked } from "./inode";
import {
  EXTENT_COUNT,
  EXTENT_DEPTH,
  EXTENT_DEPTH_MAX,
  EXTENT_ENTRY,
  EXTENT_FIRST,
  EXTENT_HEADER,
  EXTENT_LENGTH,
  EXTENT_MAGIC,
  EXTENT_MAX,
  EXTENT_NODE,
  EXTENT_NODE_HIGH,
  EXTENT_START,
  EXTENT_START_HIGH,
  EXTENT_WRITTEN_MAX,
  INODE_MAP,
  INODE_MAP_BYTES,
} from "./layout";
import { setMapped } from "./map";
import { Volume, damaged, isBlock, offsetOfBlock, readBlock } from "./volume";

const LAST_BLOCK: u32 = 0xffff_ffff;

/** Whether a node of `size` bytes at `at` has a sound header and the depth that it must have. */
function isNodeSound(at: usize, size: u32, depth: u32): bool {
  const count = <u32>load<u16>(at, EXTENT_COUNT);
  const limit = <u32>load<u16>(at, EXTENT_MAX);
  return (
    load<u16>(at) == EXTENT_MAGIC &&
    <u32>load<u16>(at, EXTENT_DEPTH) == depth &&
    count <= limit &&
    EXTENT_HEADER + limit * EXTENT_ENTRY <= size
  );
}

/** Whether the checksum behind a node's last possible entry is right. */
function isNodeChecksumRight(v: Volume, seed: u32, at: usize): bool {
  const end = EXTENT_HEADER + <u32>load<u16>(at, EXTENT_MAX) * EXTENT_ENTRY;
  return end + 4 <= v.blockSize && crc32c(seed, at, end) == load<u32>(at + end);
}

/** Address of the last entry that begins at `index` or before, or 0: there is none. */
function findEntryAt(node: usize, index: u32): usize {
  let low: u32 = 0;
  let high = <u32>load<u16>(node, EXTENT_COUNT);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u32>(node + EXTENT_HEADER + middle * EXTENT_ENTRY, EXTENT_FIRST) <= index) low = middle + 1;
    else high = middle;
  }
  return low ? node + EXTENT_HEADER + (low - 1) * EXTENT_ENTRY : 0;
}

/** First index of the entry after `entry` (0: of the first one) in its node, or `end` if it is the last. */
function endOfEntry(node: usize, entry: usize, end: u32): u32 {
  const next = entry ? entry + EXTENT_ENTRY : node + EXTENT_HEADER;
  const nodeEnd = node + EXTENT_HEADER + <usize>load<u16>(node, EXTENT_COUNT) * EXTENT_ENTRY;
  return next < nodeEnd ? min(end, load<u32>(next, EXTENT_FIRST)) : end;
}

/** The node below an inner node's entry, of depth `depth`. 0: see `fault`. */
function readNode(v: Volume, seed: u32, entry: usize, depth: u32): usize {
  const block = ((<u64>load<u16>(entry, EXTENT_NODE_HIGH)) << 32) | load<u32>(entry, EXTENT_NODE);
  const node = readBlock(v, block);
  if (!node) return 0;
  const bit = <u32>(offsetOfBlock(v, block) >> v.blockShift);
  if (!isNodeSound(node, v.blockSize, depth)) return damaged();
  if (hasChecksums(v) && !isChecked(bit) && !isNodeChecksumRight(v, seed, node)) return damaged();
  return checked(node, bit);
}

/** The hole from `index` up to the next extent, which begins at `end`. */
function holeUpTo(index: u32, end: u32): u32 {
  setMapped(0);
  return end > index ? end - index : 1;
}

/** The run at `index` in an extent, or the hole behind it. */
function runOf(v: Volume, extent: usize, index: u32, end: u32): u32 {
  const passed = index - load<u32>(extent, EXTENT_FIRST);
  let length = <u32>load<u16>(extent, EXTENT_LENGTH);
  const isWritten = length <= EXTENT_WRITTEN_MAX;
  if (!isWritten) length -= EXTENT_WRITTEN_MAX;
  if (passed >= length) return holeUpTo(index, end);
  const start = ((<u64>load<u16>(extent, EXTENT_START_HIGH)) << 32) | load<u32>(extent, EXTENT_START);
  if (!isBlock(v, start) || start + length > v.blocks) return <u32>damaged();
  setMapped(isWritten ? start + passed : 0);
  return length - passed;
}

/** mapBlock() for an inode with an extent tree. */
export function findExtent(v: Volume, number: u32, inode: usize, index: u32): u32 {
  let node = inode + INODE_MAP;
  let depth = <u32>load<u16>(node, EXTENT_DEPTH);
  if (depth > EXTENT_DEPTH_MAX || !isNodeSound(node, INODE_MAP_BYTES, depth)) return <u32>damaged();
  const seed = hasChecksums(v) ? inodeSeed(v, number, inode) : 0;
  let end = LAST_BLOCK;
  while (true) {
    const entry = findEntryAt(node, index);
    end = endOfEntry(node, entry, end);
    if (!entry) return holeUpTo(index, end);
    if (!depth) return runOf(v, entry, index, end);
    node = readNode(v, seed, entry, --depth);
    if (!node) return 0;
  }
}
