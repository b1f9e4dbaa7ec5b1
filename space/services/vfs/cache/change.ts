// Changes to a disk: the one place where its pages get new contents. An operation works on private copies of the pages that
// it changes, which only it sees. If it meets a page that is not there, or an error, the copies are dropped and nothing
// has happened; if it comes to its end, commitChange() puts them into the cache in the order in which they were first
// touched. A journal's record of an operation is what is in the list then.

import { EFBIG, EIO, EROFS } from "../../../../abi/errno";
import { WAIT } from "../file_system";
import { DISK_FAILED, DISK_READ_ONLY, Disk } from "./disk";
import { countClean, markDirty, unlinkDirty } from "./dirty";
import {
  FRAME_DIRTY,
  FRAME_PRIVATE,
  FRAME_REPLACED,
  FRAME_USED,
  FRAME_VALID,
  FRAME_WRITING,
  findFrame,
  frameAt,
  insertFrame,
  releaseFrame,
  removeFrame,
  takeFrame,
} from "./frame";
import { PAGE_BYTES, frameAddress, frameCount } from "./layout";
import { fault, getPage, setFault, waitForRoom } from "./page";

/** Pages that one operation changes at most: a write of 64 KiB in 1 KiB blocks needs some 90. */
export const MAX_CHANGED_PAGES: u32 = 192;

/** The list: frames whose shadow is the copy, or, for pages that no frame had, the copy itself. */
const changed: usize = memory.data(768, 8);
let count: u32 = 0;

/** How many pages of a disk may be dirty: half of the cache, for all disks together less. */
function dirtyLimit(): u32 {
  return frameCount() / 2;
}

/** Begins a change. 0, -EROFS, -EIO (the disk failed), WAIT: too much is not written yet. */
export function beginChange(disk: Disk): i32 {
  count = 0;
  if (disk.flags & DISK_READ_ONLY) return -EROFS;
  if (disk.flags & DISK_FAILED) return -EIO;
  if (disk.dirtyNow + disk.dirtyBefore < dirtyLimit()) return 0;
  waitForRoom();
  return fault == WAIT ? WAIT : -EIO;
}

/** Takes a frame, and notes in the list whose copy it is; 0: a new page's only one. → the frame; 0: see `fault`. */
function takeCopy(original: u32): u32 {
  if (count == MAX_CHANGED_PAGES) {
    setFault(-EFBIG);
    return 0;
  }
  const copy = takeFrame();
  if (!copy) {
    waitForRoom();
    return 0;
  }
  frameAt(copy).state = FRAME_PRIVATE;
  store<u32>(changed + ((<usize>count) << 2), original ? original : copy);
  count += 1;
  return copy;
}

/** The copy of a page that is in frame `index`, which has none yet. → its frame, contents undefined; 0: see `fault`. */
function shadowFrame(index: u32): u32 {
  const copy = takeCopy(index);
  if (copy) frameAt(index).shadow = copy;
  return copy;
}

/** Address of the running operation's copy of a page. 0: see `fault`. */
export function changePage(disk: Disk, page: u32): usize {
  const source = getPage(disk, page);
  if (!source) return 0;
  const index = findFrame(disk.index, page);
  if (frameAt(index).shadow) return source;
  const copy = shadowFrame(index);
  if (!copy) return 0;
  frameAt(copy).checked = frameAt(index).checked;
  memory.copy(frameAddress(copy), source, PAGE_BYTES);
  return frameAddress(copy);
}

/** The same for a page whose old contents do not matter: it need not be read. They are undefined, or what the operation wrote. */
export function replacePage(disk: Disk, page: u32): usize {
  if (page >= disk.pages) {
    setFault(-EIO);
    return 0;
  }
  let index = findFrame(disk.index, page);
  if (index) {
    if (frameAt(index).state != FRAME_VALID) return getPage(disk, page);
    if (!frameAt(index).shadow && !shadowFrame(index)) return 0;
    return getPage(disk, page);
  }
  index = takeCopy(0);
  if (!index) return 0;
  insertFrame(index, disk.index, page, FRAME_VALID);
  frameAt(index).shadow = index;
  return frameAddress(index);
}

/** Drops the copies: nothing has happened. */
export function abortChange(): void {
  for (let i: u32 = 0; i < count; i++) {
    const index = load<u32>(changed + ((<usize>i) << 2));
    const frame = frameAt(index);
    if (frame.shadow == index) removeFrame(index);
    releaseFrame(frame.shadow);
    frame.shadow = 0;
  }
  count = 0;
}

/** A frame is not its page's any more: a newer one is. */
function retireFrame(disk: Disk, index: u32): void {
  const frame = frameAt(index);
  removeFrame(index);
  if (frame.flags & FRAME_WRITING) {
    frame.state = FRAME_REPLACED;
    return;
  }
  if (frame.flags & FRAME_DIRTY) {
    unlinkDirty(disk, frame);
    countClean(disk, frame);
  }
  releaseFrame(index);
}

/** Makes the changes: from here on they are what everybody sees, and what is written to the disk. */
export function commitChange(disk: Disk): void {
  for (let i: u32 = 0; i < count; i++) {
    const original = load<u32>(changed + ((<usize>i) << 2));
    const index = frameAt(original).shadow;
    frameAt(original).shadow = 0;
    const frame = frameAt(index);
    if (index != original) {
      const page = frameAt(original).page;
      frame.older = frameAt(original).flags & FRAME_WRITING ? original : frameAt(original).older;
      retireFrame(disk, original);
      insertFrame(index, disk.index, page, FRAME_VALID);
    }
    frame.flags = FRAME_USED;
    markDirty(disk, index);
  }
  count = 0;
}

/** How many pages the running operation has changed so far. */
@inline
export function changedPages(): u32 {
  return count;
}
