// Device nodes in /dev. null and zero are the VFS's own; every other node names the endpoint of the service that answers
// its calls: an open is answered with that endpoint and a handle there, and later calls go straight to it.

import { EPID_CONSOLE, EPID_VFS } from "../../../abi/endpoints";
import { S_IFCHR, S_IFMT } from "../../../abi/file";
import { walk } from "./path";
import { INODE_FIXED, Inode, inodeAt } from "./tmpfs/inode";
import { makeDirectory, makeNode } from "./tmpfs/namespace";

/** Handles of the VFS's own devices (Inode.deviceHandle); they are never given to anybody. */
const DEVICE_NULL: u32 = 0;
const DEVICE_ZERO: u32 = 1;
/** The console's only handle. */
const CONSOLE_HANDLE: u32 = 1;

const DIRECTORY_MODE: u32 = 0o755;
const SHARED_DIRECTORY_MODE: u32 = 0o1777;
const DEVICE_MODE: u32 = S_IFCHR | 0o666;

@inline
export function isDevice(inode: Inode): bool {
  return (inode.mode & S_IFMT) == S_IFCHR;
}

/** Whether an open is answered by another service. */
@inline
export function isElsewhere(inode: Inode): bool {
  return isDevice(inode) && inode.device != EPID_VFS;
}

/** How many bytes a read of `length` gets from a device of the VFS's own: null has none, zero as many as are asked for. */
@inline
export function readableBytes(inode: Inode, length: u32): u32 {
  return inode.deviceHandle == DEVICE_ZERO ? length : 0;
}

const pathText: usize = memory.data(32, 8);

/** Resolves a path of ours, of at most 24 ASCII characters. */
function walkText(path: string): void {
  String.UTF8.encodeUnsafe(changetype<usize>(path), path.length, pathText);
  walk(pathText, path.length);
}

/** 0 or -ENOSPC. */
function addDirectory(path: string, mode: u32): i32 {
  walkText(path);
  const number = makeDirectory(mode);
  if (number < 0) return number;
  inodeAt(number).flags = INODE_FIXED;
  return 0;
}

/** 0 or -ENOSPC. */
function addDevice(path: string, endpoint: u32, handle: u32): i32 {
  walkText(path);
  const number = makeNode(DEVICE_MODE);
  if (number < 0) return number;
  const inode = inodeAt(number);
  inode.flags = INODE_FIXED;
  inode.device = endpoint;
  inode.deviceHandle = handle;
  return 0;
}

/** Makes /tmp and /dev with its nodes, in a tree that is empty. 0 or -ENOSPC. */
export function addSystemNodes(): i32 {
  let status = addDirectory("/tmp", SHARED_DIRECTORY_MODE);
  if (status == 0) status = addDirectory("/dev", DIRECTORY_MODE);
  if (status == 0) status = addDevice("/dev/null", EPID_VFS, DEVICE_NULL);
  if (status == 0) status = addDevice("/dev/zero", EPID_VFS, DEVICE_ZERO);
  if (status == 0) status = addDevice("/dev/console", EPID_CONSOLE, CONSOLE_HANDLE);
  return status;
}
