// The mount table after a restart: kept are the mounts whose file system is still what it was and that lie in one which is kept.

import {
  MOUNT_FIXED,
  Mount,
  ROOT_MOUNT,
  TYPE_NONE,
  TYPE_TMPFS,
  computeFilter,
  fileSystemOf,
  isKnownType,
  mountAt,
} from "../mount_table";
import { namesChanged } from "../path_cache";
import { ROOT_INODE, inodeAt, isDirectory } from "../tmpfs/inode";
import { MAX_MOUNTS } from "../tmpfs/layout";
import { superblock } from "../tmpfs/superblock";
import { reachDirectory } from "./directories";

/** Whether a mount can be kept, the one that it lies in apart. */
function isSound(mount: Mount): bool {
  if (!isKnownType(mount.type) || mount.parent >= MAX_MOUNTS || !mount.covered) return false;
  if (!fileSystemOf(mount).isKept(mount.root)) return false;
  return mount.type != TYPE_TMPFS || isDirectory(inodeAt(mount.root));
}

/** Drops the mounts whose parent is not there, until none is left. */
function dropLost(): void {
  let isDone = false;
  while (!isDone) {
    isDone = true;
    for (let index: u32 = 1; index < MAX_MOUNTS; index++) {
      const mount = mountAt(index);
      if (!mount.type || mountAt(mount.parent).type) continue;
      mount.type = TYPE_NONE;
      isDone = false;
    }
  }
}

/** Keeps the mounts that can be kept, and reaches tmpfs's roots. false: there is no root. */
export function recoverMounts(): bool {
  const sb = superblock();
  const root = mountAt(ROOT_MOUNT);
  if (root.type != TYPE_TMPFS || root.root != ROOT_INODE || root.parent || root.covered) return false;
  root.flags = MOUNT_FIXED;
  for (let index: u32 = 0; index < MAX_MOUNTS; index++) {
    const mount = mountAt(index);
    mount.index = index;
    mount.opens = 0;
    mount.filter = 0;
    if (index != ROOT_MOUNT && mount.type && !isSound(mount)) mount.type = TYPE_NONE;
  }
  dropLost();
  reachDirectory(ROOT_INODE, ROOT_INODE);
  sb.endMount = 1;
  for (let index: u32 = 1; index < MAX_MOUNTS; index++) {
    const mount = mountAt(index);
    if (!mount.type) continue;
    if (mount.type == TYPE_TMPFS) {
      // A root that was reached already is another mount's.
      if (inodeAt(mount.root).links) mount.type = TYPE_NONE;
      else reachDirectory(mount.root, mount.root);
    }
    if (mount.type) sb.endMount = index + 1;
  }
  namesChanged();
  return true;
}

/** Each mount knows which of its directories are covered. */
export function findFilters(): void {
  for (let index: u32 = 0; index < superblock().endMount; index++) {
    if (mountAt(index).type) computeFilter(mountAt(index));
  }
}
