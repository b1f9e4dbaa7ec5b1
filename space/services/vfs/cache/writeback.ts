// Writing dirty pages to their disks, neighbours together. A page that is being written is not changed: a change makes a
// new frame for it (change.ts), so what the disk gets is what the page was at one moment.

import { unlinkDirty } from "./dirty";
import { DISK_FAILED, Disk, MAX_PAGE, diskAt } from "./disk";
import { FRAME_DIRTY, FRAME_VALID, FRAME_WRITING, findFrame, frameAt } from "./frame";
import { IO_WRITE, MAX_RUN_PAGES, addPage, canAddPage, canStartIo, endBatch } from "./io";
import { MAX_DISKS } from "./layout";

/** Requests that are begun at once when room is needed. */
const SOME_REQUESTS: u32 = 8;
/** The disk whose pages are written first when those of any will do; each has its turn. */
let turn: u32 = 0;

/** The frame of a page that is to be written, or 0. Disks do requests in any order: an older one's write has to end first. */
function dirtyFrame(disk: Disk, page: u32): u32 {
  const index = findFrame(disk.index, page);
  if (!index) return 0;
  const frame = frameAt(index);
  return frame.state == FRAME_VALID && !frame.older && (frame.flags & FRAME_DIRTY) != 0 ? index : 0;
}

/** Writes the dirty pages around page `page`, as many as go together. */
function writeAround(disk: Disk, page: u32): void {
  let first = page;
  while (first && page - first < MAX_RUN_PAGES - 1 && dirtyFrame(disk, first - 1)) first--;
  for (let next = first; next - first < MAX_RUN_PAGES && next <= MAX_PAGE; next++) {
    const index = dirtyFrame(disk, next);
    if (!index || !canAddPage(IO_WRITE, disk, next)) break;
    const frame = frameAt(index);
    unlinkDirty(disk, frame);
    frame.flags |= FRAME_WRITING;
    addPage(IO_WRITE, disk, next, index);
  }
  endBatch();
}

/**
 * Begins to write a disk's dirty pages, the ones that were changed first before others, with up to `requests` requests.
 * onlyBefore: those of earlier epochs. → requests that are left
 */
function startWriting(disk: Disk, requests: u32, onlyBefore: bool): u32 {
  let passed: u32 = 0; // the last frame that has to wait for an older one
  while (requests && canStartIo()) {
    const index = passed ? frameAt(passed).nextDirty : disk.firstDirty;
    if (!index || (onlyBefore && frameAt(index).epoch == disk.epoch)) break;
    if (frameAt(index).older) {
      passed = index;
      continue;
    }
    writeAround(disk, frameAt(index).page);
    requests--;
  }
  return requests;
}

/** The same for all disks that can be written, whatever the epoch. */
function startWritingAny(requests: u32): void {
  for (let i: u32 = 0; i < MAX_DISKS; i++) {
    const disk = diskAt((turn + i) % MAX_DISKS);
    if (disk.isUsed && !(disk.flags & DISK_FAILED)) requests = startWriting(disk, requests, false);
  }
  turn = (turn + 1) % MAX_DISKS;
}

/** Begins to write some dirty pages of any disk, to make room. */
export function startSomeWriting(): void {
  startWritingAny(SOME_REQUESTS);
}

/** Begins to write the pages of a disk that a sync waits for, as many as can be on their way at once. */
export function startWritingBefore(disk: Disk): void {
  if (disk.dirtyBefore && !(disk.flags & DISK_FAILED)) startWriting(disk, u32.MAX_VALUE, true);
}

/** Begins to write all dirty pages of every disk: their time has come. */
export function startWritingAll(): void {
  startWritingAny(u32.MAX_VALUE);
}
