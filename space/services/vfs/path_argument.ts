// Paths in a request: a string in the message, or, when that is empty, a u32 length and the bytes in a window: 0 for a
// request's first path, 1 for its second. One that does not begin with a slash is followed by the handle of the directory
// where it begins.

import { EBADMSG, EFAULT, ENAMETOOLONG, ENOENT, ENOTDIR } from "../../../abi/errno";
import { MAX_PATH } from "../../../abi/limits";
import { Message } from "../../../abi/message";
import { msgRead } from "../../lib/hnx_ipc/service";
import { FOUND_SIZE, firstFound, found } from "./found";
import { NO_HANDLE } from "../../../abi/ops";
import { S_IFDIR } from "../../../abi/file";
import { findHandle } from "./handle";
import { fileSystemOf, mountAt } from "./mount_table";
import { useBuffersOf, walk, walkFrom } from "./path";

const SLASH: u8 = 0x2f;

/** Two long paths, each with room for the bytes after a path that resolution may read (path.ts). */
const LONG_PATH_SIZE: usize = 4104;
const longPaths: usize = memory.data(8208, 8);

/** Bytes of the text that takeText() found, and where they are. */
let textAddress: usize = 0;
let textLength: u32 = 0;

/** Pulls a long text from the caller's window. */
function takeLongText(m: Message, window: u32): i32 {
  m.take(1);
  if (!m.unread) return -ENOENT;
  const length = m.readU32();
  if (!m.ok) return -EBADMSG;
  if (!length) return -ENOENT;
  if (length > MAX_PATH) return -ENAMETOOLONG;
  textAddress = longPaths + <usize>window * LONG_PATH_SIZE;
  textLength = length;
  const copied = msgRead(m.msgId, window, 0, textAddress, length);
  if (copied < 0) return copied;
  return <u32>copied == length ? 0 : -EFAULT;
}

/** Takes the path that the message goes on with, not resolved: textAddress, textLength. 0 or -errno. */
@inline
function takeText(m: Message, window: u32): i32 {
  const unread = m.unread;
  const text = m.data + m.position;
  const length: u32 = unread ? load<u8>(text) : 0;
  if (length >= unread) return -EBADMSG;
  if (!length) return takeLongText(m, window);
  textAddress = text + 1;
  textLength = length;
  m.position += <u16>(length + 1);
  return 0;
}

/** The handle after a text that does not begin with a slash; NO_HANDLE also where a message ends without. */
function takeDirectory(m: Message): u32 {
  return m.unread < 4 ? NO_HANDLE : m.readU32();
}

/** Resolves a text that does not begin with a slash. -ENOENT also if its directory has been removed. */
function walkFromDirectory(m: Message, follow: bool): i32 {
  const value = takeDirectory(m);
  if (value == NO_HANDLE) return walk(textAddress, textLength, follow);
  const handle = findHandle(value);
  if (!handle) return -ENOENT;
  if (handle.type != S_IFDIR) return -ENOTDIR;
  const mount = mountAt(handle.mount);
  if (fileSystemOf(mount).isRemoved(mount, handle.inode)) return -ENOENT;
  return walkFrom(mount, handle.inode, textAddress, textLength, follow);
}

/** Resolves the text that takeText() found. */
@inline
function walkText(m: Message, follow: bool): i32 {
  return load<u8>(textAddress) == SLASH
    ? walk(textAddress, textLength, follow)
    : walkFromDirectory(m, follow);
}

/** Resolves the path that the message goes on with; the result is in `found`. 0 or -errno or WAIT, as walk()'s. */
@inline
export function resolvePath(m: Message, follow: bool): i32 {
  const status = takeText(m, 0);
  return status < 0 ? status : walkText(m, follow);
}

/**
 * The same for an operation with two paths: the first one is in `firstFound`, the second in `found`. mustExist: a first one
 * that names nothing is -ENOENT, whatever the second is.
 */
export function resolveTwoPaths(m: Message, mustExist: bool): i32 {
  let status = takeText(m, 0);
  if (status == 0) status = walkText(m, false);
  if (status < 0) return status;
  if (mustExist && !found.inode) return -ENOENT;
  memory.copy(changetype<usize>(firstFound), changetype<usize>(found), FOUND_SIZE);
  status = takeText(m, 1);
  if (status < 0) return status;
  useBuffersOf(1);
  status = walkText(m, false);
  useBuffersOf(0);
  return status;
}

/** The text of a symbolic link to be made: address and length, of which both may be what the link's text is not. */
export let linkText: usize = 0;
export let linkLength: u32 = 0;

/** For symlink: keeps the first text as linkText, resolves the second into `found`. */
export function resolveTextAndPath(m: Message): i32 {
  let status = takeText(m, 0);
  if (status < 0) return status;
  linkText = textAddress;
  linkLength = textLength;
  if (load<u8>(textAddress) != SLASH) takeDirectory(m); // as every path has it; a link's text begins where the link is
  status = takeText(m, 1);
  return status < 0 ? status : walkText(m, false);
}
