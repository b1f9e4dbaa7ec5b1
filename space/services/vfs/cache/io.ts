// Requests to the block service that are not answered yet: which frames each reads or writes. Neighbouring pages are put
// together into one request: addPage() … endBatch(). What is put together is sent when the operation has ended
// (client.ts), since sending takes the message page.

import { BLOCK_MAX_PENDING } from "../../../../abi/block";
import { EAGAIN } from "../../../../abi/errno";
import { Waiters, isAwaited, wake } from "../parking";
import { addUnsent } from "../work";
import { countClean, markDirty } from "./dirty";
import { DISK_FAILED, Disk, diskAt } from "./disk";
import {
  FRAME_FAILED,
  FRAME_REPLACED,
  FRAME_USED,
  FRAME_VALID,
  FRAME_WRITING,
  Frame,
  findFrame,
  frameAt,
  releaseFrame,
  removeFrame,
} from "./frame";
import { OBJECT_FRAMES } from "./layout";

export const IO_READ: u32 = 1;
export const IO_WRITE: u32 = 2;
export const IO_FLUSH: u32 = 3;

/** Pages of a request whose frames lie side by side, and of any other: what fits the message (abi/block.ts). */
export const MAX_RUN_PAGES: u32 = 32;
export const MAX_SCATTERED_PAGES: u32 = 28;
const MAX_IO: u32 = BLOCK_MAX_PENDING;
const INDEX_MASK: u32 = MAX_IO - 1;
const SEQUENCE_SHIFT: u32 = 5;

@unmanaged
export class Io {
  kind: u32; // IO_…; 0: free
  disk: u32;
  page: u32; // the first one
  count: u32; // pages; 0 in a flush
  sequence: u32; // counts the uses of this record, so that a late answer finds nobody
  isSent: u32;
  isRun: u32; // the frames lie side by side in one memory object
  reserved: u32;
}
const IO_FRAMES: usize = 32; // u32 each
const IO_SIZE: usize = 160;

const table: usize = memory.data(5120, 8); // MAX_IO of IO_SIZE bytes
/** The frames of a request that is taken apart. */
const split: usize = memory.data(128, 4); // MAX_RUN_PAGES of u32
/** Requests that wait for any request to be answered. */
export const ioWaiters = changetype<Waiters>(memory.data(16, 8));
let pending: u32 = 0;
/** The request that pages are being added to, or 0. */
let batch = changetype<Io>(0);

@inline
export function ioAt(index: u32): Io {
  return changetype<Io>(table + <usize>index * IO_SIZE);
}
@inline
export function frameOfIo(io: Io, i: u32): u32 {
  return load<u32>(changetype<usize>(io) + IO_FRAMES + ((<usize>i) << 2));
}
@inline
export function pendingIo(): u32 {
  return pending;
}
/** Whether one more request can be begun. */
@inline
export function canStartIo(): bool {
  return pending < MAX_IO;
}

@inline
function indexOfIo(io: Io): u32 {
  return <u32>((changetype<usize>(io) - table) / IO_SIZE);
}

/** What the block service gives back with its answer. */
export function cookieOf(index: u32): u64 {
  return ((<u64>ioAt(index).sequence) << SEQUENCE_SHIFT) | index;
}

function startIo(kind: u32, disk: Disk, page: u32): Io {
  let index: u32 = 0;
  while (ioAt(index).kind) index++;
  const io = ioAt(index);
  io.kind = kind;
  io.disk = disk.index;
  io.page = page;
  io.count = 0;
  io.sequence += 1;
  io.isSent = 0;
  io.isRun = 1;
  pending += 1;
  addUnsent(1);
  disk.pending += 1;
  return io;
}

/** Whether two frames lie side by side in one memory object. */
@inline
function isNextFrame(before: u32, after: u32): bool {
  return after == before + 1 && (after - 1) % OBJECT_FRAMES != 0;
}

/** Whether the page can go with those of the batch. */
function fitsBatch(kind: u32, disk: Disk, page: u32, frame: u32): bool {
  const io = batch;
  if (!changetype<usize>(io) || io.kind != kind || io.disk != disk.index || page != io.page + io.count)
    return false;
  const isRun = io.isRun && isNextFrame(frameOfIo(io, io.count - 1), frame);
  // A last page that is a part of one goes alone: all pieces of a request have the same length.
  if (page == disk.pages - 1 || io.count >= (isRun ? MAX_RUN_PAGES : MAX_SCATTERED_PAGES)) return false;
  return true;
}

/** Whether addPage() has room. */
export function canAddPage(kind: u32, disk: Disk, page: u32): bool {
  const io = batch;
  const isNext =
    changetype<usize>(io) != 0 &&
    io.kind == kind &&
    io.disk == disk.index &&
    page == io.page + io.count &&
    io.count < MAX_SCATTERED_PAGES &&
    page != disk.pages - 1;
  return isNext || canStartIo();
}

