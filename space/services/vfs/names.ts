// Operations on names: VFS_STAT, VFS_UNLINK, VFS_MKDIR, VFS_RMDIR.

import { EBADF, EBADMSG, ENOENT } from "../../../abi/errno";
import {
  STAT_BYTES,
  STAT_DEVICE,
  STAT_INODE,
  STAT_LINKS,
  STAT_MODE,
  STAT_MTIME_NS,
  STAT_SIZE,
} from "../../../abi/file";
import { Message } from "../../../abi/message";
import { NO_HANDLE } from "../../../abi/ops";
import { done, doneWithData, failed } from "../../lib/hnx_ipc/service";
import { findHandle } from "./handle";
import { found } from "./path";
import { resolvePath } from "./path_argument";
import { inodeAt } from "./tmpfs/inode";
import { makeDirectory, removeDirectory, removeFile } from "./tmpfs/namespace";

function answerStat(m: Message, number: u32): i64 {
  const inode = inodeAt(number);
  m.beginReply();
  const at = m.reserve(STAT_BYTES);
  store<u32>(at, inode.mode, STAT_MODE);
  store<u32>(at, inode.links, STAT_LINKS);
  store<u32>(at, number, STAT_INODE);
  store<u32>(at, inode.device, STAT_DEVICE);
  store<u64>(at, inode.size, STAT_SIZE);
  store<u64>(at, inode.mtime_ns, STAT_MTIME_NS);
  return doneWithData(0);
}

/** VFS_STAT: u32 handle, or NO_HANDLE and a path. */
export function stat(m: Message): i64 {
  const at = m.take(4);
  if (!at) return failed(EBADMSG);
  const value = load<u32>(at);
  if (value != NO_HANDLE) {
    const handle = findHandle(value);
    return handle ? answerStat(m, handle.inode) : failed(EBADF);
  }
  const status = resolvePath(m);
  if (status < 0) return failed(-status);
  return found.inode ? answerStat(m, found.inode) : failed(ENOENT);
}

@inline
function answerStatus(status: i32): i64 {
  return status < 0 ? failed(-status) : done(0);
}

/** VFS_UNLINK: path. */
export function unlink(m: Message): i64 {
  const status = resolvePath(m);
  return answerStatus(status < 0 ? status : removeFile());
}

/** VFS_MKDIR: u32 mode, path. */
export function mkdir(m: Message): i64 {
  const at = m.take(4);
  if (!at) return failed(EBADMSG);
  const mode = load<u32>(at);
  const status = resolvePath(m);
  return answerStatus(status < 0 ? status : makeDirectory(mode));
}

/** VFS_RMDIR: path. */
export function rmdir(m: Message): i64 {
  const status = resolvePath(m);
  return answerStatus(status < 0 ? status : removeDirectory());
}
