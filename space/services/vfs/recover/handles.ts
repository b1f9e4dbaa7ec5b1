// Open handles after a restart. One that an operation had opened when the service died is nobody's, since its answer never went
// out; one on what is gone (a disk's file) is closed, and its value names nobody from then on.

import { O_ACCESS_MODE, O_RDONLY, S_IFIFO, S_IFMT } from "../../../../abi/file";
import { Handle, handleAt, nextGeneration } from "../handle";
import { TYPE_TMPFS, fileSystemOf, mountAt } from "../mount_table";
import { PIPE_READ_END, PIPE_WRITE_END } from "../pipe_ends";
import { inodeAt, isSoundInode } from "../tmpfs/inode";
import { MAX_HANDLES, MAX_MOUNTS } from "../tmpfs/layout";
import { OPENED_SHIFT, superblock } from "../tmpfs/superblock";

/** Handle records that were ever used are below it, whatever became of the counter. */
function endOfHandles(): u32 {
  let end = MAX_HANDLES;
  while (end && !(handleAt(end - 1).inode | handleAt(end - 1).generation)) end--;
  return end;
}

/** Closes what the operation in progress had opened; of a pipe both ends, which have its inode for themselves. */
export function closeHalfOpened(): void {
  const opened = superblock().changing >> OPENED_SHIFT;
  const end = endOfHandles();
  if (!opened || opened > end) return;
  const inode = handleAt(opened - 1).inode;
  handleAt(opened - 1).inode = 0;
  if (!isSoundInode(inode) || (inodeAt(inode).mode & S_IFMT) != S_IFIFO) return;
  for (let index: u32 = 0; index < end; index++) {
    const other = handleAt(index);
    if (other.inode == inode && other.mount < MAX_MOUNTS && mountAt(other.mount).type == TYPE_TMPFS)
      other.inode = 0;
  }
}

/** Whether what the handle is open on is there. */
function isKept(handle: Handle): bool {
  if (handle.mount >= MAX_MOUNTS) return false;
  const mount = mountAt(handle.mount);
  if (!mount.type || !fileSystemOf(mount).isKept(handle.inode)) return false;
  return mount.type != TYPE_TMPFS || handle.type == (inodeAt(handle.inode).mode & S_IFMT);
}

/** Counts an open handle. */
function count(handle: Handle): void {
  superblock().openHandles += 1;
  const mount = mountAt(handle.mount);
  mount.opens += 1;
  if (mount.type != TYPE_TMPFS) return;
  const inode = inodeAt(handle.inode);
  const isFirst = inode.opens == 0;
  inode.opens += 1;
  if (handle.type != S_IFIFO) return;
  const end = (handle.flags & O_ACCESS_MODE) == O_RDONLY ? PIPE_READ_END : PIPE_WRITE_END;
  inode.firstRoom = isFirst ? end : inode.firstRoom | end;
}

/** Keeps the handles that are open on something, and makes the list of the others. The mounts are recovered. */
export function recoverHandles(): void {
  const sb = superblock();
  const end = endOfHandles();
  sb.freshHandle = end;
  sb.freeHandle = 0;
  for (let index: u32 = 0; index < end; index++) {
    const handle = handleAt(index);
    if (handle.inode && handle.generation && isKept(handle)) {
      count(handle);
      continue;
    }
    handle.inode = 0;
    handle.generation = nextGeneration(handle.generation);
    handle.next = sb.freeHandle;
    sb.freeHandle = index + 1;
  }
}
