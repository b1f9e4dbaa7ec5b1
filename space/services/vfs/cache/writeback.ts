// Writing dirty pages to their disks, neighbours together. A page that is being written is not changed: a change makes a
// new frame for it (change.ts), so what the disk gets is what the page was at one moment.

import { DISK_FAILED, Disk, MAX_PAGE, diskAt } from "./disk";
import { FRAME_DIRTY, FRAME_VALID, FRAME_WRITING, Frame, findFrame, frameAt } from "./frame";
import { IO_WRITE, MAX_RUN_PAGES, addPage, canAddPage, canStartIo, endBatch } from "./io";
import { frameCount } from "./layout";

/** Requests that are begun at once when room is needed. */
const SOME_REQUESTS: u32 = 8;
/** Stands for a disk in startWriting: whichever. */
const ANY_DISK: u32 = 0xffffffff;
/** Frame that was looked at last. */
let hand: u32 = 0;

/** A frame that counted as dirty is so no more. */
export function countClean(disk: Disk, frame: Frame): void {
  if (frame.epoch == disk.epoch) disk.dirtyNow -= 1;
  else disk.dirtyBefore -= 1;
}

/** The frame of a page that is to be written, or 0. Disks do requests in any order: an older one's write has to end first. */
function dirtyFrame(disk: Disk, page: u32): u32 {
  const index = findFrame(disk.index, page);
  if (!index) return 0;
  const frame = frameAt(index);
  const isDirty =
    frame.state == FRAME_VALID &&
    !frame.older &&
    (frame.flags & (FRAME_DIRTY | FRAME_WRITING)) == FRAME_DIRTY;
  return isDirty ? index : 0;
}

/** Writes the dirty pages around page `page`, as many as go together. */
function writeAround(disk: Disk, page: u32): void {
  let first = page;
  while (first && page - first < MAX_RUN_PAGES - 1 && dirtyFrame(disk, first - 1)) first--;
  for (let next = first; next - first < MAX_RUN_PAGES && next <= MAX_PAGE; next++) {
    const index = dirtyFrame(disk, next);
    if (!index || !canAddPage(IO_WRITE, disk, next)) break;
    const frame = frameAt(index);
    frame.flags = (frame.flags & ~FRAME_DIRTY) | FRAME_WRITING;
    addPage(IO_WRITE, disk, next, index);
  }
  endBatch();
}

/** Begins to write dirty pages, of one disk or any, with up to `requests` requests. onlyBefore: those of earlier epochs. */
function startWriting(diskIndex: u32, requests: u32, onlyBefore: bool): void {
  const count = frameCount();
  for (let steps: u32 = 0; steps < count && requests && canStartIo(); steps++) {
    hand = hand == count ? 1 : hand + 1;
    const frame = frameAt(hand);
    if (frame.state != FRAME_VALID || (frame.flags & (FRAME_DIRTY | FRAME_WRITING)) != FRAME_DIRTY) continue;
    if (frame.older || (diskIndex != ANY_DISK && <u32>frame.disk != diskIndex)) continue;
    const disk = diskAt(frame.disk);
    if (disk.flags & DISK_FAILED || (onlyBefore && frame.epoch == disk.epoch)) continue;
    writeAround(disk, frame.page);
    requests--;
  }
}

/** Begins to write some dirty pages of any disk, to make room. */
export function startSomeWriting(): void {
  startWriting(ANY_DISK, SOME_REQUESTS, false);
}

/** Begins to write the pages of a disk that a sync waits for, as many as can be on their way at once. */
export function startWritingBefore(disk: Disk): void {
  if (disk.dirtyBefore) startWriting(disk.index, u32.MAX_VALUE, true);
}

/** Begins to write all dirty pages of every disk: their time has come. */
export function startWritingAll(): void {
  startWriting(ANY_DISK, u32.MAX_VALUE, false);
}
