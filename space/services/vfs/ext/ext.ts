// ext2/ext4 as a type of file system. docs/services/vfs.md says what of them is read and what is written.

import { EINVAL, EIO, ENAMETOOLONG, EROFS } from "../../../../abi/errno";
import {
  STAT_DEVICE,
  STAT_INODE,
  STAT_LINKS,
  STAT_MODE,
  STAT_MTIME_NS,
  STAT_SIZE,
  S_IFLNK,
} from "../../../../abi/file";
import { MAX_PATH } from "../../../../abi/limits";
import { Message } from "../../../../abi/message";
import { fault } from "../cache/page";
import { syncDisk } from "../cache/sync";
import { Change, FileSystem, node, space } from "../file_system";
import { Found } from "../found";
import { Mount, mountAt } from "../mount_table";
import { stage } from "../parking";
import { changeAttributes } from "./attributes";
import { updateSuperblock } from "./change";
import { findUse, noteClosed, noteOpened } from "./in_use";
import { addName, makeLink, makeNode, moveName, removeName } from "./names";
import { resizeFile } from "./truncate";
import { writeFile } from "./write";
import { endRequests, findDataSpan, readAhead, requireData } from "./data";
import { findInode, sizeOf, typeOf } from "./inode";
import {
  ENTRY_INODE,
  FLAG_EXTENTS,
  INODE_FLAGS,
  INODE_LINKS,
  INODE_MAP,
  INODE_MAP_BYTES,
  INODE_MODE,
  INODE_MTIME,
  INODE_MTIME_EXTRA,
} from "./layout";
import { findEntry, nextInDirectory } from "./lookup";
import { mapBlock, mapped } from "./map";
import { readTime_ns } from "./time";
import { Volume, readBlock, volumeAt } from "./volume";

const dots: usize = memory.data<u8>([0x2e, 0x2e]);

@inline
function volumeOf(mount: Mount): Volume {
  return volumeAt(mount.volume);
}

/** What an entry names: its node; 0 if there is no entry and no fault. */
function nodeOfEntry(v: Volume, entry: usize): i64 {
  if (!entry) return fault;
  const number = load<u32>(entry, ENTRY_INODE);
  const inode = findInode(v, number);
  if (!inode) return fault;
  return load<u16>(inode, INODE_LINKS) ? node(number, load<u16>(inode, INODE_MODE)) : -EIO;
}

/** Copies a link's text, which lies in the inode if it is short and in one block otherwise. */
function copyLink(v: Volume, number: u32, inode: usize, target: usize, size: u32): i32 {
  const length = sizeOf(inode);
  if (typeOf(inode) != S_IFLNK) return -EINVAL;
  if (!length || length > MAX_PATH || length > v.blockSize) return length ? -ENAMETOOLONG : -EIO;
  let text = inode + INODE_MAP;
  if (length >= INODE_MAP_BYTES || (load<u32>(inode, INODE_FLAGS) & FLAG_EXTENTS) != 0) {
    if (!mapBlock(v, number, inode, 0)) return fault;
    text = readBlock(v, mapped);
    if (!text) return fault;
  }
  memory.copy(target, text, min(<u32>length, size));
  return <i32>length;
}

export class ExtFs extends FileSystem {
  constructor() {
    super("ext");
  }

  lookup(mount: Mount, directory: u32, name: usize, length: u32, hash: u32): i64 {
    const v = volumeOf(mount);
    return nodeOfEntry(v, findEntry(v, directory, name, length));
  }

  parentOf(mount: Mount, directory: u32): i64 {
    const v = volumeOf(mount);
    const value = nodeOfEntry(v, findEntry(v, directory, dots, 2));
    return value ? value : -EIO;
  }

  stat(mount: Mount, number: u32, at: usize): i32 {
    const v = volumeOf(mount);
    const inode = findInode(v, number);
    if (!inode) return fault;
    store<u32>(at, load<u16>(inode, INODE_MODE), STAT_MODE);
    store<u32>(at, load<u16>(inode, INODE_LINKS), STAT_LINKS);
    store<u32>(at, number, STAT_INODE);
    store<u32>(at, 0, STAT_DEVICE);
    store<u64>(at, sizeOf(inode), STAT_SIZE);
    store<u64>(at, readTime_ns(v, inode, INODE_MTIME, INODE_MTIME_EXTRA), STAT_MTIME_NS);
    return 0;
  }

