// The cache's frames: which page of which disk each holds, found by a hash of the two, and given out by a clock hand that
// passes over those used since its last round. The hand goes in order of address, so that pages that are read together
// lie side by side, and are moved in one piece.

import { Waiters } from "../parking";
import { FRAME_SIZE, frameCount, headAddress, recordAddress } from "./layout";

export const FRAME_FREE: u8 = 0;
export const FRAME_READING: u8 = 1; // the page is on its way
export const FRAME_VALID: u8 = 2;
export const FRAME_FAILED: u8 = 3; // the page could not be read: whoever asks next is told so, once
export const FRAME_PRIVATE: u8 = 4; // an operation's copy, not found by its page
export const FRAME_REPLACED: u8 = 5; // its page has a newer frame, and this one is still being written

export const FRAME_DIRTY: u8 = 1; // newer than the disk
export const FRAME_WRITING: u8 = 2; // on its way to the disk
export const FRAME_USED: u8 = 4; // since the clock hand passed

@unmanaged
export class Frame {
  page: u32;
  disk: u16;
  state: u8;
  flags: u8;
  next: u32; // frame of the same hash head, or 0
  shadow: u32; // the running operation's copy of it, or 0
  checked: u32; // metadata in it whose checksum was right: a bit for each piece, as its file system cuts it
  stamp: u32; // the run that used it last: what a run has used it may go on using
  epoch: u32; // of its disk, when it was changed
  older: u32; // a frame of the same page that is being written: this one must not overtake it. 0: none
  nextDirty: u32; // neighbours in the list of dirty.ts; 0: none
  previousDirty: u32;
  waitersLow: u64; // requests that wait for it (a Waiters record)
  waitersHigh: u64;

  @inline get waiters(): Waiters {
    return changetype<Waiters>(changetype<usize>(this) + offsetof<Frame>("waitersLow"));
  }
}

@inline
export function frameAt(index: u32): Frame {
  return changetype<Frame>(recordAddress(index));
}

/** The run that goes on now; every request begins a new one. */
export let runStamp: u32 = 1;
@inline
export function beginStamp(): void {
  runStamp += 1;
}

/** 2³² divided by the golden ratio, odd. */
const HASH_FACTOR: u32 = 0x9e3779b1;
const HASH_SHIFT: u32 = 20; // the upper 12 bits: HEADS

@inline
function headOf(disk: u32, page: u32): usize {
  return headAddress(((page + (disk << 28)) * HASH_FACTOR) >> HASH_SHIFT);
}

/** The frame that holds a page or waits for it, or 0. */
@inline
export function findFrame(disk: u32, page: u32): u32 {
  let index = load<u32>(headOf(disk, page));
  while (index) {
    const frame = frameAt(index);
    if (frame.page == page && <u32>frame.disk == disk) break;
    index = frame.next;
  }
  return index;
}

/** Makes a frame that is taken the one of a page. */
export function insertFrame(index: u32, disk: u32, page: u32, state: u8): void {
  const frame = frameAt(index);
  const head = headOf(disk, page);
  frame.disk = <u16>disk;
  frame.page = page;
  frame.state = state;
  frame.next = load<u32>(head);
  store<u32>(head, index);
}

/** Takes a frame out of its hash chain. */
export function removeFrame(index: u32): void {
  const frame = frameAt(index);
  const head = headOf(frame.disk, frame.page);
  let other = load<u32>(head);
  if (other == index) {
    store<u32>(head, frame.next);
    return;
  }
  while (frameAt(other).next != index) other = frameAt(other).next;
  frameAt(other).next = frame.next;
}

/** Frame that the clock hand stands before. */
let hand: u32 = 0;

/** Whether the frame is found by its page and nothing is on its way to it. */
@inline
function isInChain(frame: Frame): bool {
  return frame.state == FRAME_VALID || frame.state == FRAME_FAILED;
}

/** Whether the hand may take the frame; one that was used since it passed is spared, once. */
function canTake(frame: Frame): bool {
  if (frame.state == FRAME_FREE) return true;
  if (!isInChain(frame) || (frame.flags & (FRAME_DIRTY | FRAME_WRITING)) != 0) return false;
  if (frame.stamp == runStamp) return false;
  if (frame.flags & FRAME_USED) {
    frame.flags &= ~FRAME_USED;
    return false;
  }
  return true;
}

/** Takes a frame, which then holds nothing and is in no chain. 0: all are dirty, on their way, or used by this run. */
export function takeFrame(): u32 {
  const count = frameCount();
  for (let steps: u32 = 0; steps < 2 * count; steps++) {
    hand = hand == count ? 1 : hand + 1;
    const frame = frameAt(hand);
    if (!canTake(frame)) continue;
    if (isInChain(frame)) removeFrame(hand);
    memory.fill(changetype<usize>(frame), 0, FRAME_SIZE);
    frame.stamp = runStamp;
    return hand;
  }
  return 0;
}

/** Gives a frame back that is in no chain. */
@inline
export function releaseFrame(index: u32): void {
  frameAt(index).state = FRAME_FREE;
}
