// Which frames are newer than their disk: a list for each disk, in the order in which they were changed, so that epochs
// ascend in it. A frame is in it exactly while it has FRAME_DIRTY; one that is being written has left it.
//
//   disk.firstDirty → frame ⇄ frame ⇄ … ⇄ frame ← disk.lastDirty        epochs ≤ disk.epoch; 0 ends it at both sides
//
// disk.dirtyNow and dirtyBefore count these and those on their way, by epoch. Called by change.ts, io.ts and writeback.ts.

import { Disk } from "./disk";
import { FRAME_DIRTY, Frame, frameAt } from "./frame";

/** Frame `index`, which is not dirty, is newer than its disk from now on, in the present epoch. */
export function markDirty(disk: Disk, index: u32): void {
  const frame = frameAt(index);
  frame.flags |= FRAME_DIRTY;
  frame.epoch = disk.epoch;
  frame.previousDirty = disk.lastDirty;
  frame.nextDirty = 0;
  if (disk.lastDirty) frameAt(disk.lastDirty).nextDirty = index;
  else disk.firstDirty = index;
  disk.lastDirty = index;
  disk.dirtyNow += 1;
}

/** Takes a dirty frame out of the list; it still counts, because it is about to be written. */
export function unlinkDirty(disk: Disk, frame: Frame): void {
  frame.flags &= ~FRAME_DIRTY;
  if (frame.previousDirty) frameAt(frame.previousDirty).nextDirty = frame.nextDirty;
  else disk.firstDirty = frame.nextDirty;
  if (frame.nextDirty) frameAt(frame.nextDirty).previousDirty = frame.previousDirty;
  else disk.lastDirty = frame.previousDirty;
}

/** A frame that counted counts no more: its page is written, or has a newer frame. */
export function countClean(disk: Disk, frame: Frame): void {
  if (frame.epoch == disk.epoch) disk.dirtyNow -= 1;
  else disk.dirtyBefore -= 1;
}

/** A new epoch begins: what is dirty now belongs to an earlier one. */
export function beginEpoch(disk: Disk): void {
  disk.epoch += 1;
  disk.dirtyBefore += disk.dirtyNow;
  disk.dirtyNow = 0;
}
