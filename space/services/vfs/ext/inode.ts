// Inodes where they lie in the inode tables. An inode is read in its page and its checksum verified once for each time
// that the page comes from the disk.

import { S_IFDIR, S_IFMT } from "../../../../abi/file";
import { frameAt } from "../cache/frame";
import { PAGE_BYTES } from "../cache/layout";
import { lastFrame } from "../cache/page";
import { crc32c, crc32cWord } from "./crc32c";
import {
  GROUP_CHECKSUM,
  GROUP_INODE_TABLE,
  GROUP_INODE_TABLE_HIGH,
  GROUP_SIZE_64,
  INCOMPAT_META_BG,
  INODE_CHECKSUM_HIGH,
  INODE_CHECKSUM_LOW,
  INODE_EXTRA_SIZE,
  INODE_GENERATION,
  INODE_MODE,
  INODE_SIZE_HIGH,
  INODE_SIZE_LOW,
  OLD_INODE_SIZE,
  RO_COMPAT_METADATA_CSUM,
} from "./layout";
import { Volume, damaged, readBlock } from "./volume";

const CHECKSUM_BYTES: u32 = 2;
/** Descriptors are verified by units of 128 bytes: as many as a frame has bits for. */
const UNIT_SHIFT: u32 = 7;
const UNIT_BYTES: u32 = 128;

/** Block that has the descriptor of a group. Source: ext4 documentation, "Meta block groups". */
export function descriptorBlock(v: Volume, group: u32): u64 {
  const perBlock = v.blockSize / v.descriptorSize;
  const index = group / perBlock;
  if (!(v.incompat & INCOMPAT_META_BG) || index < v.firstMetaGroup) return <u64>v.firstData + 1 + index;
  // The first group of a meta group has it behind its superblock's copy, if it has one: groups 0 and 1, powers of 3, 5, 7.
  const first = index * perBlock;
  return <u64>v.firstData + <u64>first * v.blocksPerGroup + (hasSuperblock(first) ? 1 : 0);
}

function isPowerOf(value: u32, base: u32): bool {
  while (value % base == 0) value /= base;
  return value == 1;
}

/** Whether a group has a copy of the superblock (SPARSE_SUPER). */
export function hasSuperblock(group: u32): bool {
  return group <= 1 || isPowerOf(group, 3) || isPowerOf(group, 5) || isPowerOf(group, 7);
}

export function hasChecksums(v: Volume): bool {
  return (v.roCompat & RO_COMPAT_METADATA_CSUM) != 0;
}

/** Whether a descriptor's checksum is right. */
function isDescriptorSound(v: Volume, group: u32, at: usize): bool {
  if (!hasChecksums(v)) return true;
  let crc = crc32cWord(v.checksumSeed, group);
  crc = crc32c(crc, at, GROUP_CHECKSUM);
  crc = crc32c(crc, zeros, CHECKSUM_BYTES);
  const rest = GROUP_CHECKSUM + CHECKSUM_BYTES;
  crc = crc32c(crc, at + rest, v.descriptorSize - rest);
  return (crc & 0xffff) == load<u16>(at, GROUP_CHECKSUM);
}
const zeros: usize = memory.data<u8>([0, 0, 0, 0]);

/** Address of a group's descriptor. 0: see `fault`. */
export function findDescriptor(v: Volume, group: u32): usize {
  const block = readBlock(v, descriptorBlock(v, group));
  if (!block) return 0;
  const at = block + (group % (v.blockSize / v.descriptorSize)) * v.descriptorSize;
  const bit = ((<u32>at) & (PAGE_BYTES - 1)) >> UNIT_SHIFT;
  return isChecked(bit) || areDescriptorsSound(v, group, at) ? checked(at, bit) : damaged();
}

/** Whether all descriptors of the unit that has the one at `at` are right. */
function areDescriptorsSound(v: Volume, group: u32, at: usize): bool {
  const before = ((<u32>at) & (UNIT_BYTES - 1)) / v.descriptorSize;
  let each = group - before;
  let place = at - before * v.descriptorSize;
  do {
    if (each < v.groups && !isDescriptorSound(v, each, place)) return false;
    each++;
    place += v.descriptorSize;
  } while ((<u32>place) & (UNIT_BYTES - 1));
  return true;
}

