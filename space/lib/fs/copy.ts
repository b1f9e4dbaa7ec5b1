// Copying files, for tools.

import { EINVAL } from "../../../abi/errno";
import { O_CREAT, O_TRUNC, O_WRONLY } from "../../../abi/file";
import { READ_SIZE, close, open, read, writeAll } from "./file";
import { PERMISSION_BITS, Stat, fstat, stat } from "./stat";

let buffer: usize = 0;

/** Whether the last error of copyContents() and copyFile() was the target's, not the source's. */
export let failedAtTarget: bool = false;

/** Copies what there is to read from `source` to `target`, both open. → 0, or the -errno that ended it */
export function copyContents(source: i32, target: i32): i32 {
  if (!buffer) buffer = heap.alloc(READ_SIZE);
  while (true) {
    const count = read(source, buffer, READ_SIZE);
    failedAtTarget = false;
    if (count <= 0) return count;
    failedAtTarget = true;
    const error = writeAll(target, buffer, count);
    if (error) return error;
  }
}

/** Whether two records are of one file, whatever its names. */
export function isSameFile(a: Stat, b: Stat): bool {
  return a.inode == b.inode && a.device == b.device;
}

/** Whether opening `path` to write would empty the file of `info`. */
function wouldEmpty(path: string, info: Stat): bool {
  const other = new Stat();
  return stat(path, other) == 0 && other.isFile && isSameFile(other, info);
}

/**
 * Makes the file `to` what the file `from` is: contents, and permission bits if it is new. → 0, or -errno; -EINVAL: they are
 * one file, which stays as it is
 */
export function copyFile(from: string, to: string): i32 {
  failedAtTarget = false;
  const source = open(from);
  if (source < 0) return source;
  const info = new Stat();
  const known = fstat(source, info);
  if (!known && wouldEmpty(to, info)) {
    close(source);
    failedAtTarget = true;
    return -EINVAL;
  }
  const mode = known ? 0o666 : info.mode & PERMISSION_BITS;
  const target = open(to, O_WRONLY | O_CREAT | O_TRUNC, mode);
  if (target < 0) {
    close(source);
    failedAtTarget = true;
    return target;
  }
  const error = copyContents(source, target);
  const isTarget = failedAtTarget;
  const closed = close(target);
  close(source);
  failedAtTarget = error ? isTarget : true;
  return error ? error : closed;
}
