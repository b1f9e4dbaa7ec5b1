// Block 0: what the arena is and how much of it is in use.
//
//   0        4         8          12         16 … 48                          48 …
//   | magic  | version | checksum | changing | geometry (under the checksum)  | counters and list heads |
//
// The geometry is written once, by format. `changing` says what was being done when the service died; whatever it says, counters
// and lists are made anew from the tree when the next instance takes the arena over (recover/).

import { memoryBarrier } from "../../../lib/sys";
import { ARENA_BASE } from "./layout";

export const ARENA_MAGIC: u32 = 0x54584e48; // "HNXT"
/** Changes with every change of layout.ts or of a record's fields. */
export const ARENA_VERSION: u32 = 3;

/** In `changing`: the arena is being made, and is of no use. Numbers of operations are higher. */
export const CHANGE_FORMAT: u32 = 1;
/** `changing` is the operation, and above it the index + 1 of the first handle that it opened. */
export const OPENED_SHIFT: u32 = 16;

@unmanaged
export class Superblock {
  magic: u32;
  version: u32;
  checksum: u32;
  changing: u32; // operation in progress (see above), or 0

  // Geometry.
  maxInodes: u32;
  maxHandles: u32;
  maxBlocks: u32; // numbers of blocks stay below it: the share of the machine's memory that files may take
  firstBlock: u32; // the first data block
  archiveBytes: u32; // size of the boot archive, which lies from ARCHIVE_BLOCK on
  reserved: u32;
  hashSeed: u64; // start value of every name's hash

  // Counters and list heads.
  endBlock: u32; // blocks below it are there (memory.grow has been called for them)
  freeBlocks: u32;
  touchedBlock: u32; // blocks from it on have never been used, and so are zero
  searchWord: u32; // words of the bitmap below it have no free block
  freshInode: u32; // inodes from it on have never been used
  freeInode: u32; // head of the list of released inodes, or 0
  usedInodes: u32;
  freshHandle: u32; // handle records from it on have never been used
  freeHandle: u32; // head of the list of released handle records: index + 1, or 0
  openHandles: u32;
  openedHandle: u32; // what the last open answered, 0 if it was closed since
  endMount: u32; // entries of the mount table from it on are free
  openedToken: u64; // and for which call
  namedSlot: u32; // the directory entry that was made or changed last
  movedSlot: u32; // the entry that a rename in progress removes as soon as namedSlot has its inode, or 0
}

export const GEOMETRY_START: usize = 16;
const GEOMETRY_END: usize = 48;

/** The one superblock. */
@inline
export function superblock(): Superblock {
  return changetype<Superblock>(ARENA_BASE);
}

/** FNV-1a over the words of the geometry (32-bit offset basis and prime of the FNV specification). */
function geometryChecksum(): u32 {
  let sum: u32 = 0x811c9dc5;
  for (let at = GEOMETRY_START; at < GEOMETRY_END; at += 4) {
    sum = (sum ^ load<u32>(ARENA_BASE + at)) * 0x01000193;
  }
  return sum;
}

/** Marks the arena as being made. → whether there was one before, of whatever kind */
export function beginFormat(): bool {
  const sb = superblock();
  const wasUsed = sb.magic != 0;
  sb.changing = CHANGE_FORMAT;
  memoryBarrier();
  sb.magic = ARENA_MAGIC;
  return wasUsed;
}

/** Puts the checksum over the geometry. The arena is valid once `changing` is 0. */
export function sealSuperblock(): void {
  const sb = superblock();
  sb.checksum = geometryChecksum();
  sb.version = ARENA_VERSION;
}

/** Whether an arena of this version, unharmed in its geometry and made to the end, is there. */
export function isSuperblockValid(): bool {
  const sb = superblock();
  return (
    sb.magic == ARENA_MAGIC &&
    sb.version == ARENA_VERSION &&
    sb.checksum == geometryChecksum() &&
    sb.changing != CHANGE_FORMAT
  );
}
