// Copying files, for tools.

import { O_CREAT, O_TRUNC, O_WRONLY } from "../../../abi/file";
import { READ_SIZE, close, open, read, writeAll } from "./file";
import { PERMISSION_BITS, Stat, fstat } from "./stat";

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

/** Makes the file `to` what the file `from` is: contents, and permission bits if it is new. → 0, or -errno */
export function copyFile(from: string, to: string): i32 {
  failedAtTarget = false;
  const source = open(from);
  if (source < 0) return source;
  const info = new Stat();
  const known = fstat(source, info);
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
