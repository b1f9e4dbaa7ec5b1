// Which disks and partitions there are, and claiming one.
//
//   const disk = new BlockDevice();
//   if (findDevice("vda1", disk) == 0) … disk.sectors …

import {
  BLOCK_DEVICE_BLOCK_BYTES,
  BLOCK_DEVICE_DISK,
  BLOCK_DEVICE_FIRST,
  BLOCK_DEVICE_FIXED_BYTES,
  BLOCK_DEVICE_FLAGS,
  BLOCK_DEVICE_ID,
  BLOCK_DEVICE_SECTORS,
  BLOCK_FLAG_READ_ONLY,
} from "../../../abi/block";
import { EBADMSG } from "../../../abi/errno";
import { BLOCK_CLAIM, BLOCK_DESCRIBE, BLOCK_FIND } from "../../../abi/ops";
import { EPID_BLOCK, Message, ipcCallService, message, request } from "../hnx_ipc";
import { decodeUtf8 } from "../process/utf8";

export class BlockDevice {
  id: u32 = 0;
  /** The device that is the whole disk; its own id if it is that. */
  disk: u32 = 0;
  sectors: u64 = 0;
  first: u64 = 0;
  /** BLOCK_FLAG_… */
  flags: u32 = 0;
  blockBytes: u32 = 0;
  name: string = "";

  get isReadOnly(): bool {
    return (this.flags & BLOCK_FLAG_READ_ONLY) != 0;
  }

  /** Reads the record in a response. 0 or -EBADMSG */
  read(m: Message): i32 {
    const record = m.take(BLOCK_DEVICE_FIXED_BYTES);
    const name = m.readStr();
    if (!m.ok) return -EBADMSG;
    this.sectors = load<u64>(record, BLOCK_DEVICE_SECTORS);
    this.first = load<u64>(record, BLOCK_DEVICE_FIRST);
    this.id = load<u32>(record, BLOCK_DEVICE_ID);
    this.disk = load<u32>(record, BLOCK_DEVICE_DISK);
    this.flags = load<u32>(record, BLOCK_DEVICE_FLAGS);
    this.blockBytes = load<u32>(record, BLOCK_DEVICE_BLOCK_BYTES);
    this.name = decodeUtf8(name + 1, load<u8>(name));
    return 0;
  }
}

/** Fills `device` with device number `id`. 0, or -errno (-ENODEV: there are fewer). */
export function describeDevice(id: u32, device: BlockDevice): i32 {
  const status = ipcCallService(EPID_BLOCK, request(BLOCK_DESCRIBE).withU32(id));
  return status < 0 ? status : device.read(message());
}

/** Fills `device` with the device of that name. 0, or -errno (-ENOENT). */
export function findDevice(name: string, device: BlockDevice): i32 {
  const status = ipcCallService(EPID_BLOCK, request(BLOCK_FIND).withText(name));
  return status < 0 ? status : device.read(message());
}

/** From now on only this process writes to the device, or (take: false) everybody again. 0, -EBUSY, -ENODEV. */
export function claimDevice(id: u32, take: bool): i32 {
  return ipcCallService(EPID_BLOCK, request(BLOCK_CLAIM).withU32(id).withU32(u32(take)));
}
