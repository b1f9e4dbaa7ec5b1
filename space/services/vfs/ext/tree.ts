// Hash trees of directories: from a name's hash to the one block, or the few, that can have the name. Names whose hashes are
// equal may reach over several leaves; then the next leaf's hash has bit 0 set.
//
// A tree that is not as it should be is not followed: the directory is read block by block instead, which needs no tree.

import { crc32c } from "./crc32c";
import { fault, setFault } from "../cache/page";
import { findInBlock, readDirectoryBlock } from "./directory";
import { hashName, isKnownHash } from "./hash";
import { checked, hasChecksums, inodeSeed, isChecked } from "./inode";
import {
  TREE_ENTRY,
  TREE_INFO_SIZE,
  TREE_LEVELS,
  TREE_LEVELS_MAX,
  TREE_NODE_ENTRIES,
  TREE_ROOT_ENTRIES,
  TREE_VERSION,
} from "./layout";
import { mapBlock, mapped } from "./map";
import { Volume, offsetOfBlock, readBlock } from "./volume";

const INFO_SIZE: u32 = 8;
const BLOCK_MASK: u32 = 0x0fffffff; // the upper bits of an entry's block are reserved
const ENTRY_BLOCK: u32 = 4;
const LIMIT: u32 = 0; // u16, in the place of the first entry's hash
const COUNT: u32 = 2; // u16
const TAIL_SIZE: u32 = 8; // u32 reserved, u32 checksum, behind the last possible entry

/** What findInTree answers beside an entry: the tree is of no use. */
export const NO_TREE: usize = 1;

/** The way down: for each level its entries' address, and which of them was taken. */
const way: usize = memory.data(32, 8);
const WAY_STEP: u32 = 8;

/** Whether `size` bytes from the entries on can hold what their count and limit say. */
function areEntriesSound(entries: usize, end: usize): bool {
  const limit = <u32>load<u16>(entries, LIMIT);
  const count = <u32>load<u16>(entries, COUNT);
  return count > 0 && count <= limit && entries + limit * TREE_ENTRY <= end;
}

/** Whether a node's checksum, behind its entries, is right. `node`: its block's start */
function isNodeSound(v: Volume, seed: u32, node: usize, entries: usize): bool {
  const tail = entries + <usize>load<u16>(entries, LIMIT) * TREE_ENTRY;
  if (tail + TAIL_SIZE > node + v.blockSize) return false;
  const end = entries + <usize>load<u16>(entries, COUNT) * TREE_ENTRY;
  let crc = crc32c(seed, node, <u32>(end - node));
  crc = crc32c(crc, tail, 4);
  crc = crc32c(crc, zeros, 4);
  return crc == load<u32>(tail, 4);
}
const zeros: usize = memory.data<u8>([0, 0, 0, 0]);

/** Address of the entries of the node in block `index`. 0: `fault`, or 0 there if the tree is of no use. */
function readNode(v: Volume, number: u32, inode: usize, index: u32, offset: u32): usize {
  if (!mapBlock(v, number, inode, index)) return 0;
  const block = mapped;
  const node = readBlock(v, block);
  if (!node) return 0;
  const entries = node + offset;
  if (!areEntriesSound(entries, node + v.blockSize)) return 0;
  if (!hasChecksums(v)) return entries;
  const bit = <u32>(offsetOfBlock(v, block) >> v.blockShift);
  if (isChecked(bit)) return entries;
  return isNodeSound(v, inodeSeed(v, number, inode), node, entries) ? checked(entries, bit) : 0;
}

/** Which entry of a node leads to a hash: the last whose hash is not above it. The first one has none: it is below all. */
function searchNode(entries: usize, hash: u32): u32 {
  let low: u32 = 1;
  let high = <u32>load<u16>(entries, COUNT);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u32>(entries + middle * TREE_ENTRY) <= hash) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

@inline
function keepStep(level: u32, entries: usize, chosen: u32): void {
  store<u32>(way + level * WAY_STEP, <u32>entries);
  store<u32>(way + level * WAY_STEP, chosen, 4);
}

/** Block that the chosen entry of a level leads to. */
function blockOfStep(level: u32): u32 {
  const entries = <usize>load<u32>(way + level * WAY_STEP);
  return (
    load<u32>(entries + <usize>load<u32>(way + level * WAY_STEP, 4) * TREE_ENTRY, ENTRY_BLOCK) & BLOCK_MASK
  );
}

/** Goes down from level `level`, whose step is chosen, to the leaf. false: see readNode(). hash: 0 to take first entries */
function goDown(v: Volume, number: u32, inode: usize, level: u32, levels: u32, hash: u32): bool {
  for (; level < levels; level++) {
    const entries = readNode(v, number, inode, blockOfStep(level), TREE_NODE_ENTRIES);
    if (!entries) return false;
    keepStep(level + 1, entries, searchNode(entries, hash));
  }
  return true;
}

/** Goes on to the next leaf if names with that hash may be there, too. → 1; 0: they are not; -1: see readNode(). */
function goOn(v: Volume, number: u32, inode: usize, levels: u32, hash: u32): i32 {
  let level = levels;
  while (true) {
    const entries = <usize>load<u32>(way + level * WAY_STEP);
    const next = load<u32>(way + level * WAY_STEP, 4) + 1;
    if (next < <u32>load<u16>(entries, COUNT)) {
      if (load<u32>(entries + next * TREE_ENTRY) != (hash | 1)) return 0;
      keepStep(level, entries, next);
      break;
    }
    if (!level) return 0;
    level--;
  }
  return goDown(v, number, inode, level, levels, 0) ? 1 : -1;
}

/** The entry of a name, by the tree. 0: it is not there (`fault` 0), or `fault`; NO_TREE: read the blocks one by one. */
export function findInTree(v: Volume, number: u32, inode: usize, name: usize, length: u32): usize {
  setFault(0);
  const entries = readNode(v, number, inode, 0, TREE_ROOT_ENTRIES);
  if (!entries) return fault ? 0 : NO_TREE;
  const root = entries - TREE_ROOT_ENTRIES;
  const version = <u32>load<u8>(root, TREE_VERSION) + v.hashOffset;
  const levels = <u32>load<u8>(root, TREE_LEVELS);
  if (<u32>load<u8>(root, TREE_INFO_SIZE) != INFO_SIZE || !isKnownHash(version) || levels >= TREE_LEVELS_MAX)
    return NO_TREE;
  const hash = hashName(version, v.hashSeed, name, length);
  keepStep(0, entries, searchNode(entries, hash));
  if (!goDown(v, number, inode, 0, levels, hash)) return fault ? 0 : NO_TREE;
  while (true) {
    const block = readDirectoryBlock(v, number, inode, blockOfStep(levels));
    if (!block) return 0;
    setFault(0);
    const entry = findInBlock(v, block, name, length);
    if (entry || fault) return entry;
    const next = goOn(v, number, inode, levels, hash);
    if (next < 0) return fault ? 0 : NO_TREE;
    if (!next) return 0;
  }
}