/** Reads or writes page `page` by frame `frame`, together with the pages before it if they were added last. */
export function addPage(kind: u32, disk: Disk, page: u32, frame: u32): void {
  if (!fitsBatch(kind, disk, page, frame)) batch = startIo(kind, disk, page);
  const io = batch;
  if (io.count && !isNextFrame(frameOfIo(io, io.count - 1), frame)) io.isRun = 0;
  store<u32>(changetype<usize>(io) + IO_FRAMES + ((<usize>io.count) << 2), frame);
  io.count += 1;
}

/** No more pages are added to the last request: what is added to one that was sent would never be read. */
@inline
export function endBatch(): void {
  batch = changetype<Io>(0);
}

/** Begins a flush; there is room. → its cookie */
export function addFlush(disk: Disk): u64 {
  endBatch();
  return cookieOf(indexOfIo(startIo(IO_FLUSH, disk, 0)));
}

/** Whether the request of a cookie is not answered yet. */
export function isIoPending(cookie: u64): bool {
  const index = (<u32>cookie) & INDEX_MASK;
  return ioAt(index).kind != 0 && cookieOf(index) == cookie;
}

/** The next request that was not sent, from index `from` on; -1: none. */
export function nextUnsent(from: u32): i32 {
  for (let index = from; index < MAX_IO; index++) {
    if (ioAt(index).kind && !ioAt(index).isSent) return index;
  }
  return -1;
}
export function markSent(io: Io): void {
  io.isSent = 1;
  addUnsent(-1);
}

/** A frame's page has come, or not. */
function endRead(frame: Frame, succeeded: bool): void {
  frame.state = succeeded ? FRAME_VALID : FRAME_FAILED;
  frame.flags |= FRAME_USED;
  wake(frame.waiters);
}

/** A frame's page is on the disk, or not: then it stays dirty. */
function endWrite(disk: Disk, index: u32, succeeded: bool): void {
  const frame = frameAt(index);
  frame.flags &= ~FRAME_WRITING;
  countClean(disk, frame);
  if (frame.state == FRAME_REPLACED) {
    const newer = frameAt(findFrame(disk.index, frame.page));
    if (newer.older == index) newer.older = 0;
    releaseFrame(index);
    return;
  }
  if (!succeeded) markDirty(disk, index);
}

/** Ends a request. result: sectors or -errno. */
function endIo(io: Io, succeeded: bool, result: i32): void {
  const disk = diskAt(io.disk);
  for (let i: u32 = 0; i < io.count; i++) {
    const index = frameOfIo(io, i);
    if (io.kind == IO_READ) endRead(frameAt(index), succeeded);
    else endWrite(disk, index, succeeded);
  }
  if (io.kind == IO_FLUSH) disk.flushResult = succeeded ? 0 : result;
  if (!succeeded && io.kind != IO_READ) disk.flags |= DISK_FAILED;
  freeIo(io);
}

/** The request is over: others may be begun. */
function freeIo(io: Io): void {
  const disk = diskAt(io.disk);
  io.kind = 0;
  if (!io.isSent) addUnsent(-1);
  pending -= 1;
  disk.pending -= 1;
  wake(ioWaiters);
  wake(disk.waiters);
}

/**
 * A read of several pages failed, and which of them cannot be read it does not say: those that somebody waits for are asked for
 * one by one, so that a bad sector costs its own page only; those that were read ahead are forgotten.
 */
function readAlone(io: Io): void {
  const disk = diskAt(io.disk);
  const first = io.page;
  const count = io.count;
  memory.copy(split, changetype<usize>(io) + IO_FRAMES, (<usize>count) << 2);
  freeIo(io);
  endBatch();
  for (let i: u32 = 0; i < count; i++) {
    const index = load<u32>(split + ((<usize>i) << 2));
    const frame = frameAt(index);
    if (!isAwaited(frame.waiters)) {
      removeFrame(index);
      releaseFrame(index);
    } else if (canStartIo()) {
      addPage(IO_READ, disk, first + i, index);
      endBatch();
    } else {
      endRead(frame, false);
    }
  }
}

/** The block service's answer: `result` is what it says of request `cookie`. Others are ignored; -EAGAIN: it is sent again. */
export function completeIo(cookie: u64, result: i64): void {
  const index = (<u32>cookie) & INDEX_MASK;
  const io = ioAt(index);
  if (!io.kind || !io.isSent || cookieOf(index) != cookie) return;
  if (result == -EAGAIN) {
    io.isSent = 0;
    addUnsent(1);
    return;
  }
  if (result < 0 && io.kind == IO_READ && io.count > 1) readAlone(io);
  else endIo(io, result >= 0, <i32>max<i64>(result, i32.MIN_VALUE));
}

/** The block service is gone: everything that it was asked has failed. */
export function failAllIo(status: i32): void {
  endBatch();
  for (let index: u32 = 0; index < MAX_IO; index++) {
    if (ioAt(index).kind) endIo(ioAt(index), false, status);
  }
}

/** A request could not be sent. */
export function failIo(io: Io, status: i32): void {
  endIo(io, false, status);
}
