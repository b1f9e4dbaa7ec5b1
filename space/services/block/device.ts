// What clients name: whole disks and partitions, in one table that is filled at the start and never changes after, but for
// the claims. Called by service.ts and admission.ts, filled by main.ts.

import {
  BLOCK_FLAG_CACHE,
  BLOCK_FLAG_FAILED,
  BLOCK_FLAG_PARTITION,
  BLOCK_FLAG_READ_ONLY,
  BLOCK_MAX_DISKS,
  BLOCK_MAX_PARTITIONS,
} from "../../../abi/block";
import { EBUSY, ESRCH } from "../../../abi/errno";
import { SYS_KILL } from "../../../abi/syscall";
import { Message } from "../../lib/hnx_ipc";
import { syscall } from "../../lib/sys";
import { Disk } from "./disk";
import { LETTER_A } from "./disk_log";

const MAX_DEVICES: u32 = BLOCK_MAX_DISKS * (1 + BLOCK_MAX_PARTITIONS);
const DIGIT_0: u32 = 0x30;
const LETTER_V: u32 = 0x76;
const LETTER_D: u32 = 0x64;

@unmanaged
export class Device {
  first: u64; // sector of its disk
  sectors: u64;
  disk: u32; // index
  whole: u32; // the device that is the whole disk
  isPartition: u32;
  claimant: u32; // process id; 0: nobody
  nameLength: u32;
  reserved: u32;
}
const NAME: u32 = 40; // "vda" and three digits at most, so it fits BLOCK_MAX_NAME, too
const DEVICE_SIZE: u32 = 56;

const table: usize = heap.alloc(MAX_DEVICES * DEVICE_SIZE);
export let deviceCount: u32 = 0;
const disks: StaticArray<Disk | null> = new StaticArray<Disk | null>(<i32>BLOCK_MAX_DISKS);

@inline
function at(index: u32): Device {
  return changetype<Device>(table + index * DEVICE_SIZE);
}

/** Device `index`, or null. */
@inline
export function deviceAt(index: u32): Device | null {
  return index < deviceCount ? at(index) : null;
}

@inline
function indexOf(device: Device): u32 {
  return <u32>(changetype<usize>(device) - table) / DEVICE_SIZE;
}

/** Disk `index` < BLOCK_MAX_DISKS, or null. */
@inline
export function diskAt(index: u32): Disk | null {
  return unchecked(disks[index]);
}

/** The disk that a device lies on. */
@inline
export function diskOf(device: Device): Disk {
  return diskAt(device.disk)!;
}

/** Adds a whole disk. → its device */
export function addDisk(disk: Disk): Device {
  disks[disk.index] = disk;
  const device = add(0, disk.sectors, disk.index, deviceCount);
  nameDevice(device, 0);
  return device;
}

/** Adds partition `number` of a disk's device: sectors [first, first + sectors), which lie on the disk. */
export function addPartition(whole: Device, number: u32, first: u64, sectors: u64): void {
  const device = add(first, sectors, whole.disk, indexOf(whole));
  device.isPartition = 1;
  nameDevice(device, number);
}

function add(first: u64, sectors: u64, disk: u32, whole: u32): Device {
  const device = at(deviceCount++);
  device.first = first;
  device.sectors = sectors;
  device.disk = disk;
  device.whole = whole;
  return device;
}

/** vda, or vda and the partition's number. */
function nameDevice(device: Device, number: u32): void {
  const name = changetype<usize>(device) + NAME;
  store<u8>(name, <u8>LETTER_V);
  store<u8>(name, <u8>LETTER_D, 1);
  store<u8>(name, <u8>(LETTER_A + device.disk), 2);
  let length: u32 = 3;
  let unit: u32 = 1;
  while (number / unit >= 10) unit *= 10;
  for (; number && unit; unit /= 10) store<u8>(name + length++, <u8>(DIGIT_0 + ((number / unit) % 10)));
  device.nameLength = length;
}

/** The device of that name, or null. */
export function findByName(name: usize, length: u32): Device | null {
  for (let i: u32 = 0; i < deviceCount; i++) {
    const device = at(i);
    if (device.nameLength == length && memory.compare(changetype<usize>(device) + NAME, name, length) == 0)
      return device;
  }
  return null;
}

/** Appends a device's record (abi/block.ts, BlockDevice) to a response. → its index */
export function describe(m: Message, device: Device): u32 {
  const disk = diskOf(device);
  let flags: u32 = device.isPartition ? BLOCK_FLAG_PARTITION : 0;
  if (disk.readOnly) flags |= BLOCK_FLAG_READ_ONLY;
  if (disk.hasCache) flags |= BLOCK_FLAG_CACHE;
  if (disk.hasFailed) flags |= BLOCK_FLAG_FAILED;
  m.withU64(device.sectors).withU64(device.first).withU32(indexOf(device)).withU32(device.whole);
  m.withU32(flags).withU32(disk.blockBytes);
  m.withStr(changetype<usize>(device) + NAME, device.nameLength);
  return indexOf(device);
}

function overlaps(a: Device, b: Device): bool {
  return a.disk == b.disk && a.first < b.first + b.sectors && b.first < a.first + a.sectors;
}

/** Whether `pid` may write to the device: nobody else claims a sector of it. */
export function mayWrite(device: Device, pid: u32): bool {
  if (device.claimant == pid) return true;
  for (let i: u32 = 0; i < deviceCount; i++) {
    const other = at(i);
    if (other.claimant && other.claimant != pid && overlaps(device, other)) {
      if (isAlive(other.claimant)) return false;
      other.claimant = 0;
    }
  }
  return true;
}

/** Takes the device for `pid` alone, or lets it go. 0, -EBUSY: another process claims some of it. */
export function claim(device: Device, pid: u32, take: bool): i32 {
  if (take && !mayWrite(device, pid)) return -EBUSY;
  if (take) device.claimant = pid;
  else if (device.claimant == pid) device.claimant = 0;
  return 0;
}

function isAlive(pid: u32): bool {
  return <i32>syscall(SYS_KILL, pid, 0, 0, 0, 0, 0) != -ESRCH;
}
