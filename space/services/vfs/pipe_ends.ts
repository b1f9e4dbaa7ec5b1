// What a pipe is: an inode of tmpfs without a name. Its blocks are a ring of PIPE_CAPACITY bytes, its size is how many bytes
// are in it, `entries` where the first of them lies, `firstRoom` which ends are open. So it survives the service's restart
// like any open file, is counted like one, and goes with its last handle.

import { O_ACCESS_MODE, O_RDONLY } from "../../../abi/file";
import { Pollers, wakePollers } from "../../lib/hnx_ipc/pollers";
import { Waiters, wake } from "./parking";
import { Inode } from "./tmpfs/inode";

export const PIPE_READ_END: u32 = 1;
export const PIPE_WRITE_END: u32 = 2;

/** Requests that wait for a pipe, by its inode's lower bits: two pipes in one place are run too early now and then, no more. */
const PLACES: u32 = 64;
const WAITERS_SIZE: usize = 16;
const forBytes: usize = memory.data(1024, 8); // PLACES of WAITERS_SIZE bytes
const forRoom: usize = memory.data(1024, 8);
const forEither: usize = memory.data(1024, 8);

@inline
function placeOf(inode: Inode): usize {
  return ((changetype<usize>(inode) / offsetof<Inode>()) & (PLACES - 1)) * WAITERS_SIZE;
}

/** Who waits for bytes in the pipe. */
export function bytesWaiters(inode: Inode): Waiters {
  return changetype<Waiters>(forBytes + placeOf(inode));
}
/** Who waits for room in the pipe. */
export function roomWaiters(inode: Inode): Waiters {
  return changetype<Waiters>(forRoom + placeOf(inode));
}

/** Who asked whether one of its ends is ready (poll.ts). */
export function pipePollers(inode: Inode): Pollers {
  return changetype<Pollers>(forEither + placeOf(inode));
}

/** Bytes have come, or the writing end is closed. */
export function wakeReaders(inode: Inode): void {
  wake(bytesWaiters(inode));
  wakePollers(pipePollers(inode));
}
/** Bytes were read, or the reading end is closed. */
export function wakeWriters(inode: Inode): void {
  wake(roomWaiters(inode));
  wakePollers(pipePollers(inode));
}

/** The end of the pipe with open flags `flags` is closed: who waits at the other one waits in vain. */
export function closePipeEnd(inode: Inode, flags: u32): void {
  const isReader = (flags & O_ACCESS_MODE) == O_RDONLY;
  inode.firstRoom &= ~(isReader ? PIPE_READ_END : PIPE_WRITE_END);
  if (isReader) wakeWriters(inode);
  else wakeReaders(inode);
}
