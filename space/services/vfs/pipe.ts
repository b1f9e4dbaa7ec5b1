// VFS_PIPE, and reading and writing at the ends of a pipe (pipe_ends.ts). A reader waits while the pipe is empty and its
// writing end open; a writer waits for room, and one of at most PIPE_ATOMIC bytes for room for all of them.

import { EBADMSG, EFAULT, ENFILE, ENOSPC, EPIPE, ESPIPE } from "../../../abi/errno";
import { O_RDONLY, O_WRONLY, S_IFIFO } from "../../../abi/file";
import { MAX_INLINE_WRITE, MAX_MESSAGE_DATA, PIPE_ATOMIC, PIPE_CAPACITY } from "../../../abi/limits";
import { Message } from "../../../abi/message";
import { CURRENT_OFFSET } from "../../../abi/ops";
import { doneWithData, failed, msgWrite } from "../../lib/hnx_ipc/service";
import { memoryBarrier } from "../../lib/sys";
import { PARK } from "./answer";
import { WAIT } from "./file_system";
import { Handle, hasFreeHandle, openHandle } from "./handle";
import { ROOT_MOUNT } from "./mount_table";
import { waitFor } from "./parking";
import {
  PIPE_READ_END,
  PIPE_WRITE_END,
  bytesWaiters,
  roomWaiters,
  wakeReaders,
  wakeWriters,
} from "./pipe_ends";
import { fillSpan, spanAddress } from "./span";
import { findSpanOf, makeSpan } from "./tmpfs/file";
import { Inode, allocateInode, inodeAt } from "./tmpfs/inode";

const MODE: u32 = S_IFIFO | 0o600;
const RING_MASK: u32 = PIPE_CAPACITY - 1;

/** VFS_PIPE. → data: u32 handle of the reading end, u32 of the writing one */
export function pipe(m: Message): i64 {
  if (!hasFreeHandle(2)) return failed(ENFILE);
  const number = allocateInode(MODE);
  if (!number) return failed(ENFILE);
  inodeAt(number).firstRoom = PIPE_READ_END | PIPE_WRITE_END;
  const writer = openHandle(ROOT_MOUNT, number, MODE, O_WRONLY, m.msgId);
  const reader = openHandle(ROOT_MOUNT, number, MODE, O_RDONLY, m.msgId);
  m.beginReply().withU32(reader).withU32(writer);
  return doneWithData(0);
}

/** Bytes from place `at` of the ring to its end, at most `limit`. */
@inline
function straight(at: u32, limit: u32): u32 {
  return min(limit, PIPE_CAPACITY - at);
}

/** Copies the pipe's first `length` bytes to `target`, or, if that is 0, to the caller's window 0. → bytes, -errno if none */
function copyOut(m: Message, inode: Inode, length: u32, target: usize): i32 {
  let moved: u32 = 0;
  while (moved < length) {
    const at = (inode.entries + moved) & RING_MASK;
    const span = findSpanOf(inode, at, straight(at, length - moved));
    let copied: i32 = span;
    if (target) memory.copy(target + moved, spanAddress, span);
    else copied = msgWrite(m.msgId, 0, moved, spanAddress, span);
    if (copied < 0) return moved ? moved : copied;
    moved += copied;
    if (<u32>copied < span) break;
  }
  return moved;
}

/** The first `count` bytes are read. An empty pipe begins at its first block again, so that short messages stay in it. */
function consume(inode: Inode, count: u32): void {
  inode.size -= count;
  memoryBarrier(); // an empty pipe is empty wherever its ring begins
  inode.entries = inode.size ? (inode.entries + count) & RING_MASK : 0;
  wakeWriters(inode);
}

/** VFS_READ at the reading end. */
export function readPipe(m: Message, handle: Handle, offset: u64, length: u32): i64 {
  if (offset != CURRENT_OFFSET) return failed(ESPIPE);
  const inode = inodeAt(handle.inode);
  if (length && !inode.size && inode.firstRoom & PIPE_WRITE_END) {
    waitFor(bytesWaiters(inode));
    return PARK;
  }
  let count = min(length, <u32>inode.size);
  if (count <= MAX_MESSAGE_DATA) {
    copyOut(m, inode, count, m.beginReply().reserve(count));
  } else {
    const copied = copyOut(m, inode, count, 0);
    if (copied <= 0) return failed(copied ? -copied : EFAULT);
    count = copied;
    m.beginReply();
  }
  if (count) consume(inode, count);
  return doneWithData(count);
}

/** Copies `length` bytes behind the pipe's last one, from `source` or the caller's window 0. → bytes, -errno if none */
function copyIn(m: Message, inode: Inode, length: u32, source: usize): i32 {
  let moved: u32 = 0;
  while (moved < length) {
    const at = (inode.entries + <u32>inode.size + moved) & RING_MASK;
    const span = makeSpan(inode, at, straight(at, length - moved));
    if (!span) return moved ? moved : -ENOSPC;
    const copied = fillSpan(m, span, moved, source);
    if (copied < 0) return moved ? moved : copied;
    moved += copied;
    if (<u32>copied < span) break;
  }
  return moved;
}

/** VFS_WRITE at the writing end. → bytes written, -errno, WAIT */
export function writePipe(m: Message, handle: Handle, offset: u64, length: u32): i32 {
  if (offset != CURRENT_OFFSET) return -ESPIPE;
  const inode = inodeAt(handle.inode);
  if (!(inode.firstRoom & PIPE_READ_END)) return -EPIPE;
  let source: usize = 0;
  if (length <= MAX_INLINE_WRITE) {
    source = m.take(length);
    if (!source) return -EBADMSG;
    if (!length) return 0;
  }
  const room = PIPE_CAPACITY - <u32>inode.size;
  if (!room || (length <= PIPE_ATOMIC && length > room)) {
    waitFor(roomWaiters(inode));
    return WAIT;
  }
  const written = copyIn(m, inode, min(length, room), source);
  if (written <= 0) return written ? written : -EFAULT;
  memoryBarrier();
  inode.size += written;
  wakeReaders(inode);
  return written;
}
