// Pages of disks in memory: what file systems read through. A page that is not there is asked for, `fault` says WAIT, and
// the operation unwinds; one that a disk could not give is -EIO.

import { EIO, ENOMEM } from "../../../../abi/errno";
import { WAIT } from "../file_system";
import { waitFor } from "../parking";
import { DISK_GONE, Disk } from "./disk";
import {
  FRAME_FAILED,
  FRAME_READING,
  FRAME_USED,
  FRAME_VALID,
  findFrame,
  frameAt,
  insertFrame,
  releaseFrame,
  removeFrame,
  runStamp,
  takeFrame,
} from "./frame";
import { IO_READ, addPage, canAddPage, ioWaiters, pendingIo } from "./io";
import { PAGE_BYTES, frameAddress } from "./layout";
import { sectorsOfPage, SECTORS_PER_PAGE } from "./disk";
import { startSomeWriting } from "./writeback";

/** Why the last function of the cache or of a file system on a disk that answers 0 for "not there" did so: WAIT or -errno. */
export let fault: i32 = 0;
export function setFault(status: i32): void {
  fault = status;
}
/** The frame whose page was found last. */
export let lastFrame: u32 = 0;

/** The running operation waits until any request to a disk is answered, or, if there is none, cannot be done. */
export function waitForRoom(): void {
  startSomeWriting();
  if (!pendingIo()) {
    fault = -ENOMEM;
    return;
  }
  waitFor(ioWaiters);
  fault = WAIT;
}

/** Asks for a page that no frame has. → the frame, or 0 with nothing done: there is no room. */
export function fetchPage(disk: Disk, page: u32): u32 {
  if (disk.flags & DISK_GONE || !canAddPage(IO_READ, disk, page)) return 0;
  const index = takeFrame();
  if (!index) return 0;
  insertFrame(index, disk.index, page, FRAME_READING);
  if (sectorsOfPage(disk, page) < SECTORS_PER_PAGE) memory.fill(frameAddress(index), 0, PAGE_BYTES);
  addPage(IO_READ, disk, page, index);
  return index;
}

/** A frame that is not valid: waits for it, or tells once that it has failed. */
function missFrame(index: u32): void {
  const frame = frameAt(index);
  if (frame.state == FRAME_FAILED) {
    removeFrame(index);
    releaseFrame(index);
    fault = -EIO;
    return;
  }
  waitFor(frame.waiters);
  fault = WAIT;
}

/** The page is not there: asks for it. */
function missPage(disk: Disk, page: u32): void {
  const index = fetchPage(disk, page);
  if (disk.flags & DISK_GONE) fault = -EIO;
  else if (index) missFrame(index);
  else waitForRoom();
}

/** Address of page `page` of a disk, as the running operation sees it. 0: see `fault`. */
export function getPage(disk: Disk, page: u32): usize {
  if (page >= disk.pages) {
    fault = -EIO;
    return 0;
  }
  const index = findFrame(disk.index, page);
  if (!index) {
    missPage(disk, page);
    return 0;
  }
  const frame = frameAt(index);
  if (frame.state != FRAME_VALID) {
    missFrame(index);
    return 0;
  }
  frame.flags |= FRAME_USED;
  frame.stamp = runStamp;
  lastFrame = frame.shadow ? frame.shadow : index;
  return frameAddress(lastFrame);
}

/** Asks for a page ahead of its use, if it is not there and that costs nobody anything. false: there is no room. */
export function prefetchPage(disk: Disk, page: u32): bool {
  if (page >= disk.pages || findFrame(disk.index, page)) return true;
  return fetchPage(disk, page) != 0;
}

/** Whether the page is there or on its way. */
export function isPageComing(disk: Disk, page: u32): bool {
  return findFrame(disk.index, page) != 0;
}
