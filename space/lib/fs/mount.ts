// File systems in the tree: mounting, unmounting, how full they are. Results are ≥ 0, or -errno.

import { ENAMETOOLONG } from "../../../abi/errno";
import {
  STATFS_BLOCKS,
  STATFS_BLOCKS_FREE,
  STATFS_BLOCK_SIZE,
  STATFS_BYTES,
  STATFS_FILES,
  STATFS_FILES_FREE,
  STATFS_FLAGS,
} from "../../../abi/file";
import { MAX_MOUNT_TEXT } from "../../../abi/limits";
import { SYS_FSTATFS, SYS_MOUNT, SYS_STATFS, SYS_UMOUNT } from "../../../abi/syscall";
import { pathBytes, pathSize } from "../process/process";
import { MAX_BYTES_PER_UNIT, encodeUtf8 } from "../process/utf8";
import { syscall } from "../sys";

const FLAGS_SHIFT: u64 = 32;

/** The record itself: the kernel writes into the object, so the fields stand in the record's order. */
export class StatFs {
  blockSize: u32 = 0; // bytes
  files: u32 = 0; // inodes there are; 0: they are not counted
  filesFree: u32 = 0;
  flags: u32 = 0; // MOUNT_…
  blocks: u64 = 0;
  blocksFree: u64 = 0;
}

/** Where a StatFs object's record begins. Refuses to compile when the fields are not where abi/file.ts has them. */
function recordOf(result: StatFs): usize {
  if (
    offsetof<StatFs>("blockSize") != STATFS_BLOCK_SIZE ||
    offsetof<StatFs>("files") != STATFS_FILES ||
    offsetof<StatFs>("filesFree") != STATFS_FILES_FREE ||
    offsetof<StatFs>("flags") != STATFS_FLAGS ||
    offsetof<StatFs>("blocks") != STATFS_BLOCKS ||
    offsetof<StatFs>("blocksFree") != STATFS_BLOCKS_FREE ||
    offsetof<StatFs>() != STATFS_BYTES
  ) {
    ERROR("class StatFs and the StatFs record of abi/file.ts differ");
  }
  return changetype<usize>(result);
}

/** Fills `result` for the file system that has `path`. → 0 */
export function statfs(path: string, result: StatFs): i32 {
  const name = pathBytes(path);
  return name ? <i32>syscall(SYS_STATFS, name, pathSize, recordOf(result), 0, 0, 0) : -ENAMETOOLONG;
}
export function fstatfs(fd: i32, result: StatFs): i32 {
  return <i32>syscall(SYS_FSTATFS, fd, recordOf(result), 0, 0, 0, 0);
}

/**
 * Mounts `source` ("/dev/vda"; for tmpfs anything) over the directory at `path`. type: "" for that of the disk. flags: MOUNT_….
 * → 0; -ENOENT no such disk or directory, -ENODEV no such type, -EINVAL nothing on it that can be read, -EBUSY
 */
export function mount(source: string, path: string, type: string = "", flags: u32 = 0): i32 {
  if (<u32>source.length > MAX_MOUNT_TEXT || <u32>type.length > MAX_MOUNT_TEXT) return -ENAMETOOLONG;
  const texts = heap.alloc(2 * MAX_MOUNT_TEXT * MAX_BYTES_PER_UNIT);
  const sourceSize = encodeUtf8(source, 0, source.length, texts);
  const typeSize = encodeUtf8(type, 0, type.length, texts + sourceSize);
  const name = pathBytes(path);
  const last = (<u64>typeSize) | ((<u64>flags) << FLAGS_SHIFT);
  const status = name
    ? <i32>syscall(SYS_MOUNT, name, pathSize, texts, sourceSize, texts + sourceSize, last)
    : -ENAMETOOLONG;
  heap.free(texts);
  return status;
}

/** Takes the file system whose root is at `path` out of the tree, with all changes on its disk. → 0, -EBUSY, -EINVAL */
export function umount(path: string): i32 {
  const name = pathBytes(path);
  return name ? <i32>syscall(SYS_UMOUNT, name, pathSize, 0, 0, 0, 0) : -ENAMETOOLONG;
}
