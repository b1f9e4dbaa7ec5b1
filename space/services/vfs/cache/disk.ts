// Disks, or partitions, that the cache holds pages of. A disk's pages are 4 KiB, counted from its start.

import { Waiters } from "../parking";
import { DISK_SIZE, MAX_DISKS, diskAddress } from "./layout";

export const SECTORS_SHIFT: u32 = 3; // a page is 8 sectors
export const SECTORS_PER_PAGE: u32 = 8;
export const MAX_PAGE: u32 = 0xffff_ffef; // 16 TiB

export const DISK_READ_ONLY: u32 = 1; // the device refuses writes
export const DISK_CACHED: u32 = 2; // the device has a volatile cache: a flush is needed
export const DISK_FAILED: u32 = 4; // a write failed: nothing more is changed (-EIO), what is dirty stays in memory
export const DISK_GONE: u32 = 8; // the block service that knew it is dead: nothing more is read, either

@unmanaged
export class Disk {
  isUsed: u32;
  index: u32;
  device: u32; // the block service's number
  flags: u32; // DISK_…
  sectors: u64; // of 512 bytes
  pages: u32; // the last one may be a part
  epoch: u32; // counts syncs: a page is dirty of the epoch in which it was changed
  dirtyNow: u32; // pages changed in this epoch and not written yet
  dirtyBefore: u32; // pages changed in earlier ones and not written yet
  pending: u32; // requests to the block service that are not answered
  flushResult: i32; // of the last flush
  waitersLow: u64; // requests that wait for pages to be written (a Waiters record)
  waitersHigh: u64;
  name0: u64; // the block service's name for it, padded with zeros
  name8: u64;
  isMounted: u32; // a file system uses it; else it is being looked at
  firstDirty: u32; // the list of dirty.ts; 0: it is empty
  lastDirty: u32;

  @inline get waiters(): Waiters {
    return changetype<Waiters>(changetype<usize>(this) + offsetof<Disk>("waitersLow"));
  }
}

@inline
export function diskAt(index: u32): Disk {
  return changetype<Disk>(diskAddress(index));
}

/** Takes a record for a device. Null: all are in use, or the device is too large or already here. */
export function addDisk(device: u32, sectors: u64, flags: u32): Disk | null {
  const pages = (sectors + SECTORS_PER_PAGE - 1) >> SECTORS_SHIFT;
  if (pages > MAX_PAGE) return null;
  for (let index: u32 = 0; index < MAX_DISKS; index++) {
    const disk = diskAt(index);
    if (disk.isUsed) continue;
    memory.fill(changetype<usize>(disk), 0, DISK_SIZE);
    disk.isUsed = 1;
    disk.index = index;
    disk.device = device;
    disk.sectors = sectors;
    disk.pages = <u32>pages;
    disk.flags = flags;
    return disk;
  }
  return null;
}

const MAX_DISK_NAME: u32 = 15;

/** Notes the name of a disk. */
export function nameDisk(disk: Disk, name: usize, length: u32): void {
  memory.copy(changetype<usize>(disk) + offsetof<Disk>("name0"), name, min(length, MAX_DISK_NAME));
}

/** The disk of that name, or null. */
export function findDisk(name: usize, length: u32): Disk | null {
  if (length > MAX_DISK_NAME) return null;
  for (let index: u32 = 0; index < MAX_DISKS; index++) {
    const disk = diskAt(index);
    const own = changetype<usize>(disk) + offsetof<Disk>("name0");
    if (disk.isUsed && !load<u8>(own + length) && memory.compare(own, name, length) == 0) return disk;
  }
  return null;
}

/** The block service is dead: what it called a disk is none any more. */
export function loseDisks(): void {
  for (let index: u32 = 0; index < MAX_DISKS; index++) {
    if (diskAt(index).isUsed) diskAt(index).flags |= DISK_FAILED | DISK_GONE;
  }
}

/** Whether any disk has changed pages that can still be written. */
export function hasDirtyPages(): bool {
  for (let index: u32 = 0; index < MAX_DISKS; index++) {
    const disk = diskAt(index);
    if (disk.isUsed && !(disk.flags & DISK_FAILED) && disk.dirtyNow + disk.dirtyBefore > 0) return true;
  }
  return false;
}

/** Sectors of page `page`: fewer in a last page that is a part. */
export function sectorsOfPage(disk: Disk, page: u32): u32 {
  return <u32>min<u64>(SECTORS_PER_PAGE, disk.sectors - ((<u64>page) << SECTORS_SHIFT));
}