/** Whether the piece of the last page that bit `bit` < 32 stands for was verified. */
@inline
export function isChecked(bit: u32): bool {
  return ((frameAt(lastFrame).checked >> bit) & 1) != 0;
}
/** Notes that it was, and gives back `at`. */
@inline
export function checked(at: usize, bit: u32): usize {
  frameAt(lastFrame).checked |= 1 << bit;
  return at;
}

/** Start of all checksums of what belongs to an inode. */
export function inodeSeed(v: Volume, number: u32, inode: usize): u32 {
  return crc32cWord(crc32cWord(v.checksumSeed, number), load<u32>(inode, INODE_GENERATION));
}

/** Whether an inode's checksum is right. */
function isInodeSound(v: Volume, number: u32, at: usize): bool {
  if (!hasChecksums(v)) return true;
  let crc = crc32c(inodeSeed(v, number, at), at, INODE_CHECKSUM_LOW);
  crc = crc32c(crc, zeros, CHECKSUM_BYTES);
  const afterLow = INODE_CHECKSUM_LOW + CHECKSUM_BYTES;
  crc = crc32c(crc, at + afterLow, OLD_INODE_SIZE - afterLow);
  if (v.inodeSize == OLD_INODE_SIZE) return (crc & 0xffff) == load<u16>(at, INODE_CHECKSUM_LOW);
  const hasHigh =
    load<u16>(at, INODE_EXTRA_SIZE) >= <u16>(INODE_CHECKSUM_HIGH + CHECKSUM_BYTES - OLD_INODE_SIZE);
  crc = crc32c(crc, at + OLD_INODE_SIZE, INODE_CHECKSUM_HIGH - OLD_INODE_SIZE);
  crc = crc32c(crc, hasHigh ? zeros : at + INODE_CHECKSUM_HIGH, CHECKSUM_BYTES);
  const afterHigh = INODE_CHECKSUM_HIGH + CHECKSUM_BYTES;
  crc = crc32c(crc, at + afterHigh, v.inodeSize - afterHigh);
  if (!hasHigh) return (crc & 0xffff) == load<u16>(at, INODE_CHECKSUM_LOW);
  return crc == (((<u32>load<u16>(at, INODE_CHECKSUM_HIGH)) << 16) | load<u16>(at, INODE_CHECKSUM_LOW));
}

/** Block of inode `number`'s place in its table, as of the last findInode(). */
export let inodeBlock: u64 = 0;

/** Address of an inode. 0: see `fault`. */
export function findInode(v: Volume, number: u32): usize {
  if (number - 1 >= v.inodes) return damaged();
  const group = (number - 1) / v.inodesPerGroup;
  const descriptor = findDescriptor(v, group);
  if (!descriptor) return 0;
  let table = <u64>load<u32>(descriptor, GROUP_INODE_TABLE);
  if (v.descriptorSize >= GROUP_SIZE_64) table |= (<u64>load<u32>(descriptor, GROUP_INODE_TABLE_HIGH)) << 32;
  const offset = ((number - 1) % v.inodesPerGroup) * v.inodeSize;
  inodeBlock = table + (offset >> v.blockShift);
  const block = readBlock(v, inodeBlock);
  if (!block) return 0;
  const at = block + (offset & (v.blockSize - 1));
  const bit = (((<u32>at) & (PAGE_BYTES - 1)) / v.inodeSize) & 31;
  return isChecked(bit) || isInodeSound(v, number, at) ? checked(at, bit) : damaged();
}

@inline
export function typeOf(inode: usize): u32 {
  return (<u32>load<u16>(inode, INODE_MODE)) & S_IFMT;
}
@inline
export function sizeOf(inode: usize): u64 {
  if (typeOf(inode) == S_IFDIR) return load<u32>(inode, INODE_SIZE_LOW); // the other half was something else once
  return ((<u64>load<u32>(inode, INODE_SIZE_HIGH)) << 32) | load<u32>(inode, INODE_SIZE_LOW);
}
