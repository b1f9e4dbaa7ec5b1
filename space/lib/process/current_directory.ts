// Where this process is: the directory that DIRECTORY_FD names (abi/limits.ts), which a child begins in, too. fs has chdir().

import { EBADF } from "../../../abi/errno";
import { DIRECTORY_FD, MAX_PATH } from "../../../abi/limits";
import { SYS_GETCWD } from "../../../abi/syscall";
import { syscall } from "../sys";
import { decodeUtf8 } from "./utf8";

/** The current directory's path; null: it has been removed, or its file system is gone. */
export function getcwd(): string | null {
  const buffer = heap.alloc(MAX_PATH);
  const size = <i32>syscall(SYS_GETCWD, DIRECTORY_FD, buffer, MAX_PATH, 0, 0, 0);
  const path: string | null = size == -EBADF ? "/" : size > 0 ? decodeUtf8(buffer, size) : null;
  heap.free(buffer);
  return path;
}

/** `path` for somebody who is elsewhere: beginning with a slash. */
export function absolutePath(path: string): string {
  if (path.startsWith("/")) return path;
  const directory = getcwd();
  return directory === null ? path : directory == "/" ? directory + path : `${directory}/${path}`;
}
