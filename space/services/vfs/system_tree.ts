// The tree that every machine has: /tmp, the mount points, and the file systems that are always mounted.

import { EPID_CONSOLE, EPID_PROCFS, EPID_VFS } from "../../../abi/endpoints";
import { ENOSPC } from "../../../abi/errno";
import { S_IFCHR, S_IFDIR, S_IFMT } from "../../../abi/file";
import { FS_ROOT } from "../../../abi/ops";
import { DEVFS_ROOT, DEVICE_NULL, DEVICE_ZERO, DevFs, addDevice } from "./devfs/devfs";
import { ExtFs } from "./ext/ext";
import { makeCrcTables } from "./ext/crc32c";
import { found } from "./found";
import {
  MOUNT_FIXED,
  MOUNT_READ_ONLY,
  ROOT_MOUNT,
  TYPE_DEVFS,
  TYPE_EXT,
  TYPE_REMOTE,
  TYPE_TMPFS,
  addMount,
  mountAt,
  registerType,
} from "./mount_table";
import { walk } from "./path";
import { RemoteFs } from "./remote/remote";
import { INODE_FIXED, inodeAt } from "./tmpfs/inode";
import { makeNode } from "./tmpfs/namespace";
import { TmpFs } from "./tmpfs/tmpfs";

/** The console's only handle. */
const CONSOLE_HANDLE: u32 = 1;
const DIRECTORY_MODE: u32 = S_IFDIR | 0o755;
const SHARED_DIRECTORY_MODE: u32 = S_IFDIR | 0o1777;

const text: usize = memory.data(32, 8);

/** Puts a text of ours, of at most 24 ASCII characters, where it can be read as bytes. → its length */
function encode(name: string): u32 {
  return <u32>String.UTF8.encodeUnsafe(changetype<usize>(name), name.length, text);
}

/** Makes every type of file system known. Called first. */
export function registerTypes(): void {
  registerType(TYPE_TMPFS, new TmpFs());
  registerType(TYPE_DEVFS, new DevFs());
  registerType(TYPE_EXT, new ExtFs());
  registerType(TYPE_REMOTE, new RemoteFs());
  makeCrcTables();
}

function addCharacterDevice(name: string, endpoint: u32, handle: u32): void {
  addDevice(text, encode(name), S_IFCHR, endpoint, handle);
}

/** Fills /dev; needed at every start, since devices are not kept in the arena. */
export function addDevices(): void {
  addCharacterDevice("null", EPID_VFS, DEVICE_NULL);
  addCharacterDevice("zero", EPID_VFS, DEVICE_ZERO);
  addCharacterDevice("console", EPID_CONSOLE, CONSOLE_HANDLE);
}

/** Makes a directory of the system's in the root. → its inode, or -ENOSPC. */
function addDirectory(path: string, mode: u32): i32 {
  walk(text, encode(path), false);
  const number = makeNode(found, mode);
  if (number > 0) inodeAt(number).flags = INODE_FIXED;
  return number;
}

/** Whether a path leads to a directory of the system's, in a mount of `type`. */
function isSystemDirectory(path: string, type: u32): bool {
  if (walk(text, encode(path), false) != 0 || (found.mode & S_IFMT) != S_IFDIR) return false;
  return mountAt(found.mount).type == type;
}

/** Whether an arena that was taken over has what a machine must have. */
export function hasSystemTree(): bool {
  const hasTmp = isSystemDirectory("/tmp", TYPE_TMPFS);
  const hasMnt = isSystemDirectory("/mnt", TYPE_TMPFS);
  const hasProc = isSystemDirectory("/proc", TYPE_REMOTE);
  return hasTmp && hasMnt && hasProc && isSystemDirectory("/dev", TYPE_DEVFS);
}

/** Makes the directories and mounts in an empty root. 0 or -ENOSPC. */
export function addSystemTree(): i32 {
  const tmp = addDirectory("/tmp", SHARED_DIRECTORY_MODE);
  const dev = addDirectory("/dev", DIRECTORY_MODE);
  const mnt = addDirectory("/mnt", DIRECTORY_MODE);
  const proc = addDirectory("/proc", DIRECTORY_MODE);
  if (tmp < 0 || dev < 0 || mnt < 0 || proc < 0) return -ENOSPC;
  addMount(TYPE_DEVFS, DEVFS_ROOT, ROOT_MOUNT, dev, MOUNT_FIXED);
  const processes = addMount(TYPE_REMOTE, FS_ROOT, ROOT_MOUNT, proc, MOUNT_FIXED | MOUNT_READ_ONLY);
  if (processes) processes.volume = EPID_PROCFS;
  return 0;
}
