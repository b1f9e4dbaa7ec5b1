// Page frames: free ranges found at boot, handed out from their start, and a list of frames given back, chained through
// their own first word. Every frame is zero when it is handed out.

import { PAGE_SIZE } from "../../abi/limits";
import { zeroPage } from "../hal/hw";

const MAX_FREE_RANGES: u32 = 16; // stretches of RAM between the reserved ones; more are left unused

const ranges: usize = memory.data(128, 8); // MAX_FREE_RANGES × { u32 start, u32 end }
let rangeCount: u32 = 0;
let current: u32 = 0;
let freeList: usize = 0;
let total: u32 = 0;
let free: u32 = 0;

/** Adds the RAM [start, end), page-aligned, none of it in use. False when the table is full. */
export function addFreeRange(start: usize, end: usize): bool {
  if (end <= start) return true;
  if (rangeCount == MAX_FREE_RANGES) return false;
  store<u32>(ranges + ((<usize>rangeCount) << 3), <u32>start);
  store<u32>(ranges + ((<usize>rangeCount) << 3), <u32>end, 4);
  rangeCount++;
  const frames = <u32>(end - start) / PAGE_SIZE;
  total += frames;
  free += frames;
  return true;
}

/** A zeroed frame's address, or 0 when there is none. */
export function allocateFrame(): usize {
  let frame = freeList;
  if (frame) {
    freeList = load<u32>(frame);
  } else {
    while (
      current < rangeCount &&
      load<u32>(ranges + ((<usize>current) << 3)) >= load<u32>(ranges + ((<usize>current) << 3), 4)
    ) {
      current++;
    }
    if (current == rangeCount) return 0;
    frame = load<u32>(ranges + ((<usize>current) << 3));
    store<u32>(ranges + ((<usize>current) << 3), <u32>frame + PAGE_SIZE);
  }
  free--;
  zeroPage(frame);
  return frame;
}

/** Zeroed frames in one piece, never to be given back: the first one's address, or 0. For tables that are made at boot. */
export function allocateFrames(count: u32): usize {
  for (let i = current; i < rangeCount; i++) {
    const range = ranges + ((<usize>i) << 3);
    const start = load<u32>(range);
    if ((load<u32>(range, 4) - start) / PAGE_SIZE < count) continue;
    store<u32>(range, start + count * PAGE_SIZE);
    free -= count;
    for (let frame: u32 = 0; frame < count; frame++) zeroPage(start + frame * PAGE_SIZE);
    return start;
  }
  return 0;
}

export function freeFrame(frame: usize): void {
  store<u32>(frame, <u32>freeList);
  freeList = frame;
  free++;
}

export function framesTotal(): u32 {
  return total;
}
export function framesFree(): u32 {
  return free;
}
