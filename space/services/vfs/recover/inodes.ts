// The inode table after the tree was gone through: what a name or a handle refers to is kept, with its blocks; the rest is free.

import { S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT } from "../../../../abi/file";
import { PIPE_CAPACITY } from "../../../../abi/limits";
import { MAX_FILE_SIZE, findBlock } from "../tmpfs/block_map";
import {
  INODE_ARCHIVE,
  INODE_FIXED,
  Inode,
  ROOT_INODE,
  endOfInodes,
  inodeAt,
  isSoundInode,
} from "../tmpfs/inode";
import { BLOCK_SHIFT, BLOCK_SIZE, INODE_SIZE } from "../tmpfs/layout";
import { PERMISSIONS } from "../tmpfs/namespace";
import { superblock } from "../tmpfs/superblock";
import { claimBlocks, zeroRest } from "./blocks";

const INODES_PER_PAGE: u32 = BLOCK_SIZE / INODE_SIZE;

/**
 * Records that were ever used, and have a time since then, are below it, whatever became of the counter. Looks on until a
 * page of the table without any: most of the table has no memory yet, and is to stay so.
 */
export function findFreshInode(): void {
  const sb = superblock();
  let end = max<u32>(ROOT_INODE + 1, min(sb.freshInode, sb.maxInodes));
  for (let number = end; number < sb.maxInodes && number < end + 2 * INODES_PER_PAGE; number++) {
    if (((<u64>inodeAt(number).mode) | inodeAt(number).ctime_ns) != 0) end = number + 1;
  }
  sb.freshInode = end;
}

/** A file's blocks up to its end; what a write left behind it is gone, since it would show when the file grows. */
function recoverFile(inode: Inode): void {
  if ((inode.mode & S_IFMT) == S_IFLNK) inode.size = min<u64>(inode.size, BLOCK_SIZE - 1);
  inode.size = min(inode.size, MAX_FILE_SIZE);
  claimBlocks(inode, <u32>((inode.size + BLOCK_SIZE - 1) >> BLOCK_SHIFT));
  const within = (<u32>inode.size) & (BLOCK_SIZE - 1);
  const last = within ? findBlock(inode, <u32>(inode.size >> BLOCK_SHIFT)) : 0;
  if (last) zeroRest(last, within);
}

/** A pipe's ring. */
function recoverPipe(inode: Inode): void {
  claimBlocks(inode, PIPE_CAPACITY >> BLOCK_SHIFT);
  inode.size = min<u64>(inode.size, PIPE_CAPACITY);
  inode.entries = inode.size ? inode.entries & (PIPE_CAPACITY - 1) : 0;
}

/** A file whose data lies in the boot archive. */
function recoverArchived(inode: Inode): void {
  inode.height = 0;
  const archive = superblock().archiveBytes;
  if (inode.root > archive) inode.root = archive;
  inode.size = min<u64>(inode.size, archive - inode.root);
}

/** A directory that is open and has no name: there is nothing in it. */
function emptyDirectory(inode: Inode): void {
  claimBlocks(inode, 0);
  inode.size = 0;
  inode.entries = 0;
  inode.firstRoom = 0;
  if (!isSoundInode(inode.parent)) inode.parent = ROOT_INODE;
}

function recoverInode(inode: Inode): void {
  inode.mode &= S_IFMT | PERMISSIONS;
  inode.flags &= INODE_ARCHIVE | INODE_FIXED;
  const type = inode.mode & S_IFMT;
  if (type == S_IFDIR) {
    if (!inode.links) emptyDirectory(inode);
  } else if (type == S_IFIFO) {
    recoverPipe(inode);
  } else if (inode.flags & INODE_ARCHIVE) {
    recoverArchived(inode);
  } else {
    recoverFile(inode);
  }
}

/** Goes through the table, and makes the list of what is free. */
export function recoverInodes(): void {
  const sb = superblock();
  const end = endOfInodes();
  sb.freeInode = 0;
  sb.usedInodes = 0;
  for (let number: u32 = 1; number < end; number++) {
    const inode = inodeAt(number);
    if (isSoundInode(number) && (inode.links | inode.opens) != 0) {
      recoverInode(inode);
      sb.usedInodes += 1;
      continue;
    }
    inode.mode = 0;
    inode.parent = sb.freeInode;
    sb.freeInode = number;
  }
}
