// Names, links and attributes of files, and what makes changes last. Results are ≥ 0, or -errno.

import { ENAMETOOLONG } from "../../../abi/errno";
import { CHANGE_ATIME, CHANGE_MODE, CHANGE_MTIME, CHANGE_NOFOLLOW, TIME_NOW } from "../../../abi/file";
import { MAX_PATH } from "../../../abi/limits";
import {
  SYS_CHANGE,
  SYS_FCHANGE,
  SYS_FSYNC,
  SYS_FTRUNCATE,
  SYS_LINK,
  SYS_READLINK,
  SYS_RENAME,
  SYS_SYMLINK,
  SYS_SYNC,
  SYS_TRUNCATE,
} from "../../../abi/syscall";
import { pathBytes, pathSize } from "../process/process";
import { decodeUtf8 } from "../process/utf8";
import { syscall } from "../sys";

let firstPath: usize = 0;
let textBuffer: usize = 0;

/** A call with two paths; there is one path buffer, so the first one is put aside. */
function twoPaths(number: i32, first: string, second: string): i32 {
  const name = pathBytes(first);
  if (!name) return -ENAMETOOLONG;
  if (!firstPath) firstPath = heap.alloc(MAX_PATH);
  const size = pathSize;
  memory.copy(firstPath, name, size);
  const target = pathBytes(second);
  return target ? <i32>syscall(number, firstPath, size, target, pathSize, 0, 0) : -ENAMETOOLONG;
}

/** Gives what is at `path` the name `target`, in place of what had it; both in one file system (-EXDEV). → 0 */
export function rename(path: string, target: string): i32 {
  return twoPaths(SYS_RENAME, path, target);
}

/** Makes `name` another name of the file at `path`. → 0 */
export function link(path: string, name: string): i32 {
  return twoPaths(SYS_LINK, path, name);
}

/** Makes `name` a symbolic link that leads to `text`. → 0 */
export function symlink(text: string, name: string): i32 {
  return twoPaths(SYS_SYMLINK, text, name);
}

/** -errno of the last readlink that answered null. */
export let readlinkError: i32 = 0;

/** Where the symbolic link at `path` leads; null: see readlinkError. */
export function readlink(path: string): string | null {
  const name = pathBytes(path);
  if (!textBuffer) textBuffer = heap.alloc(MAX_PATH);
  const size = name ? <i32>syscall(SYS_READLINK, name, pathSize, textBuffer, MAX_PATH, 0, 0) : -ENAMETOOLONG;
  readlinkError = min(size, 0);
  return size < 0 ? null : decodeUtf8(textBuffer, size);
}

/** Sets a file's size in bytes: cuts it, or adds zeros. → 0 */
export function truncate(path: string, size: u64): i32 {
  const name = pathBytes(path);
  return name ? <i32>syscall(SYS_TRUNCATE, name, pathSize, size, 0, 0, 0) : -ENAMETOOLONG;
}
export function ftruncate(fd: i32, size: u64): i32 {
  return <i32>syscall(SYS_FTRUNCATE, fd, size, 0, 0, 0, 0);
}

function change(path: string, mask: u32, mode: u32, atime_ns: u64, mtime_ns: u64): i32 {
  const name = pathBytes(path);
  return name ? <i32>syscall(SYS_CHANGE, name, pathSize, mask, mode, atime_ns, mtime_ns) : -ENAMETOOLONG;
}

/** Sets a file's permission bits. → 0 */
export function chmod(path: string, mode: u32): i32 {
  return change(path, CHANGE_MODE, mode, 0, 0);
}
export function fchmod(fd: i32, mode: u32): i32 {
  return <i32>syscall(SYS_FCHANGE, fd, CHANGE_MODE, mode, 0, 0, 0);
}

/** Sets a file's times, in nanoseconds since 1970 as far as the machine knows; TIME_NOW: this moment. → 0 */
export function utimens(path: string, atime_ns: u64 = TIME_NOW, mtime_ns: u64 = TIME_NOW): i32 {
  return change(path, CHANGE_ATIME | CHANGE_MTIME, 0, atime_ns, mtime_ns);
}
/** The same for a symbolic link itself. */
export function lutimens(path: string, atime_ns: u64 = TIME_NOW, mtime_ns: u64 = TIME_NOW): i32 {
  return change(path, CHANGE_ATIME | CHANGE_MTIME | CHANGE_NOFOLLOW, 0, atime_ns, mtime_ns);
}

/** Waits until all that was written to the file is on its disk. → 0, -EIO */
export function fsync(fd: i32): i32 {
  return <i32>syscall(SYS_FSYNC, fd, 0, 0, 0, 0, 0);
}

/** Waits until all changes anywhere are on their disks. → 0 */
export function sync(): i32 {
  return <i32>syscall(SYS_SYNC, 0, 0, 0, 0, 0, 0);
}
