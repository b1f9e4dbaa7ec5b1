// Reading, writing and seeking: VFS_READ, VFS_WRITE, VFS_SEEK. Up to 256 bytes ride in the answer, up to 240 in the request;
// more are copied between the file's blocks and the caller's window 0 by the kernel, span by span, nothing in between.
// A transfer moves at most MAX_COPY_SLICE bytes and says how many: callers loop.

import { EBADF, EBADMSG, EFBIG, EINVAL, EISDIR, ENOSPC, EOVERFLOW } from "../../../abi/errno";
import { O_ACCESS_MODE, O_APPEND, O_RDONLY, O_WRONLY, SEEK_CUR, SEEK_END, SEEK_SET } from "../../../abi/file";
import { MAX_COPY_SLICE, MAX_INLINE_WRITE, MAX_MESSAGE_DATA } from "../../../abi/limits";
import { Message } from "../../../abi/message";
import { CURRENT_OFFSET } from "../../../abi/ops";
import { done, doneWithData, failed, msgRead, msgWrite } from "../../lib/hnx_ipc/service";
import { now_ns } from "./clock";
import { isDevice, readableBytes } from "./device";
import { Handle, findHandle } from "./handle";
import { MAX_FILE_SIZE } from "./tmpfs/block_map";
import { findSpan, makeSpan, spanAddress } from "./tmpfs/file";
import { Inode, inodeAt, isDirectory } from "./tmpfs/inode";

/** How many of `length` bytes at `offset` are there to be read. */
@inline
function bytesThere(inode: Inode, offset: u64, length: u32): u32 {
  if (isDevice(inode)) return readableBytes(inode, length);
  if (offset >= inode.size) return 0;
  const there = inode.size - offset;
  return there < length ? <u32>there : length;
}

/** Puts `length` ≤ 256 bytes into the answer. */
@inline
function readInline(m: Message, inode: Inode, offset: u64, length: u32): void {
  m.beginReply();
  const target = m.reserve(length);
  let moved: u32 = 0;
  while (moved < length) {
    const span = findSpan(inode, offset + moved, length - moved);
    memory.copy(target + moved, spanAddress, span);
    moved += span;
  }
}

/** Copies `length` bytes into the caller's window 0. → bytes copied, or -errno when that were none. */
function readToWindow(token: u64, inode: Inode, offset: u64, length: u32): i32 {
  let moved: u32 = 0;
  while (moved < length) {
    const span = findSpan(inode, offset + moved, length - moved);
    const copied = msgWrite(token, 0, moved, spanAddress, span);
    if (copied < 0) return moved ? moved : copied;
    moved += copied;
    if (<u32>copied < span) break;
  }
  return moved;
}

/** VFS_READ: u32 handle, u32 length, u64 offset. */
export function read(m: Message): i64 {
  const at = m.take(16);
  if (!at) return failed(EBADMSG);
  const handle = findHandle(load<u32>(at));
  if (!handle || (handle.flags & O_ACCESS_MODE) == O_WRONLY) return failed(EBADF);
  const inode = inodeAt(handle.inode);
  if (isDirectory(inode)) return failed(EISDIR);
  const wanted = load<u64>(at, 8);
  const isCurrent = wanted == CURRENT_OFFSET;
  const offset = isCurrent ? handle.position : wanted;
  if (<i64>offset < 0) return failed(EINVAL);
  let count = bytesThere(inode, offset, load<u32>(at, 4));
  if (count <= MAX_MESSAGE_DATA) {
    readInline(m, inode, offset, count);
  } else {
    const copied = readToWindow(m.msgId, inode, offset, min(count, MAX_COPY_SLICE));
    if (copied < 0) return failed(-copied);
    count = copied;
    m.beginReply();
  }
  if (isCurrent) handle.position = offset + count;
  return doneWithData(count);
}

/**
 * Writes `length` > 0 bytes at `offset`: from `source` in the message, or, if that is 0, from the caller's window 0.
 * → bytes written, or -errno when that were none.
 */
function writeBytes(m: Message, inode: Inode, offset: u64, length: u32, source: usize): i32 {
  let moved: u32 = 0;
  while (moved < length) {
    const span = makeSpan(inode, offset + moved, length - moved);
    if (!span) return moved ? moved : -ENOSPC;
    let copied: i32 = span;
    if (source) memory.copy(spanAddress, source + moved, span);
    else copied = msgRead(m.msgId, 0, moved, spanAddress, span);
    if (copied < 0) return moved ? moved : copied;
    moved += copied;
    if (<u32>copied < span) break;
  }
  return moved;
}

/** Writes to a regular file, and moves its end and the handle's position. → bytes written or -errno. */
function writeFile(m: Message, handle: Handle, inode: Inode, wanted: u64, length: u32): i32 {
  const isCurrent = wanted == CURRENT_OFFSET;
  let offset = wanted;
  if (isCurrent) offset = handle.flags & O_APPEND ? inode.size : handle.position;
  if (<i64>offset < 0) return -EINVAL;
  let source: usize = 0;
  if (length <= MAX_INLINE_WRITE) {
    source = m.take(length);
    if (!source) return -EBADMSG;
    if (!length) return 0;
  }
  if (offset >= MAX_FILE_SIZE) return -EFBIG;
  const room = min<u64>(MAX_FILE_SIZE - offset, MAX_COPY_SLICE);
  const written = writeBytes(m, inode, offset, <u32>min<u64>(length, room), source);
  if (written <= 0) return written;
  if (offset + written > inode.size) inode.size = offset + written;
  if (isCurrent) handle.position = offset + written;
  inode.mtime_ns = now_ns();
  return written;
}

/** VFS_WRITE: u32 handle, u32 length, u64 offset, bytes. */
export function write(m: Message): i64 {
  const at = m.take(16);
  if (!at) return failed(EBADMSG);
  const handle = findHandle(load<u32>(at));
  if (!handle || (handle.flags & O_ACCESS_MODE) == O_RDONLY) return failed(EBADF);
  const inode = inodeAt(handle.inode);
  const length = load<u32>(at, 4);
  if (isDevice(inode)) return done(length);
  const written = writeFile(m, handle, inode, load<u64>(at, 8), length);
  return written < 0 ? failed(-written) : done(written);
}

/** VFS_SEEK: u32 handle, u32 whence, u64 offset. In a directory a position is one that readdir stopped at, or 0. */
export function seek(m: Message): i64 {
  const at = m.take(16);
  if (!at) return failed(EBADMSG);
  const handle = findHandle(load<u32>(at));
  if (!handle) return failed(EBADF);
  const inode = inodeAt(handle.inode);
  const whence = load<u32>(at, 4);
  let base: u64 = 0;
  if (whence == SEEK_CUR) base = handle.position;
  else if (whence == SEEK_END && !isDirectory(inode)) base = inode.size;
  else if (whence != SEEK_SET) return failed(EINVAL);
  if (isDevice(inode)) return done(0);
  const offset = <i64>load<u64>(at, 8);
  if (offset > 0 && <u64>offset > <u64>i64.MAX_VALUE - base) return failed(EOVERFLOW);
  const position = <i64>base + offset;
  if (position < 0) return failed(EINVAL);
  handle.position = position;
  return done(position);
}
