// VFS_POLL: whether a read or a write would wait. Files and directories never do; a pipe's ends do while it is empty or full.

import { EBADF, EBADMSG } from "../../../abi/errno";
import { O_ACCESS_MODE, O_RDONLY, S_IFIFO } from "../../../abi/file";
import { PIPE_ATOMIC, PIPE_CAPACITY } from "../../../abi/limits";
import { Message } from "../../../abi/message";
import { POLL_ERROR, POLL_HANG_UP, POLL_IN, POLL_OUT } from "../../../abi/net";
import { addPoller } from "../../lib/hnx_ipc/pollers";
import { done, failed } from "../../lib/hnx_ipc/service";
import { Handle, findHandle } from "./handle";
import { PIPE_READ_END, PIPE_WRITE_END, pipePollers } from "./pipe_ends";
import { inodeAt } from "./tmpfs/inode";

/** What an end of a pipe is ready for. A writer's room is for a whole piece that is not divided. */
function pipeReadiness(handle: Handle): u32 {
  const inode = inodeAt(handle.inode);
  if ((handle.flags & O_ACCESS_MODE) == O_RDONLY) {
    const isEnded = !(inode.firstRoom & PIPE_WRITE_END);
    return (inode.size || isEnded ? POLL_IN : 0) | (isEnded ? POLL_HANG_UP : 0);
  }
  if (!(inode.firstRoom & PIPE_READ_END)) return POLL_OUT | POLL_ERROR;
  return PIPE_CAPACITY - <u32>inode.size >= PIPE_ATOMIC ? POLL_OUT : 0;
}

/** VFS_POLL: u32 handle, u32 POLL_… → which of them are */
export function poll(m: Message): i64 {
  const value = m.readU32();
  const events = m.readU32() | POLL_ERROR | POLL_HANG_UP;
  if (!m.ok) return failed(EBADMSG);
  const handle = findHandle(value);
  if (!handle) return failed(EBADF);
  if (handle.type != S_IFIFO) return done(events & (POLL_IN | POLL_OUT));
  const ready = pipeReadiness(handle) & events;
  if (!ready) addPoller(pipePollers(inodeAt(handle.inode)), m.srcPid);
  return done(ready);
}
