// The one way between kernel and user memory: page by page through the translation tables, faulting pages in. A user
// address is an allegation until it is found there; a bad page ends the copy, and the count says how far it came.

import { PAGE_SIZE } from "../../abi/limits";
import { copyLarge } from "../hal/hw";
import { Process, level1Of } from "../process/process";
import { framePage } from "./address_space";
import { entryAddress, frameThrough, pageOf } from "./page_table";

const OFFSET_MASK: u64 = PAGE_SIZE - 1;
const ENTRY_SIZE: usize = 8;
const TABLE_MASK: usize = PAGE_SIZE - 1;
/** From this size on the vector registers pay for what they held being kept. */
const LARGE: u32 = 256;

@inline function roomInPage(address: u64): u32 {
  return PAGE_SIZE - <u32>(address & OFFSET_MASK);
}

/** All that copyBetween() has copied since boot. */
export let bytesCopied: u64 = 0;

/** Kernel memory → user memory. → bytes copied. */
export function copyToUser(p: Process, target: u64, source: usize, size: u32): u32 {
  return copyPages(p, target, source, size, true);
}

/** User memory → kernel memory. → bytes copied. */
export function copyFromUser(p: Process, target: usize, source: u64, size: u32): u32 {
  return copyPages(p, source, target, size, false);
}

function copyPages(p: Process, user: u64, kernel: usize, size: u32, toUser: bool): u32 {
  let done: u32 = 0;
  while (done < size) {
    const address = user + done;
    const frame = framePage(p, pageOf(address), toUser);
    if (!frame) break;
    const n = min(size - done, roomInPage(address));
    const place = frame + <usize>(address & OFFSET_MASK);
    if (toUser) memory.copy(place, kernel + done, n);
    else memory.copy(kernel + done, place, n);
    done += n;
  }
  return done;
}

/**
 * From one process's memory to another's. → bytes copied. The entries of neighbouring pages are neighbours too, as far as
 * one table reaches: only at its end, and for a page that is not there yet, the tables are walked again.
 */
export function copyBetween(to: Process, target: u64, from: Process, source: u64, size: u32): u32 {
  let done: u32 = 0;
  let sourceEntry: usize = 0;
  let targetEntry: usize = 0;
  while (done < size) {
    const sourceAt = source + done;
    const targetAt = target + done;
    if (!sourceEntry) sourceEntry = entryAddress(level1Of(from), pageOf(sourceAt), false);
    if (!targetEntry) targetEntry = entryAddress(level1Of(to), pageOf(targetAt), false);
    const sourceFrame = frameThrough(sourceEntry, false) || framePage(from, pageOf(sourceAt), false);
    if (!sourceFrame) break;
    const targetFrame = frameThrough(targetEntry, true) || framePage(to, pageOf(targetAt), true);
    if (!targetFrame) break;
    const sourceRoom = roomInPage(sourceAt);
    const targetRoom = roomInPage(targetAt);
    const n = min(size - done, min(sourceRoom, targetRoom));
    copyWithinPages(
      targetFrame + <usize>(targetAt & OFFSET_MASK),
      sourceFrame + <usize>(sourceAt & OFFSET_MASK),
      n,
    );
    done += n;
    if (n == sourceRoom) sourceEntry = nextEntry(sourceEntry);
    if (n == targetRoom) targetEntry = nextEntry(targetEntry);
  }
  bytesCopied += done;
  return done;
}

/** The entry of the next page; 0 when that is in another table. */
@inline function nextEntry(at: usize): usize {
  const next = at ? at + ENTRY_SIZE : 0;
  return next & TABLE_MASK ? next : 0;
}

/** `size` bytes that lie within a page on either side. The same frame may be on both: then the places may overlap. */
@inline function copyWithinPages(target: usize, source: usize, size: u32): void {
  if (size < LARGE || (target ^ source) < PAGE_SIZE) memory.copy(target, source, size);
  else copyLarge(target, source, size);
}
