// Pipes: what is written at one end is read at the other, in order. A read at the end of a pipe whose writing end nobody has
// any more finds the end of the file; a write to one that nobody reads is -EPIPE.

import { SYS_PIPE } from "../../../abi/syscall";
import { syscall } from "../sys";

/** Both ends' descriptors, as SYS_PIPE writes them (abi/file.ts). */
export class Pipe {
  reader: i32 = -1;
  writer: i32 = -1;
}

/** Makes a pipe. → 0; -EMFILE, -ENFILE, -ENOSPC */
export function pipe(ends: Pipe): i32 {
  return <i32>syscall(SYS_PIPE, changetype<usize>(ends), 0, 0, 0, 0, 0);
}
