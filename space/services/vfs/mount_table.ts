// The mount table: which file system lies where. It is in the arena (tmpfs/layout.ts, block 0) beside the open handles,
// which name mounts by index. Mount 0 is the root.
//
// A directory is covered by a mount when that names it as (parent, covered). So that a walk need not search the table at
// each directory, every mount has a filter of the directories in it that are covered: bit number inode mod 64.

import { memoryBarrier } from "../../lib/sys";
import { namesChanged } from "./path_cache";
import { FileSystem } from "./file_system";
import { superblock } from "./tmpfs/superblock";
import { MAX_MOUNTS, MOUNT_SIZE, MOUNT_TABLE } from "./tmpfs/layout";

// Types of file systems: the index in the table of their code.
export const TYPE_NONE: u32 = 0;
export const TYPE_TMPFS: u32 = 1;
export const TYPE_DEVFS: u32 = 2;
export const TYPE_PROC: u32 = 3;
export const TYPE_PIPES: u32 = 4;
export const TYPE_EXT: u32 = 5;
export const TYPE_REMOTE: u32 = 6;
const TYPES: i32 = 7;

export const MOUNT_READ_ONLY: u32 = 1; // -EROFS for every change
export const MOUNT_FIXED: u32 = 2; // part of the system: -EBUSY for umount

export const ROOT_MOUNT: u32 = 0;

@unmanaged
export class Mount {
  type: u32; // TYPE_…; TYPE_NONE: the entry is free
  index: u32; // of this entry
  root: u32; // inode of its root
  parent: u32; // index of the mount that has the covered directory
  covered: u32; // inode of that directory; 0 for the root, and for what is nowhere in the tree
  flags: u32; // MOUNT_…
  volume: u32; // the type's own: which of its volumes
  opens: u32; // open handles on it
  filter: u64; // covered directories in this mount
}

const types = new StaticArray<FileSystem | null>(TYPES);

/** Makes a type known. Called once each, before any mount. */
export function registerType(type: u32, fileSystem: FileSystem): void {
  types[type] = fileSystem;
}

/** Whether a type from somewhere is one that there is. */
export function isKnownType(type: u32): bool {
  return type < <u32>TYPES && unchecked(types[type]) != null;
}

/** The type's code. */
@inline
export function fileSystemOf(mount: Mount): FileSystem {
  return changetype<FileSystem>(unchecked(types[mount.type]));
}

@inline
export function mountAt(index: u32): Mount {
  return changetype<Mount>(MOUNT_TABLE + <usize>index * MOUNT_SIZE);
}

/** Name of a type as mount and /proc/mounts give it. */
export function typeName(type: u32): string {
  return changetype<FileSystem>(unchecked(types[type])).name;
}

/** The mount that covers directory `inode` of `mount`, or `mount` itself. */
export function coveringMount(mount: Mount, inode: u32): Mount {
  for (let index: u32 = 1; index < superblock().endMount; index++) {
    const other = mountAt(index);
    if (other.type && other.covered == inode && other.parent == mount.index) return other;
  }
  return mount;
}

/** Whether directory `inode` may be covered: a false "yes" costs a search, there is no false "no". */
@inline
export function mayBeCovered(mount: Mount, inode: u32): bool {
  return (mount.filter >> ((<u64>inode) & 63)) & 1 ? true : false;
}

/** Makes the filter of a mount anew. */
export function computeFilter(mount: Mount): void {
  let filter: u64 = 0;
  for (let index: u32 = 1; index < superblock().endMount; index++) {
    const other = mountAt(index);
    if (other.type && other.covered && other.parent == mount.index)
      filter |= (<u64>1) << ((<u64>other.covered) & 63);
  }
  mount.filter = filter;
}

/** Takes an entry for a mount over `covered` (0: nowhere) of mount `parent`. Null: all MAX_MOUNTS are in use. */
export function addMount(type: u32, root: u32, parent: u32, covered: u32, flags: u32): Mount | null {
  namesChanged();
  for (let index: u32 = 0; index < MAX_MOUNTS; index++) {
    const mount = mountAt(index);
    if (mount.type) continue;
    memory.fill(changetype<usize>(mount), 0, MOUNT_SIZE);
    mount.index = index;
    mount.root = root;
    mount.parent = parent;
    mount.covered = covered;
    mount.flags = flags;
    memoryBarrier();
    mount.type = type; // from here on it is mounted
    const sb = superblock();
    if (sb.endMount <= index) sb.endMount = index + 1;
    computeFilter(mountAt(parent));
    return mount;
  }
  return null;
}

/** Takes a mount out of the tree; nothing is open on it and it covers nothing. */
export function removeMount(mount: Mount): void {
  namesChanged();
  mount.type = TYPE_NONE;
  computeFilter(mountAt(mount.parent));
}

/** Whether the tree below this mount has other mounts in it. */
export function coversNothing(mount: Mount): bool {
  return mount.filter == 0;
}
