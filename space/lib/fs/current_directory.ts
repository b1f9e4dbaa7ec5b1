// The current directory, from which paths without a slash at their beginning are read. A program that is started begins in
// the one of who started it.

import { ENAMETOOLONG } from "../../../abi/errno";
import { MAX_PATH } from "../../../abi/limits";
import { SYS_CHDIR, SYS_GETCWD } from "../../../abi/syscall";
import { pathBytes, pathSize } from "../process/process";
import { decodeUtf8 } from "../process/utf8";
import { syscall } from "../sys";

/** Makes `path` the current directory. → 0, or -errno */
export function chdir(path: string): i32 {
  const name = pathBytes(path);
  return name ? <i32>syscall(SYS_CHDIR, name, pathSize, 0, 0, 0, 0) : -ENAMETOOLONG;
}

/** The current directory's path, or null when it has none any more. */
export function getcwd(): string | null {
  const buffer = heap.alloc(MAX_PATH);
  const size = <i32>syscall(SYS_GETCWD, buffer, MAX_PATH, 0, 0, 0, 0);
  const path: string | null = size > 0 && size <= <i32>MAX_PATH ? decodeUtf8(buffer, size) : null;
  heap.free(buffer);
  return path;
}
