// Operations on one name: VFS_STAT, VFS_LSTAT, VFS_UNLINK, VFS_MKDIR, VFS_RMDIR, and what POSIX says of any place where
// a name is made or removed.

import {
  EBADF,
  EBADMSG,
  EBUSY,
  EEXIST,
  EINVAL,
  EISDIR,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  EROFS,
} from "../../../abi/errno";
import { STAT_BYTES, STAT_DEVICE, S_IFDIR, S_IFMT } from "../../../abi/file";
import { Message } from "../../../abi/message";
import { NO_HANDLE } from "../../../abi/ops";
import { doneWithData, failed } from "../../lib/hnx_ipc/service";
import { answerStatus } from "./answer";
import { Found, NAME_DOT, NAME_ORDINARY, NAME_ROOT, found } from "./found";
import { findHandle } from "./handle";
import { MOUNT_READ_ONLY, fileSystemOf, mountAt } from "./mount_table";
import { resolvePath } from "./path_argument";

/** Of a Stat record's device: above the endpoints of device nodes. */
const MOUNT_SHIFT: u32 = 16;

/** Permission bits of a mode: rwx three times, set-id and sticky bits. */
export const PERMISSIONS: u32 = 0o7777;

/** Whether a name has a NUL byte, which no name of POSIX's may have. */
function hasNul(name: usize, length: u32): bool {
  for (let at = name; at < name + length; at++) {
    if (!load<u8>(at)) return true;
  }
  return false;
}

/** Whether a name may be made at a place where there is none: 0, -EINVAL (a NUL byte), -EROFS. */
export function checkPlace(place: Found): i32 {
  if (hasNul(place.name, place.length)) return -EINVAL;
  return mountAt(place.parentMount).flags & MOUNT_READ_ONLY ? -EROFS : 0;
}

/** Whether the name that was found may be removed: 0, -ENOENT, -EBUSY (a mount point), -EROFS. */
export function checkRemovable(place: Found): i32 {
  if (!place.inode) return -ENOENT;
  if (place.mount != place.parentMount) return -EBUSY;
  return mountAt(place.parentMount).flags & MOUNT_READ_ONLY ? -EROFS : 0;
}

@inline
export function isDirectoryFound(place: Found): bool {
  return (place.mode & S_IFMT) == S_IFDIR;
}

function answerStat(m: Message, mountIndex: u32, inode: u32): i64 {
  const mount = mountAt(mountIndex);
  const status = fileSystemOf(mount).stat(mount, inode, m.data);
  if (status < 0) return answerStatus(status);
  // An inode's number is its file system's own.
  if (!load<u32>(m.data, STAT_DEVICE)) store<u32>(m.data, (mountIndex + 1) << MOUNT_SHIFT, STAT_DEVICE);
  m.beginReply();
  m.length = <u16>STAT_BYTES;
  return doneWithData(0);
}

/** VFS_STAT: u32 handle, or NO_HANDLE and a path. */
export function stat(m: Message): i64 {
  const at = m.take(4);
  if (!at) return failed(EBADMSG);
  const value = load<u32>(at);
  if (value != NO_HANDLE) {
    const handle = findHandle(value);
    return handle ? answerStat(m, handle.mount, handle.inode) : failed(EBADF);
  }
  return statPath(m, true);
}

/** VFS_LSTAT: path. */
export function lstat(m: Message): i64 {
  return statPath(m, false);
}

@inline
function statPath(m: Message, follow: bool): i64 {
  const status = resolvePath(m, follow);
  if (status < 0) return answerStatus(status);
  return found.inode ? answerStat(m, found.mount, found.inode) : failed(ENOENT);
}

function removeFile(): i32 {
  if (found.inode && isDirectoryFound(found)) return -EISDIR;
  const status = checkRemovable(found);
  return status < 0 ? status : fileSystemOf(mountAt(found.mount)).unlink(found);
}

/** VFS_UNLINK: path. */
export function unlink(m: Message): i64 {
  const status = resolvePath(m, false);
  return answerStatus(status < 0 ? status : removeFile());
}

function makeDirectory(mode: u32): i32 {
  if (found.inode) return -EEXIST;
  const status = checkPlace(found);
  if (status < 0) return status;
  const inode = fileSystemOf(mountAt(found.parentMount)).create(found, S_IFDIR | (mode & PERMISSIONS));
  return inode < 0 ? <i32>inode : 0;
}

/** VFS_MKDIR: u32 mode, path. */
export function mkdir(m: Message): i64 {
  const at = m.take(4);
  if (!at) return failed(EBADMSG);
  const mode = load<u32>(at);
  const status = resolvePath(m, false);
  return answerStatus(status < 0 ? status : makeDirectory(mode));
}

function removeDirectory(): i32 {
  if (found.kind == NAME_ROOT) return -EBUSY;
  if (found.kind == NAME_DOT) return -EINVAL;
  if (found.kind != NAME_ORDINARY) return -ENOTEMPTY;
  if (found.inode && !isDirectoryFound(found)) return -ENOTDIR;
  const status = checkRemovable(found);
  return status < 0 ? status : fileSystemOf(mountAt(found.mount)).rmdir(found);
}

/** VFS_RMDIR: path. */
export function rmdir(m: Message): i64 {
  const status = resolvePath(m, false);
  return answerStatus(status < 0 ? status : removeDirectory());
}
