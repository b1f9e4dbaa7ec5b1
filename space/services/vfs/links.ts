// Operations with two paths: VFS_RENAME, VFS_LINK, VFS_SYMLINK.

import { EBUSY, EEXIST, EINVAL, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY, EPERM, EXDEV } from "../../../abi/errno";
import { Message } from "../../../abi/message";
import { answerStatus } from "./answer";
import { nodeInode } from "./file_system";
import { NAME_ORDINARY, firstFound, found } from "./found";
import { fileSystemOf, mountAt } from "./mount_table";
import { checkPlace, checkRemovable, isDirectoryFound } from "./names";
import { nodeAbove } from "./path";
import { linkLength, linkText, resolveTextAndPath, resolveTwoPaths } from "./path_argument";

/** Whether `directory` is `other` or below it, both in the same mount: 1, 0, -errno, WAIT. */
function isBelow(mountIndex: u32, directory: u32, other: u32): i32 {
  const mount = mountAt(mountIndex);
  while (directory != other) {
    if (directory == mount.root) return 0;
    const above = nodeAbove(mount, directory);
    if (above < 0) return <i32>above;
    directory = nodeInode(above);
  }
  return 1;
}

/** Whether what has the new name may be replaced: 0 or -errno. */
function checkReplaced(): i32 {
  const isDirectoryMoved = isDirectoryFound(firstFound);
  if (isDirectoryMoved && !isDirectoryFound(found)) return -ENOTDIR;
  if (!isDirectoryMoved && isDirectoryFound(found)) {
    const hasIt = isBelow(firstFound.parentMount, firstFound.parent, found.inode);
    if (hasIt < 0) return hasIt;
    return hasIt ? -ENOTEMPTY : -EISDIR; // as Linux says it
  }
  return checkRemovable(found);
}

/** Moves `firstFound` to `found`. */
function move(): i32 {
  if (firstFound.kind != NAME_ORDINARY || found.kind != NAME_ORDINARY) return -EBUSY;
  let status = checkRemovable(firstFound);
  if (status < 0) return status;
  if (firstFound.parentMount != found.parentMount) return -EXDEV;
  if (found.hasSlash && !isDirectoryFound(firstFound)) return -ENOTDIR;
  if (isDirectoryFound(firstFound)) {
    status = isBelow(found.parentMount, found.parent, firstFound.inode);
    if (status) return status < 0 ? status : -EINVAL;
  }
  if (found.inode == firstFound.inode && found.mount == firstFound.mount) return 0;
  status = found.inode ? checkReplaced() : checkPlace(found);
  return status < 0 ? status : fileSystemOf(mountAt(found.mount)).rename(firstFound, found);
}

/** VFS_RENAME: path, path. A name for the same file as the other's changes nothing, as POSIX says. */
export function rename(m: Message): i64 {
  const status = resolveTwoPaths(m, false);
  return answerStatus(status < 0 ? status : move());
}

function addName(): i32 {
  if (found.inode) return -EEXIST;
  if (isDirectoryFound(firstFound)) return -EPERM;
  if (found.hasSlash) return -ENOENT;
  if (firstFound.mount != found.parentMount) return -EXDEV;
  const status = checkPlace(found);
  return status < 0 ? status : fileSystemOf(mountAt(found.mount)).link(found, firstFound.inode);
}

/** VFS_LINK: path of the file, path of its new name. A symbolic link gets another name itself. */
export function link(m: Message): i64 {
  const status = resolveTwoPaths(m, true);
  return answerStatus(status < 0 ? status : addName());
}

function makeLink(): i32 {
  if (found.inode) return -EEXIST;
  if (found.hasSlash) return -ENOENT;
  const status = checkPlace(found);
  return status < 0 ? status : fileSystemOf(mountAt(found.mount)).symlink(found, linkText, linkLength);
}

/** VFS_SYMLINK: text, path of the link. */
export function symlink(m: Message): i64 {
  const status = resolveTextAndPath(m);
  return answerStatus(status < 0 ? status : makeLink());
}
