// Mounted ext volumes: what their superblocks say, checked once, and access to their blocks through the cache.

import { EIO } from "../../../../abi/errno";
import { Disk, diskAt } from "../cache/disk";
import { PAGE_SHIFT } from "../cache/layout";
import { getPage, setFault } from "../cache/page";

export const MAX_VOLUMES: u32 = 8; // -ENOSPC

@unmanaged
export class Volume {
  blocks: u64;
  isUsed: u32;
  index: u32;
  diskIndex: u32;
  blockShift: u32; // 10 … 12
  pageBlockShift: u32; // blocks of a page: 2 … 0
  inodes: u32;
  firstData: u32; // first block of group 0
  blocksPerGroup: u32;
  inodesPerGroup: u32;
  groups: u32;
  inodeSize: u32;
  descriptorSize: u32;
  firstMetaGroup: u32; // descriptor blocks from it on lie in their groups (META_BG)
  firstInode: u32;
  compat: u32;
  incompat: u32;
  roCompat: u32;
  checksumSeed: u32;
  hashOffset: u32; // added to a tree's hash version
  isWritable: u32;
  wasWritten: u32; // the superblock says that it is in use
  wasClean: u32; // and said before that it was in order
  roomDirectory: u32; // a directory whose blocks below roomIndex were found full
  roomIndex: u32;
  hashSeed0: u32;
  hashSeed1: u32;
  hashSeed2: u32;
  hashSeed3: u32;
  freeBlocks: u64;
  freeInodes: u32;
  freeChanged: u32; // the superblock on the disk has other numbers
  blocksDelta: i64; // of the running change: what it adds to the free blocks
  inodesDelta: i32;
  mapInode: u32; // the last mapping that was found: of which inode, 0 for none
  mapFirst: u32; // first block in the file
  mapCount: u32; // blocks
  mapBlock: u64; // block on the disk, or 0 for a hole
  aheadInode: u32; // the file that was read last
  aheadNext: u32; // the page of it that a sequential reader reads next
  aheadEnd: u32; // pages before it have been asked for

  @inline get blockSize(): u32 {
    return 1 << this.blockShift;
  }
  @inline get disk(): Disk {
    return diskAt(this.diskIndex);
  }
  @inline get hashSeed(): usize {
    return changetype<usize>(this) + offsetof<Volume>("hashSeed0");
  }
}

const volumes: usize = memory.data(2048, 8); // MAX_VOLUMES of VOLUME_SIZE bytes
const VOLUME_SIZE: usize = 256;

@inline
export function volumeAt(index: u32): Volume {
  return changetype<Volume>(volumes + <usize>index * VOLUME_SIZE);
}

/** A free record, all zeros; null: all are in use. */
export function takeVolume(): Volume | null {
  for (let index: u32 = 0; index < MAX_VOLUMES; index++) {
    const volume = volumeAt(index);
    if (volume.isUsed) continue;
    memory.fill(changetype<usize>(volume), 0, VOLUME_SIZE);
    volume.index = index;
    return volume;
  }
  return null;
}

/** Whether the volume has a block of that number; block 0 has no data of anybody. */
@inline
export function isBlock(v: Volume, block: u64): bool {
  return block > 0 && block < v.blocks;
}

@inline
export function pageOfBlock(v: Volume, block: u64): u32 {
  return <u32>(block >> v.pageBlockShift);
}

/** Offset of a block in its page. */
@inline
export function offsetOfBlock(v: Volume, block: u64): usize {
  return ((<usize>block) << v.blockShift) & ((1 << PAGE_SHIFT) - 1);
}

/** Address of a block's contents. 0: see `fault`; a number outside the volume is -EIO. */
@inline
export function readBlock(v: Volume, block: u64): usize {
  if (!isBlock(v, block)) {
    setFault(-EIO);
    return 0;
  }
  const page = getPage(v.disk, pageOfBlock(v, block));
  return page ? page + offsetOfBlock(v, block) : 0;
}

/** The volume is damaged at this place: -EIO. */
export function damaged(): usize {
  setFault(-EIO);
  return 0;
}
