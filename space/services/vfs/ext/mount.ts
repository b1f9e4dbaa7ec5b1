// From a superblock to a mounted volume. Every number is checked before it is used: what is read through the volume later
// relies on them.

import { EINVAL, ENOSPC } from "../../../../abi/errno";
import { DISK_READ_ONLY, Disk, SECTORS_PER_PAGE } from "../cache/disk";
import { PAGE_SHIFT } from "../cache/layout";
import { fault, getPage } from "../cache/page";
import { raiseClock } from "../clock";
import { LOG_WARN, addText, endLine } from "../log_line";
import { crc32c } from "./crc32c";
import { checkReadable, checkWritable } from "./features";
import * as L from "./layout";
import { Volume, takeVolume, volumeAt } from "./volume";

const MIN_BLOCK_SHIFT: u32 = 10;
const SECTOR_SHIFT: u32 = 9;
const BITS_SHIFT: u32 = 3; // a bitmap is one block: 8 bits a byte
const INODES_MAX: u32 = 0x7fff_ffff;
const DESCRIPTOR_SIZE_MAX: u32 = 1024;
const UUID_BYTES: u32 = 16;
const CHECKSUM_START: u32 = 0xffff_ffff;

function refuse(reason: string): i32 {
  addText("ext: not mounted: ");
  addText(reason);
  endLine(LOG_WARN);
  return -EINVAL;
}

function isPowerOfTwo(value: u32): bool {
  return value != 0 && (value & (value - 1)) == 0;
}

/** Copies what the superblock says into the volume. */
function readNumbers(v: Volume, at: usize): void {
  v.isUsed = 1;
  v.blockShift = MIN_BLOCK_SHIFT + load<u32>(at, L.SB_LOG_BLOCK);
  v.pageBlockShift = PAGE_SHIFT - v.blockShift;
  v.firstData = load<u32>(at, L.SB_FIRST_DATA);
  v.blocksPerGroup = load<u32>(at, L.SB_BLOCKS_PER_GROUP);
  v.inodesPerGroup = load<u32>(at, L.SB_INODES_PER_GROUP);
  v.inodes = load<u32>(at, L.SB_INODES);
  v.firstMetaGroup = load<u32>(at, L.SB_FIRST_META_GROUP);
  const isOld = load<u32>(at, L.SB_REVISION) == 0;
  v.inodeSize = isOld ? L.OLD_INODE_SIZE : <u32>load<u16>(at, L.SB_INODE_SIZE);
  v.firstInode = isOld ? L.OLD_FIRST_INODE : load<u32>(at, L.SB_FIRST_INODE);
  v.compat = isOld ? 0 : load<u32>(at, L.SB_COMPAT);
  v.incompat = isOld ? 0 : load<u32>(at, L.SB_INCOMPAT);
  v.roCompat = isOld ? 0 : load<u32>(at, L.SB_RO_COMPAT);
  const is64Bit = (v.incompat & L.INCOMPAT_64BIT) != 0;
  v.descriptorSize = is64Bit ? <u32>load<u16>(at, L.SB_DESCRIPTOR_SIZE) : L.GROUP_SIZE;
  v.blocks = load<u32>(at, L.SB_BLOCKS);
  v.freeBlocks = load<u32>(at, L.SB_FREE_BLOCKS);
  if (is64Bit) {
    v.blocks |= (<u64>load<u32>(at, L.SB_BLOCKS_HIGH)) << 32;
    v.freeBlocks |= (<u64>load<u32>(at, L.SB_FREE_BLOCKS_HIGH)) << 32;
  }
  v.freeInodes = load<u32>(at, L.SB_FREE_INODES);
  if (load<u32>(at, L.SB_FLAGS) & L.SB_FLAG_UNSIGNED_HASH) v.hashOffset = 3;
  v.wasClean = load<u16>(at, L.SB_STATE) & L.STATE_CLEAN;
  memory.copy(v.hashSeed, at + L.SB_HASH_SEED, 16);
}

