// What is changed or read of an inode beside its data, and of its file system: VFS_TRUNCATE, VFS_CHANGE, VFS_READLINK,
// VFS_STATFS.

import { EBADF, EBADMSG, EFAULT, EINVAL, EISDIR, ENOENT, EROFS } from "../../../abi/errno";
import {
  CHANGE_KNOWN,
  CHANGE_NOFOLLOW,
  MOUNT_RDONLY,
  O_ACCESS_MODE,
  O_RDONLY,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  STATFS_BYTES,
  TIME_NOW,
} from "../../../abi/file";
import { MAX_MESSAGE_DATA } from "../../../abi/limits";
import { Message } from "../../../abi/message";
import { NO_HANDLE } from "../../../abi/ops";
import { done, doneWithData, failed, msgWrite } from "../../lib/hnx_ipc/service";
import { answerStatus } from "./answer";
import { now_ns } from "./clock";
import { Change, space } from "./file_system";
import { found } from "./found";
import { findHandle } from "./handle";
import { MOUNT_READ_ONLY, Mount, fileSystemOf, mountAt } from "./mount_table";
import { PERMISSIONS } from "./names";
import { resolvePath } from "./path_argument";

const changes = changetype<Change>(memory.data(24, 8));
const linkBuffer: usize = memory.data(4096, 8);
const LINK_BUFFER_SIZE: u32 = 4096;

/** What a request with a handle or a path is about, as of the last findTarget(). */
let mount = changetype<Mount>(0);
let inode: u32 = 0;
let mode: u32 = 0;

/** Finds it: by handle, or, if that is NO_HANDLE, by the path that the message goes on with. 0, -errno, WAIT. */
function findTarget(m: Message, value: u32, follow: bool, needsWriting: bool): i32 {
  if (value != NO_HANDLE) {
    const handle = findHandle(value);
    if (!handle) return -EBADF;
    if (needsWriting && (handle.flags & O_ACCESS_MODE) == O_RDONLY) return -EINVAL;
    mount = mountAt(handle.mount);
    inode = handle.inode;
    mode = handle.type;
    return 0;
  }
  const status = resolvePath(m, follow);
  if (status < 0) return status;
  if (!found.inode) return -ENOENT;
  mount = mountAt(found.mount);
  inode = found.inode;
  mode = found.mode;
  return 0;
}

function resize(size: u64): i32 {
  const type = mode & S_IFMT;
  if (type == S_IFDIR) return -EISDIR;
  if (type != S_IFREG || <i64>size < 0) return -EINVAL;
  if (mount.flags & MOUNT_READ_ONLY) return -EROFS;
  const status = fileSystemOf(mount).checkWrite(mount, inode);
  return status < 0 ? status : fileSystemOf(mount).truncate(mount, inode, size);
}

/** VFS_TRUNCATE: u32 handle (NO_HANDLE: by path), u32 0, u64 size, path. */
export function truncate(m: Message): i64 {
  const at = m.take(16);
  if (!at) return failed(EBADMSG);
  const size = load<u64>(at, 8);
  const status = findTarget(m, load<u32>(at), true, true);
  return answerStatus(status < 0 ? status : resize(size));
}

function makeChanges(at: usize): i32 {
  if (mount.flags & MOUNT_READ_ONLY) return -EROFS;
  changes.mask = load<u32>(at, 4) & CHANGE_KNOWN;
  changes.mode = load<u32>(at, 8) & PERMISSIONS;
  changes.atime_ns = load<u64>(at, 16);
  changes.mtime_ns = load<u64>(at, 24);
  if (changes.atime_ns == TIME_NOW) changes.atime_ns = now_ns();
  if (changes.mtime_ns == TIME_NOW) changes.mtime_ns = now_ns();
  return fileSystemOf(mount).setAttributes(mount, inode, changes);
}

/** VFS_CHANGE: u32 handle (NO_HANDLE: by path), u32 mask, u32 mode, u32 0, u64 atime, u64 mtime, path. */
export function change(m: Message): i64 {
  const at = m.take(32);
  if (!at) return failed(EBADMSG);
  const mask = load<u32>(at, 4);
  if (mask & ~(CHANGE_KNOWN | CHANGE_NOFOLLOW)) return failed(EINVAL);
  const status = findTarget(m, load<u32>(at), (mask & CHANGE_NOFOLLOW) == 0, false);
  return answerStatus(status < 0 ? status : makeChanges(at));
}

/** Gives `length` bytes of the link's text to the caller, in the answer or in window 1. */
function answerText(m: Message, length: u32): i64 {
  if (length <= MAX_MESSAGE_DATA) {
    m.beginReply().withBytes(linkBuffer, length);
    return doneWithData(length);
  }
  const copied = msgWrite(m.msgId, 1, 0, linkBuffer, length);
  return <u32>copied == length ? done(length) : failed(copied < 0 ? -copied : EFAULT);
}

/** VFS_READLINK: u32 size of the buffer, path. → bytes of the text, cut to the size */
export function readlink(m: Message): i64 {
  const at = m.take(4);
  if (!at) return failed(EBADMSG);
  const size = load<u32>(at);
  let status = findTarget(m, NO_HANDLE, false, false);
  if (status < 0) return answerStatus(status);
  if ((mode & S_IFMT) != S_IFLNK || !size) return failed(EINVAL);
  status = fileSystemOf(mount).readLink(mount, inode, linkBuffer, LINK_BUFFER_SIZE);
  if (status < 0) return answerStatus(status);
  return answerText(m, min(<u32>status, size));
}

/** VFS_STATFS: u32 handle (NO_HANDLE: by path), path. `space` is the record. */
export function statfs(m: Message): i64 {
  const at = m.take(4);
  if (!at) return failed(EBADMSG);
  let status = findTarget(m, load<u32>(at), true, false);
  if (status < 0) return answerStatus(status);
  space.flags = 0;
  status = fileSystemOf(mount).statfs(mount);
  if (status < 0) return answerStatus(status);
  if (mount.flags & MOUNT_READ_ONLY) space.flags |= MOUNT_RDONLY;
  m.beginReply().withBytes(changetype<usize>(space), STATFS_BYTES);
  return doneWithData(0);
}
