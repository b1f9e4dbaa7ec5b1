// devfs: the nodes in /dev, a flat table that the service fills anew at each start. null and zero are the VFS's own; every
// other node names the endpoint of the service that answers its calls: an open is answered with that endpoint and a handle
// there, and later calls go straight to it. Inode 1 is the root, inode n + 2 node n.

import { EPID_VFS } from "../../../../abi/endpoints";
import {
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFMT,
  STAT_BYTES,
  STAT_DEVICE,
  STAT_INODE,
  STAT_LINKS,
  STAT_MODE,
} from "../../../../abi/file";
import { MAX_COPY_SLICE } from "../../../../abi/limits";
import { Message } from "../../../../abi/message";
import { FileSystem, Space, listed, node, space } from "../file_system";
import { Mount } from "../mount_table";
import { setSpan } from "../span";
import { BLOCK_SIZE, ZERO_BLOCK, blockAddress } from "../tmpfs/layout";

export const DEVFS_ROOT: u32 = 1;
const FIRST_NODE: u32 = 2;
const MAX_DEVICES: u32 = 64; // more are left out
const MAX_DEVICE_NAME: u32 = 16; // bytes; longer names are left out
const DIRECTORY_MODE: u32 = S_IFDIR | 0o755;

/** Handles of the VFS's own devices; they are never given to anybody. */
export const DEVICE_NULL: u32 = 0;
export const DEVICE_ZERO: u32 = 1;

@unmanaged
class Device {
  mode: u32;
  endpoint: u32; // whose device it is
  handle: u32; // the handle there
  length: u32; // bytes of the name
  name0: u64;
  name8: u64;

  @inline get name(): usize {
    return changetype<usize>(this) + offsetof<Device>("name0");
  }
}

const devices: usize = memory.data(2048, 8); // MAX_DEVICES of offsetof<Device>() bytes
let count: u32 = 0;

@inline
function deviceAt(index: u32): Device {
  return changetype<Device>(devices + <usize>index * offsetof<Device>());
}

@inline
function deviceOf(inode: u32): Device {
  return deviceAt(inode - FIRST_NODE);
}

/** Whether an open of this node is answered by another service. */
export function isElsewhere(inode: u32): bool {
  return inode >= FIRST_NODE && deviceOf(inode).endpoint != EPID_VFS;
}
export function endpointOfDevice(inode: u32): u32 {
  return deviceOf(inode).endpoint;
}
export function handleOfDevice(inode: u32): u32 {
  return deviceOf(inode).handle;
}

/** Adds a node, or finds the one of that name and changes it. type: S_IFCHR or S_IFBLK. false: no room. */
export function addDevice(name: usize, length: u32, type: u32, endpoint: u32, handle: u32): bool {
  if (length > MAX_DEVICE_NAME) return false;
  let index = findDevice(name, length);
  if (index == count) {
    if (count == MAX_DEVICES) return false;
    count++;
    memory.copy(deviceAt(index).name, name, length);
    deviceAt(index).length = length;
  }
  const device = deviceAt(index);
  device.mode = type | 0o666;
  device.endpoint = endpoint;
  device.handle = handle;
  return true;
}

/** Index of the device of that name, or `count`. */
function findDevice(name: usize, length: u32): u32 {
  for (let index: u32 = 0; index < count; index++) {
    const device = deviceAt(index);
    if (device.length == length && memory.compare(device.name, name, length) == 0) return index;
  }
  return count;
}

export class DevFs extends FileSystem {
  constructor() {
    super("devfs");
  }

  lookup(mount: Mount, directory: u32, name: usize, length: u32, hash: u32): i64 {
    const index = findDevice(name, length);
    return index < count ? node(FIRST_NODE + index, deviceAt(index).mode) : 0;
  }

  parentOf(mount: Mount, directory: u32): i64 {
    return node(DEVFS_ROOT, DIRECTORY_MODE);
  }

  stat(mount: Mount, inode: u32, at: usize): i32 {
    memory.fill(at, 0, STAT_BYTES);
    const isRoot = inode == DEVFS_ROOT;
    store<u32>(at, isRoot ? DIRECTORY_MODE : deviceOf(inode).mode, STAT_MODE);
    store<u32>(at, isRoot ? 2 : 1, STAT_LINKS);
    store<u32>(at, inode, STAT_INODE);
    if (!isRoot) store<u32>(at, deviceOf(inode).endpoint, STAT_DEVICE);
    return 0;
  }

  nextEntry(mount: Mount, directory: u32, position: u64): i32 {
    if (position >= count) return 0;
    const device = deviceAt(<u32>position);
    listed.inode = FIRST_NODE + <u32>position;
    listed.type = device.mode;
    listed.name = device.name;
    listed.length = device.length;
    listed.next = position + 1;
    return 1;
  }

  isKept(inode: u32): bool {
    return inode >= DEVFS_ROOT && inode < FIRST_NODE + count;
  }

  /** null has no bytes, zero as many as are asked for. */
  readable(mount: Mount, inode: u32, offset: u64, length: u32): i32 {
    return deviceOf(inode).handle == DEVICE_ZERO ? min(length, MAX_COPY_SLICE) : 0;
  }

  findSpan(mount: Mount, inode: u32, offset: u64, limit: u32): u32 {
    setSpan(blockAddress(ZERO_BLOCK));
    return min(limit, BLOCK_SIZE);
  }

  statfs(mount: Mount): i32 {
    memory.fill(changetype<usize>(space), 0, offsetof<Space>());
    space.blockSize = BLOCK_SIZE;
    space.files = count;
    return 0;
  }

  checkWrite(mount: Mount, inode: u32): i32 {
    return 0;
  }

  write(m: Message, mount: Mount, inode: u32, offset: u64, length: u32, source: usize): i32 {
    return <i32>min<u32>(length, i32.MAX_VALUE);
  }
}

/** Whether a mode is a device's. */
@inline
export function isDevice(mode: u32): bool {
  const type = mode & S_IFMT;
  return type == S_IFCHR || type == S_IFBLK;
}