  nextEntry(mount: Mount, directory: u32, position: u64): i32 {
    return nextInDirectory(volumeOf(mount), directory, position);
  }

  readable(mount: Mount, number: u32, offset: u64, length: u32): i32 {
    const v = volumeOf(mount);
    const inode = findInode(v, number);
    if (!inode) return fault;
    const size = sizeOf(inode);
    if (offset >= size || !length) return 0;
    const count = <u32>min<u64>(size - offset, length);
    const status = requireData(v, number, inode, offset, count);
    if (status == 0 || fault == status) readAhead(v, number, inode, offset, count, size);
    endRequests();
    return status < 0 ? status : count;
  }

  findSpan(mount: Mount, number: u32, offset: u64, limit: u32): u32 {
    const v = volumeOf(mount);
    const inode = findInode(v, number);
    return inode ? findDataSpan(v, number, inode, offset, limit) : 0;
  }

  statfs(mount: Mount): i32 {
    const v = volumeOf(mount);
    space.blockSize = v.blockSize;
    space.files = v.inodes;
    space.filesFree = v.freeInodes;
    space.blocks = v.blocks;
    space.blocksFree = v.freeBlocks;
    return 0;
  }

  readLink(mount: Mount, number: u32, target: usize, size: u32): i32 {
    const v = volumeOf(mount);
    const inode = findInode(v, number);
    return inode ? copyLink(v, number, inode, target, size) : fault;
  }

  opened(mount: Mount, number: u32): void {
    noteOpened(mount.volume, number);
  }

  isRemoved(mount: Mount, number: u32): bool {
    const use = findUse(mount.volume, number);
    return use !== null && use.hasNoName != 0;
  }

  closed(mount: Mount, number: u32): void {
    noteClosed(mount.volume, number);
  }

  checkWrite(mount: Mount, number: u32): i32 {
    return volumeOf(mount).isWritable ? 0 : -EROFS;
  }

  create(place: Found, mode: u32): i64 {
    return makeNode(volumeAt(mountAt(place.parentMount).volume), place, mode);
  }

  symlink(place: Found, text: usize, length: u32): i32 {
    return makeLink(volumeAt(mountAt(place.parentMount).volume), place, text, length);
  }

  link(place: Found, number: u32): i32 {
    return addName(volumeAt(mountAt(place.parentMount).volume), place, number);
  }

  unlink(place: Found): i32 {
    return removeName(volumeAt(mountAt(place.parentMount).volume), place, false);
  }

  rmdir(place: Found): i32 {
    return removeName(volumeAt(mountAt(place.parentMount).volume), place, true);
  }

  rename(from: Found, to: Found): i32 {
    return moveName(volumeAt(mountAt(to.parentMount).volume), from, to);
  }

  setAttributes(mount: Mount, number: u32, change: Change): i32 {
    return changeAttributes(volumeOf(mount), number, change);
  }

  truncate(mount: Mount, number: u32, size: u64): i32 {
    const v = volumeOf(mount);
    const inode = findInode(v, number);
    return inode ? resizeFile(v, number, inode, size) : fault;
  }

  write(m: Message, mount: Mount, number: u32, offset: u64, length: u32, source: usize): i32 {
    const v = volumeOf(mount);
    const inode = findInode(v, number);
    return inode ? writeFile(m, v, number, inode, offset, length, source) : fault;
  }

  sync(mount: Mount, first: u32): i32 {
    const v = volumeOf(mount);
    if (stage == first) {
      const status = updateSuperblock(v, false);
      if (status < 0) return status;
    }
    return syncDisk(v.disk, first);
  }

  sizeOf(mount: Mount, number: u32): i64 {
    const inode = findInode(volumeOf(mount), number);
    return inode ? <i64>min<u64>(sizeOf(inode), i64.MAX_VALUE) : fault;
  }
}
