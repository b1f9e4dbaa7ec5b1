// Reading, writing and seeking: VFS_READ, VFS_WRITE, VFS_SEEK. Up to 256 bytes ride in the answer, up to 240 in the request;
// more are copied between the file's blocks and the caller's window 0 by the kernel, span by span, nothing in between.
// A transfer moves at most MAX_COPY_SLICE bytes and says how many: callers loop.

import { EBADF, EBADMSG, EINVAL, EIO, EISDIR, ESPIPE, EOVERFLOW } from "../../../abi/errno";
import {
  O_ACCESS_MODE,
  O_APPEND,
  O_RDONLY,
  O_WRONLY,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
  S_IFDIR,
  S_IFIFO,
  S_IFREG,
} from "../../../abi/file";
import { MAX_COPY_SLICE, MAX_INLINE_WRITE, MAX_MESSAGE_DATA } from "../../../abi/limits";
import { Message } from "../../../abi/message";
import { CURRENT_OFFSET } from "../../../abi/ops";
import { done, doneWithData, failed, msgWrite } from "../../lib/hnx_ipc/service";
import { answerStatus } from "./answer";
import { FileSystem } from "./file_system";
import { HANDLE_OTHER, Handle, findHandle } from "./handle";
import { Mount, fileSystemOf, mountAt } from "./mount_table";
import { readPipe, writePipe } from "./pipe";
import { spanAddress } from "./span";

/** Puts `length` ≤ 256 bytes into the answer. */
@inline
function readInline(m: Message, fs: FileSystem, mount: Mount, inode: u32, offset: u64, length: u32): bool {
  m.beginReply();
  const target = m.reserve(length);
  let moved: u32 = 0;
  while (moved < length) {
    const span = fs.findSpan(mount, inode, offset + moved, length - moved);
    if (!span) return false;
    memory.copy(target + moved, spanAddress, span);
    moved += span;
  }
  return true;
}

/** Copies `length` bytes into the caller's window 0. → bytes copied, or -errno when that were none. */
function readToWindow(token: u64, fs: FileSystem, mount: Mount, inode: u32, offset: u64, length: u32): i32 {
  let moved: u32 = 0;
  while (moved < length) {
    const span = fs.findSpan(mount, inode, offset + moved, length - moved);
    if (!span) return moved ? moved : -EIO;
    const copied = msgWrite(token, 0, moved, spanAddress, span);
    if (copied < 0) return moved ? moved : copied;
    moved += copied;
    if (<u32>copied < span) break;
  }
  return moved;
}

/** A read at what is no file or device that was opened for reading. at: of the request's fields */
function readOther(m: Message, handle: Handle, at: usize): i64 {
  if (handle.flags & O_WRONLY) return failed(EBADF);
  return handle.type == S_IFDIR ? failed(EISDIR) : readPipe(m, handle, load<u64>(at, 8), load<u32>(at, 4));
}

/** VFS_READ: u32 handle, u32 length, u64 offset. */
export function read(m: Message): i64 {
  const at = m.take(16);
  if (!at) return failed(EBADMSG);
  const handle = findHandle(load<u32>(at));
  if (!handle) return failed(EBADF);
  if (handle.flags & (O_WRONLY | HANDLE_OTHER)) return readOther(m, handle, at);
  const wanted = load<u64>(at, 8);
  const isCurrent = wanted == CURRENT_OFFSET;
  const offset = isCurrent ? handle.position : wanted;
  if (<i64>offset < 0) return failed(EINVAL);
  const mount = mountAt(handle.mount);
  const fs = fileSystemOf(mount);
  let count = fs.readable(mount, handle.inode, offset, min(load<u32>(at, 4), MAX_COPY_SLICE));
  if (count < 0) return answerStatus(count);
  if (<u32>count <= MAX_MESSAGE_DATA) {
    if (!readInline(m, fs, mount, handle.inode, offset, count)) return failed(EIO);
  } else {
    count = readToWindow(m.msgId, fs, mount, handle.inode, offset, count);
    if (count < 0) return failed(-count);
    m.beginReply();
  }
  if (isCurrent) handle.position = offset + count;
  return doneWithData(count);
}

/** Writes at the handle's position, at the end, or at an offset of its own. → bytes written, -errno, WAIT. */
function writeHandle(m: Message, handle: Handle, wanted: u64, length: u32): i32 {
  if (handle.type == S_IFIFO) return writePipe(m, handle, wanted, length);
  const isCurrent = wanted == CURRENT_OFFSET;
  const mount = mountAt(handle.mount);
  const fs = fileSystemOf(mount);
  let offset = wanted;
  if (isCurrent) {
    offset = handle.position;
    if (handle.flags & O_APPEND) {
      const size = fs.sizeOf(mount, handle.inode);
      if (size < 0) return <i32>size;
      offset = size;
    }
  }
  if (<i64>offset < 0) return -EINVAL;
  let source: usize = 0;
  if (length <= MAX_INLINE_WRITE) {
    source = m.take(length);
    if (!source) return -EBADMSG;
    if (!length) return 0;
  }
  const written = fs.write(m, mount, handle.inode, offset, length, source);
  if (isCurrent && written > 0 && handle.type == S_IFREG) handle.position = offset + written;
  return written;
}

/** VFS_WRITE: u32 handle, u32 length, u64 offset, bytes. */
export function write(m: Message): i64 {
  const at = m.take(16);
  if (!at) return failed(EBADMSG);
  const handle = findHandle(load<u32>(at));
  if (!handle || (handle.flags & O_ACCESS_MODE) == O_RDONLY) return failed(EBADF);
  return answerStatus(writeHandle(m, handle, load<u64>(at, 8), load<u32>(at, 4)));
}

/** VFS_SEEK: u32 handle, u32 whence, u64 offset. In a directory a position is one that readdir stopped at, or 0. */
export function seek(m: Message): i64 {
  const at = m.take(16);
  if (!at) return failed(EBADMSG);
  const handle = findHandle(load<u32>(at));
  if (!handle) return failed(EBADF);
  if (handle.type == S_IFIFO) return failed(ESPIPE);
  const whence = load<u32>(at, 4);
  let base: i64 = 0;
  if (whence == SEEK_CUR) base = handle.position;
  else if (whence == SEEK_END && handle.type != S_IFDIR) {
    const mount = mountAt(handle.mount);
    base = fileSystemOf(mount).sizeOf(mount, handle.inode);
    if (base < 0) return answerStatus(<i32>base);
  } else if (whence != SEEK_SET) return failed(EINVAL);
  if (handle.type != S_IFREG && handle.type != S_IFDIR) return done(0);
  const offset = <i64>load<u64>(at, 8);
  if (offset > 0 && offset > i64.MAX_VALUE - base) return failed(EOVERFLOW);
  const position = base + offset;
  if (position < 0) return failed(EINVAL);
  handle.position = position;
  return done(position);
}
