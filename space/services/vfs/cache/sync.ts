// Making what was written last: all pages changed so far go to the disk, then the disk's own cache is flushed. An operation
// of several steps; where it is it remembers from one run to the next (parking.ts).

import { EIO } from "../../../../abi/errno";
import { WAIT } from "../file_system";
import { remember, stage, value, waitFor } from "../parking";
import { DISK_CACHED, DISK_FAILED, Disk } from "./disk";
import { beginEpoch } from "./dirty";
import { FRAME_FREE, FRAME_PRIVATE, frameAt, releaseFrame, removeFrame } from "./frame";
import { addFlush, canStartIo, ioWaiters, isIoPending, pendingIo } from "./io";
import { frameCount } from "./layout";
import { startWritingBefore } from "./writeback";

const STAGE_BEGIN: u32 = 0;
const STAGE_WRITE: u32 = 1;
const STAGE_FLUSH: u32 = 2;
/** How many stages it goes through. */
export const SYNC_STAGES: u32 = 3;

/** Begins a sync: what is dirty now belongs to an earlier epoch from here on. */
function beginSync(disk: Disk, first: u32): void {
  beginEpoch(disk);
  remember(first + STAGE_WRITE, 0);
}

/** Writes and flushes all that is changed as of the first run. first: the stage that it begins at. 0, -EIO, WAIT. */
export function syncDisk(disk: Disk, first: u32): i32 {
  if (stage == first + STAGE_BEGIN) beginSync(disk, first);
  if (stage == first + STAGE_WRITE) {
    if (disk.flags & DISK_FAILED) return -EIO;
    startWritingBefore(disk);
    if (disk.dirtyBefore) {
      waitFor(pendingIo() && !disk.pending ? ioWaiters : disk.waiters);
      return WAIT;
    }
    if (!(disk.flags & DISK_CACHED)) return 0;
    if (!canStartIo()) {
      waitFor(ioWaiters);
      return WAIT;
    }
    remember(first + STAGE_FLUSH, addFlush(disk));
  }
  if (isIoPending(value)) {
    waitFor(disk.waiters);
    return WAIT;
  }
  return disk.flushResult < 0 || (disk.flags & DISK_FAILED) != 0 ? -EIO : 0;
}

/** Forgets all pages of a disk, dirty ones too; no request on it is pending. */
export function dropDisk(disk: Disk): void {
  for (let index: u32 = 1; index <= frameCount(); index++) {
    const frame = frameAt(index);
    if (frame.state == FRAME_FREE || frame.state == FRAME_PRIVATE || <u32>frame.disk != disk.index) continue;
    removeFrame(index);
    releaseFrame(index);
  }
  disk.isUsed = 0;
}