/** Whether sizes and counts are possible ones. */
function areNumbersSound(v: Volume): bool {
  const bits = v.blockSize << BITS_SHIFT;
  const descriptorMin = v.incompat & L.INCOMPAT_64BIT ? L.GROUP_SIZE_64 : L.GROUP_SIZE;
  return (
    isPowerOfTwo(v.inodeSize) &&
    v.inodeSize >= L.OLD_INODE_SIZE &&
    v.inodeSize <= v.blockSize &&
    isPowerOfTwo(v.descriptorSize) &&
    v.descriptorSize >= descriptorMin &&
    v.descriptorSize <= min(v.blockSize, DESCRIPTOR_SIZE_MAX) &&
    v.blocksPerGroup > 0 &&
    v.blocksPerGroup <= bits &&
    v.inodesPerGroup > 0 &&
    v.inodesPerGroup <= bits &&
    v.firstData == (v.blockShift == MIN_BLOCK_SHIFT ? 1 : 0) &&
    v.blocks > v.firstData
  );
}

/** Whether groups and inodes go together, and all of it fits the disk. */
function isGeometrySound(v: Volume, disk: Disk): bool {
  const groups = (v.blocks - v.firstData + v.blocksPerGroup - 1) / v.blocksPerGroup;
  v.groups = <u32>groups;
  return (
    v.blocks <= disk.sectors >> (v.blockShift - SECTOR_SHIFT) &&
    groups * v.inodesPerGroup == v.inodes &&
    v.inodes <= INODES_MAX &&
    v.firstInode <= v.inodes
  );
}

/** Sets the start of all checksums, and verifies the superblock's own. */
function isChecksumRight(v: Volume, at: usize): bool {
  if (!(v.roCompat & L.RO_COMPAT_METADATA_CSUM)) return true;
  v.checksumSeed =
    v.incompat & L.INCOMPAT_CSUM_SEED
      ? load<u32>(at, L.SB_CHECKSUM_SEED)
      : crc32c(CHECKSUM_START, at + L.SB_UUID, UUID_BYTES);
  return crc32c(CHECKSUM_START, at, L.SB_CHECKSUM) == load<u32>(at, L.SB_CHECKSUM);
}

/** Fills the volume from the superblock at `at`. 0 or -EINVAL, with the reason in the log. */
function fillVolume(v: Volume, disk: Disk, at: usize): i32 {
  if (load<u16>(at, L.SB_MAGIC) != L.EXT_MAGIC) return refuse("no superblock");
  if (load<u32>(at, L.SB_LOG_BLOCK) > PAGE_SHIFT - MIN_BLOCK_SHIFT)
    return refuse("its blocks are larger than 4 KiB");
  readNumbers(v, at);
  if (!checkReadable(v)) return -EINVAL;
  if (!isChecksumRight(v, at)) return refuse("the superblock's checksum is wrong");
  if (!areNumbersSound(v) || !isGeometrySound(v, disk)) return refuse("impossible numbers in the superblock");
  return 0;
}

/** Mounts what is on a disk, for writing if wanted and possible. → the volume's index; -EINVAL, -ENOSPC, -EIO, WAIT. */
export function openVolume(disk: Disk, wantsWriting: bool): i32 {
  if (disk.sectors < SECTORS_PER_PAGE) return refuse("the disk is too small");
  const page = getPage(disk, 0);
  if (!page) return fault;
  const v = takeVolume();
  if (!v) return -ENOSPC;
  v.diskIndex = disk.index;
  const status = fillVolume(v, disk, page + L.SUPERBLOCK_OFFSET);
  if (status < 0) {
    v.isUsed = 0;
    return status;
  }
  raiseClock(load<u32>(page + L.SUPERBLOCK_OFFSET, L.SB_WRITE_TIME));
  v.isWritable = wantsWriting && (disk.flags & DISK_READ_ONLY) == 0 && checkWritable(v) ? 1 : 0;
  return v.index;
}

/** Gives the volume's record back. */
export function closeVolume(index: u32): void {
  volumeAt(index).isUsed = 0;
}
