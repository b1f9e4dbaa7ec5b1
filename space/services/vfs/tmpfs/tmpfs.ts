// tmpfs as a type of file system: files in the arena, which survive the service's restart. The root is one, with the boot
// archive's files in it; a mount of another one is another root directory in the same arena.

import { EROFS } from "../../../../abi/errno";
import {
  CHANGE_ATIME,
  CHANGE_MODE,
  CHANGE_MTIME,
  STAT_DEVICE,
  STAT_INODE,
  STAT_LINKS,
  STAT_MODE,
  STAT_MTIME_NS,
  STAT_SIZE,
} from "../../../../abi/file";
import { Message } from "../../../../abi/message";
import { now_ns } from "../clock";
import { Change, FileSystem, listed, node, space } from "../file_system";
import { Found } from "../found";
import { Mount } from "../mount_table";
import { entryAt, entryFrom, lookupInTmpfs, positionOf } from "./directory";
import { findSpanOf, resizeFile, writeBytes } from "./file";
import { INODE_ARCHIVE, inodeAt, isSoundInode, releaseIfUnused, setAtime_ns } from "./inode";
import { BLOCK_SIZE, MAX_INODES } from "./layout";
import { PERMISSIONS, addName, makeLink, makeNode, moveName, removeDirectory, removeFile } from "./namespace";
import { superblock } from "./superblock";
import { spanAddress } from "../span";

export class TmpFs extends FileSystem {
  constructor() {
    super("tmpfs");
  }

  lookup(mount: Mount, directory: u32, name: usize, length: u32, hash: u32): i64 {
    return lookupInTmpfs(directory, name, length, hash);
  }

  parentOf(mount: Mount, directory: u32): i64 {
    const parent = inodeAt(directory).parent;
    return node(parent, inodeAt(parent).mode);
  }

  stat(mount: Mount, number: u32, at: usize): i32 {
    const inode = inodeAt(number);
    store<u32>(at, inode.mode, STAT_MODE);
    store<u32>(at, inode.links, STAT_LINKS);
    store<u32>(at, number, STAT_INODE);
    store<u32>(at, 0, STAT_DEVICE);
    store<u64>(at, inode.size, STAT_SIZE);
    store<u64>(at, inode.mtime_ns, STAT_MTIME_NS);
    return 0;
  }

  nextEntry(mount: Mount, directory: u32, position: u64): i32 {
    const slot = entryFrom(inodeAt(directory), position);
    if (!slot) return 0;
    const entry = entryAt(slot);
    listed.inode = entry.inode;
    listed.type = inodeAt(entry.inode).mode;
    listed.name = entry.name;
    listed.length = entry.length;
    listed.next = positionOf(slot) + 1;
    return 1;
  }

  readable(mount: Mount, number: u32, offset: u64, length: u32): i32 {
    const size = inodeAt(number).size;
    if (offset >= size) return 0;
    return <i32>min<u64>(size - offset, length);
  }

  findSpan(mount: Mount, number: u32, offset: u64, limit: u32): u32 {
    return findSpanOf(inodeAt(number), offset, limit);
  }

  statfs(mount: Mount): i32 {
    const sb = superblock();
    space.blockSize = BLOCK_SIZE;
    space.files = MAX_INODES;
    space.filesFree = MAX_INODES - 1 - sb.usedInodes;
    space.blocks = sb.maxBlocks - sb.firstBlock;
    space.blocksFree = <u64>(sb.maxBlocks - sb.endBlock) + sb.freeBlocks;
    return 0;
  }

  opened(mount: Mount, number: u32): void {
    inodeAt(number).opens += 1;
  }

  closed(mount: Mount, number: u32): void {
    inodeAt(number).opens -= 1;
    releaseIfUnused(number);
  }

  isRemoved(mount: Mount, number: u32): bool {
    return inodeAt(number).links == 0;
  }

  isKept(number: u32): bool {
    return isSoundInode(number);
  }

  checkWrite(mount: Mount, number: u32): i32 {
    return inodeAt(number).flags & INODE_ARCHIVE ? -EROFS : 0;
  }

  readLink(mount: Mount, number: u32, target: usize, size: u32): i32 {
    const inode = inodeAt(number);
    const length = <u32>inode.size;
    findSpanOf(inode, 0, length);
    memory.copy(target, spanAddress, min(length, size));
    return length;
  }

  create(place: Found, mode: u32): i64 {
    return makeNode(place, mode);
  }

  symlink(place: Found, text: usize, length: u32): i32 {
    return makeLink(place, text, length);
  }

  link(place: Found, number: u32): i32 {
    return addName(place, number);
  }

  unlink(place: Found): i32 {
    return removeFile(place);
  }

  rmdir(place: Found): i32 {
    return removeDirectory(place);
  }

  rename(from: Found, to: Found): i32 {
    return moveName(from, to);
  }

  setAttributes(mount: Mount, number: u32, change: Change): i32 {
    const inode = inodeAt(number);
    if (inode.flags & INODE_ARCHIVE) return -EROFS;
    if (change.mask & CHANGE_MODE) inode.mode = (inode.mode & ~PERMISSIONS) | change.mode;
    if (change.mask & CHANGE_MTIME) inode.mtime_ns = change.mtime_ns;
    if (change.mask & CHANGE_ATIME) setAtime_ns(inode, change.atime_ns);
    inode.ctime_ns = now_ns();
    return 0;
  }

  truncate(mount: Mount, number: u32, size: u64): i32 {
    return resizeFile(inodeAt(number), size);
  }

  write(m: Message, mount: Mount, number: u32, offset: u64, length: u32, source: usize): i32 {
    return writeBytes(m, inodeAt(number), offset, length, source);
  }

  sizeOf(mount: Mount, number: u32): i64 {
    return <i64>inodeAt(number).size;
  }
}
