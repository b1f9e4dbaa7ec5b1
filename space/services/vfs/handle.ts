// Open handles, in the arena. A handle's value, which the kernel keeps in a descriptor, is
//
//   31 30        10 9        0
//   | 0 | generation | index |     generation ≥ 1: a closed handle's value names nobody (-EBADF), and none is NO_HANDLE
//
// Whose handle it is the kernel knows, and only the kernel.

import { S_IFDIR, S_IFIFO, S_IFMT } from "../../../abi/file";
import { memoryBarrier } from "../../lib/sys";
import { closePipeEnd } from "./pipe_ends";
import { inodeAt } from "./tmpfs/inode";
import { OPENED_SHIFT, superblock } from "./tmpfs/superblock";
import { HANDLE_BLOCK, HANDLE_SIZE, MAX_HANDLES, blockAddress } from "./tmpfs/layout";
import { fileSystemOf, mountAt } from "./mount_table";

const INDEX_BITS: u32 = 10;
const INDEX_MASK: u32 = MAX_HANDLES - 1;
const MAX_GENERATION: u32 = (1 << 21) - 1;

/**
 * A handle's flags are O_… of its open, the inode's type in the upper four bits, and HANDLE_OTHER, which is none of the
 * O_…, for a directory's or a pipe's: what no file's bytes are read from.
 */
export const HANDLE_OTHER: u32 = 4;
const TYPE_SHIFT: u32 = 16;
const TYPE_MASK: u32 = S_IFMT << TYPE_SHIFT;

@unmanaged
export class Handle {
  inode: u32; // 0: not open
  flags: u32;
  position: u64; // bytes; in a directory: what readdir gives next
  generation: u32;
  next: u32; // released: index + 1 of the next one in the list
  mount: u32; // index of the mount that has the inode
  ahead: u32; // page of the file after the last one read, for read-ahead

  /** S_IF…. */
  @inline get type(): u32 {
    return (this.flags & TYPE_MASK) >> TYPE_SHIFT;
  }
}

@inline
export function handleAt(index: u32): Handle {
  return changetype<Handle>(blockAddress(HANDLE_BLOCK) + <usize>index * HANDLE_SIZE);
}

/** What makes the values of a closed handle name nobody. */
export function nextGeneration(generation: u32): u32 {
  return generation >= MAX_GENERATION ? 1 : generation + 1;
}

/** Whether one more handle, or `count` of them, can be opened. */
export function hasFreeHandle(count: u32 = 1): bool {
  return superblock().openHandles + count <= superblock().maxHandles;
}

/** Opens a handle to inode `inode` of a mount; there is a free one. token: the call that asked for it. → its value. */
export function openHandle(mountIndex: u32, inode: u32, mode: u32, flags: u32, token: u64): u32 {
  const sb = superblock();
  let index = sb.freeHandle;
  if (index) {
    index -= 1;
    sb.freeHandle = handleAt(index).next;
  } else {
    index = sb.freshHandle;
    sb.freshHandle = index + 1;
  }
  if (!(sb.changing >> OPENED_SHIFT)) sb.changing |= (index + 1) << OPENED_SHIFT;
  memoryBarrier(); // a service that dies from here on leaves a handle that nobody was told of
  const handle = handleAt(index);
  handle.inode = inode;
  const type = mode & S_IFMT;
  handle.flags = flags | (type << TYPE_SHIFT) | (type == S_IFDIR || type == S_IFIFO ? HANDLE_OTHER : 0);
  handle.position = 0;
  handle.mount = mountIndex;
  handle.ahead = 0;
  if (!handle.generation) handle.generation = 1;
  const mount = mountAt(mountIndex);
  mount.opens += 1;
  fileSystemOf(mount).opened(mount, inode);
  const value = (handle.generation << INDEX_BITS) | index;
  sb.openHandles += 1;
  sb.openedHandle = value;
  sb.openedToken = token;
  return value;
}

/** The open handle of a value, or null. */
@inline
export function findHandle(value: u32): Handle | null {
  const handle = handleAt(value & INDEX_MASK);
  if (!handle.inode || handle.generation != value >> INDEX_BITS) return null;
  return handle;
}

/** Closes a handle; the inode goes if that was the last that referred to it. false: no such handle is open. */
export function closeHandle(value: u32): bool {
  const handle = findHandle(value);
  if (!handle) return false;
  const sb = superblock();
  const inode = handle.inode;
  handle.inode = 0;
  handle.generation = nextGeneration(handle.generation);
  handle.next = sb.freeHandle;
  sb.freeHandle = (value & INDEX_MASK) + 1;
  sb.openHandles -= 1;
  if (sb.openedHandle == value) sb.openedHandle = 0;
  if (handle.type == S_IFIFO) closePipeEnd(inodeAt(inode), handle.flags);
  const mount = mountAt(handle.mount);
  mount.opens -= 1;
  fileSystemOf(mount).closed(mount, inode);
  return true;
}

/** The caller of `token` died: if it had just been given a handle, its answer reached no one, and no one will close it. */
export function closeUndelivered(token: u64): void {
  const sb = superblock();
  if (!sb.openedHandle || sb.openedToken != token) return;
  const handle = findHandle(sb.openedHandle);
  if (handle && handle.type == S_IFIFO) closePipe(handle.inode);
  else closeHandle(sb.openedHandle);
}

/** Closes both ends of a pipe. */
function closePipe(inode: u32): void {
  for (let index: u32 = 0; index < superblock().freshHandle; index++) {
    const handle = handleAt(index);
    if (handle.inode == inode && handle.type == S_IFIFO)
      closeHandle((handle.generation << INDEX_BITS) | index);
  }
}
