// The inode table: one record of 64 bytes for each file, directory and device node.
// An inode lives while a name (links) or an open handle (opens) refers to it; one without a name is an orphan, which
// its last close releases.

import { S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG } from "../../../../abi/file";
import { memoryBarrier } from "../../../lib/sys";
import { now_ns } from "../clock";
import { releaseAllBlocks } from "./block_map";
import { INODE_BLOCK, INODE_SIZE, blockAddress } from "./layout";
import { superblock } from "./superblock";

export const ROOT_INODE: u32 = 1;

export const INODE_ARCHIVE: u32 = 1; // data lies in the boot archive at byte `root`: read-only
export const INODE_FIXED: u32 = 2; // cannot be removed

@unmanaged
export class Inode {
  mode: u32; // S_IF… and permission bits; 0: not in use
  links: u32; // names; a directory also counts its "." and its children's ".."
  opens: u32; // open handles
  flags: u32; // INODE_…
  size: u64; // bytes; a directory's are those of its blocks
  mtime_ns: u64; // since boot
  root: u32; // block map: data or index block, 0 for none; with INODE_ARCHIVE a byte offset in the archive
  height: u32; // block map: levels of index blocks above the data
  blocks: u32; // blocks that it holds, index blocks included
  parent: u32; // directory: the inode above it. Released inode: the next one in the list
  entries: u32; // directory: names in it. Pipe: where in the ring the next byte to be read lies
  firstRoom: u32; // directory: its blocks below this index are full. Pipe: PIPE_…, the ends that are open (pipe_ends.ts)
  ctime_ns: u64; // last change of anything
}

const INODE_ATIME: usize = 48; // u64, in the place of what only directories and pipes have

/** Whether the inode has a time of access of its own; a directory's, and a pipe's, is its mtime. */
function hasAtime(inode: Inode): bool {
  const type = inode.mode & S_IFMT;
  return type != S_IFDIR && type != S_IFIFO;
}

/** Time of the last access as it was set; reading does not change it. */
export function atime_ns(inode: Inode): u64 {
  return hasAtime(inode) ? load<u64>(changetype<usize>(inode), INODE_ATIME) : inode.mtime_ns;
}
export function setAtime_ns(inode: Inode, time_ns: u64): void {
  if (hasAtime(inode)) store<u64>(changetype<usize>(inode), time_ns, INODE_ATIME);
}

@inline
export function inodeAt(number: u32): Inode {
  return changetype<Inode>(blockAddress(INODE_BLOCK) + <usize>number * INODE_SIZE);
}

/** Numbers of inodes that were ever used are below it. */
export function endOfInodes(): u32 {
  const sb = superblock();
  return min(sb.freshInode, sb.maxInodes);
}

/** Whether a number from somewhere is that of an inode in use. */
export function isSoundInode(number: u32): bool {
  if (!number || number >= endOfInodes()) return false;
  const type = inodeAt(number).mode & S_IFMT;
  return type == S_IFREG || type == S_IFDIR || type == S_IFLNK || type == S_IFIFO;
}

@inline
export function isDirectory(inode: Inode): bool {
  return (inode.mode & S_IFMT) == S_IFDIR;
}

/** A new inode with nothing but its mode and time: its number, or 0 when all are in use. */
export function allocateInode(mode: u32): u32 {
  const sb = superblock();
  let number = sb.freeInode;
  if (number) {
    sb.freeInode = inodeAt(number).parent;
  } else {
    number = sb.freshInode;
    if (number >= sb.maxInodes) return 0;
    sb.freshInode = number + 1;
    memoryBarrier();
  }
  sb.usedInodes += 1;
  const inode = inodeAt(number);
  memory.fill(changetype<usize>(inode), 0, INODE_SIZE);
  inode.mode = mode;
  inode.mtime_ns = inode.ctime_ns = now_ns();
  setAtime_ns(inode, inode.mtime_ns);
  return number;
}

/** Releases an inode, and its blocks, if neither a name nor a handle refers to it any more. */
export function releaseIfUnused(number: u32): void {
  const inode = inodeAt(number);
  if (inode.links | inode.opens) return;
  const sb = superblock();
  releaseAllBlocks(inode);
  inode.mode = 0;
  inode.parent = sb.freeInode;
  sb.freeInode = number;
  sb.usedInodes -= 1;
}
