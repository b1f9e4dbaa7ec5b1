// What is known about a file: abi/file.ts's Stat record as an object.

import { ENAMETOOLONG } from "../../../abi/errno";
import {
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  STAT_BYTES,
  STAT_DEVICE,
  STAT_INODE,
  STAT_LINKS,
  STAT_MODE,
  STAT_MTIME_NS,
  STAT_SIZE,
} from "../../../abi/file";
import { SYS_FSTAT, SYS_LSTAT, SYS_STAT } from "../../../abi/syscall";
import { pathBytes, pathSize } from "../process/process";
import { syscall } from "../sys";

/** The record itself: the kernel writes into the object, so the fields stand in the record's order. */
export class Stat {
  mode: u32 = 0; // S_IF… | permission bits
  links: u32 = 0;
  inode: u32 = 0;
  device: u32 = 0; // endpoint of a device node; else the file system that the inode number is of
  size: u64 = 0; // bytes
  mtime_ns: u64 = 0; // nanoseconds since boot

  get isDirectory(): bool {
    return (this.mode & S_IFMT) == S_IFDIR;
  }
  get isFile(): bool {
    return (this.mode & S_IFMT) == S_IFREG;
  }
  get isLink(): bool {
    return (this.mode & S_IFMT) == S_IFLNK;
  }
  get isCharacterDevice(): bool {
    return (this.mode & S_IFMT) == S_IFCHR;
  }
}

/** Where a Stat object's record begins. Refuses to compile when the fields are not where abi/file.ts has them. */
function recordOf(result: Stat): usize {
  if (
    offsetof<Stat>("mode") != STAT_MODE ||
    offsetof<Stat>("links") != STAT_LINKS ||
    offsetof<Stat>("inode") != STAT_INODE ||
    offsetof<Stat>("device") != STAT_DEVICE ||
    offsetof<Stat>("size") != STAT_SIZE ||
    offsetof<Stat>("mtime_ns") != STAT_MTIME_NS ||
    offsetof<Stat>() != STAT_BYTES
  ) {
    ERROR("class Stat and the Stat record of abi/file.ts differ");
  }
  return changetype<usize>(result);
}

/** Fills `result` for `path`. → 0 or -errno */
export function stat(path: string, result: Stat): i32 {
  const name = pathBytes(path);
  return name ? <i32>syscall(SYS_STAT, name, pathSize, recordOf(result), 0, 0, 0) : -ENAMETOOLONG;
}

/** The same for the path of `size` bytes at `address`, without allocating. */
export function statBytes(address: usize, size: u32, result: Stat): i32 {
  return <i32>syscall(SYS_STAT, address, size, recordOf(result), 0, 0, 0);
}

/** The same for what `path` names itself, if that is a symbolic link. */
export function lstat(path: string, result: Stat): i32 {
  const name = pathBytes(path);
  return name ? <i32>syscall(SYS_LSTAT, name, pathSize, recordOf(result), 0, 0, 0) : -ENAMETOOLONG;
}

/** Fills `result` for an open descriptor. → 0 or -errno */
export function fstat(fd: i32, result: Stat): i32 {
  return <i32>syscall(SYS_FSTAT, fd, recordOf(result), 0, 0, 0, 0);
}

/** The permission bits of a mode: 0o7777. */
export const PERMISSION_BITS: u32 = 0o7777;

/** The letter that `ls -l` shows for a mode's type: d - c l b p, ? for what we do not know. */
export function typeLetter(mode: u32): string {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return "d";
    case S_IFREG:
      return "-";
    case S_IFCHR:
      return "c";
    case S_IFLNK:
      return "l";
    case S_IFBLK:
      return "b";
    case S_IFIFO:
      return "p";
    default:
      return "?";
  }
}
