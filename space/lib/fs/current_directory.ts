// The current directory, where paths without a leading slash begin. A program that is started begins in the one of who
// started it.

import { O_DIRECTORY, O_RDONLY } from "../../../abi/file";
import { DIRECTORY_FD } from "../../../abi/limits";
import { close, dup2, open } from "./file";

export { getcwd } from "../process/current_directory";

/** Makes `path` the current directory. → 0; -ENOENT, -ENOTDIR … */
export function chdir(path: string): i32 {
  const fd = open(path, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return fd;
  const status = dup2(fd, DIRECTORY_FD);
  close(fd);
  return min(status, 0);
}
