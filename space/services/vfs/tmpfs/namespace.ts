// Making, removing and changing names in tmpfs. Each function is given places (found.ts) that are checked for what POSIX
// says of any file system, and changes everything or nothing.

import { EBUSY, EMLINK, ENOSPC, ENOTEMPTY, EROFS } from "../../../../abi/errno";
import { S_IFDIR, S_IFLNK, S_IFMT } from "../../../../abi/file";
import { memoryBarrier } from "../../../lib/sys";
import { now_ns } from "../clock";
import { Found } from "../found";
import { ensureBlock } from "./block_map";
import { addEntry, findEntry, removeEntry, renameEntry } from "./directory";
import { INODE_FIXED, Inode, allocateInode, inodeAt, isDirectory, releaseIfUnused } from "./inode";
import { BLOCK_SIZE, blockAddress } from "./layout";
import { superblock } from "./superblock";

/** Permission bits of a mode: rwx three times, set-id and sticky bits. */
export const PERMISSIONS: u32 = 0o7777;

const LINK_MODE: u32 = S_IFLNK | 0o777;

/** Slot of the name at a place where there is one. */
@inline
function slotOf(place: Found): u32 {
  return findEntry(place.parent, place.name, place.length, place.hash);
}

/** Gives the missing name to inode `number`, which is new. 0 or -ENOSPC, and then the inode is gone. */
function nameNew(place: Found, number: u32): i32 {
  const status = addEntry(place.parent, place.name, place.length, place.hash, number);
  if (status < 0) releaseIfUnused(number);
  return status;
}

/** Makes the missing name, with a new inode of `mode`. → inode number; -ENOSPC (no inode or no block). */
export function makeNode(place: Found, mode: u32): i32 {
  const number = allocateInode(mode);
  if (!number) return -ENOSPC;
  const status = nameNew(place, number);
  if (status < 0) return status;
  const inode = inodeAt(number);
  inode.links = 1;
  if ((mode & S_IFMT) == S_IFDIR) {
    inode.links = 2;
    inode.parent = place.parent;
    inodeAt(place.parent).links += 1;
  }
  return number;
}

/** Makes the missing name a symbolic link: its text, shorter than a block, is the inode's data. 0 or -ENOSPC. */
export function makeLink(place: Found, text: usize, length: u32): i32 {
  const number = allocateInode(LINK_MODE);
  if (!number) return -ENOSPC;
  const inode = inodeAt(number);
  const block = length < BLOCK_SIZE ? ensureBlock(inode, 0, 0) : 0;
  if (!block) {
    releaseIfUnused(number);
    return -ENOSPC;
  }
  memory.copy(blockAddress(block), text, length);
  inode.size = length;
  const status = nameNew(place, number);
  if (status < 0) return status;
  inode.links = 1;
  return 0;
}

/** link. 0, -EROFS (part of the system's image), -EMLINK, -ENOSPC. */
export function addName(place: Found, number: u32): i32 {
  const inode = inodeAt(number);
  if (inode.flags & INODE_FIXED) return -EROFS;
  if (inode.links == u32.MAX_VALUE) return -EMLINK;
  const status = addEntry(place.parent, place.name, place.length, place.hash, number);
  if (status < 0) return status;
  inode.links += 1;
  inode.ctime_ns = now_ns();
  return 0;
}

/** One name less for a file. */
function dropName(number: u32): void {
  const inode = inodeAt(number);
  inode.links -= 1;
  inode.ctime_ns = now_ns();
  releaseIfUnused(number);
}

/** unlink. 0, -EROFS (the name is part of the system's image). */
export function removeFile(place: Found): i32 {
  if (inodeAt(place.inode).flags & INODE_FIXED) return -EROFS;
  removeEntry(slotOf(place));
  dropName(place.inode);
  return 0;
}

/** Whether a directory may go: 0, -ENOTEMPTY, -EBUSY (one of the system's). */
function checkRemovable(inode: Inode): i32 {
  if (inode.entries) return -ENOTEMPTY;
  return inode.flags & INODE_FIXED ? -EBUSY : 0;
}

/** An empty directory that has no name any more. */
function dropDirectory(number: u32): void {
  const inode = inodeAt(number);
  inode.links = 0;
  inodeAt(inode.parent).links -= 1;
  releaseIfUnused(number);
}

/** rmdir. */
export function removeDirectory(place: Found): i32 {
  const status = checkRemovable(inodeAt(place.inode));
  if (status < 0) return status;
  removeEntry(slotOf(place));
  dropDirectory(place.inode);
  return 0;
}

/** Puts a directory below another one. */
function moveDirectory(inode: Inode, parent: u32): void {
  if (inode.parent == parent) return;
  inodeAt(inode.parent).links -= 1;
  inodeAt(parent).links += 1;
  inode.parent = parent;
}

/** rename: a service that dies in it leaves the old name or the new one (movedSlot). 0, -EROFS, -EBUSY (either is the system's), -ENOTEMPTY, -ENOSPC. */
export function moveName(from: Found, to: Found): i32 {
  const sb = superblock();
  const inode = inodeAt(from.inode);
  const isDirectoryMoved = isDirectory(inode);
  if (inode.flags & INODE_FIXED) return isDirectoryMoved ? -EBUSY : -EROFS;
  if (to.inode) {
    const other = inodeAt(to.inode);
    const status = isDirectory(other) ? checkRemovable(other) : other.flags & INODE_FIXED ? -EROFS : 0;
    if (status < 0) return status;
    sb.movedSlot = slotOf(from);
    renameEntry(slotOf(to), from.inode);
    if (isDirectory(other)) dropDirectory(to.inode);
    else dropName(to.inode);
  } else {
    sb.movedSlot = slotOf(from);
    const status = addEntry(to.parent, to.name, to.length, to.hash, from.inode);
    if (status < 0) {
      sb.movedSlot = 0;
      return status;
    }
  }
  removeEntry(slotOf(from));
  memoryBarrier();
  sb.movedSlot = 0;
  if (isDirectoryMoved) moveDirectory(inode, to.parent);
  inode.ctime_ns = now_ns();
  return 0;
}
