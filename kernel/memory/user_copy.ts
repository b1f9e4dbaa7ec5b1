// The one way between kernel and user memory: page by page through the translation tables, faulting pages in. A user
// address is an allegation until it is found there; a bad page ends the copy, and the count says how far it came.

import { PAGE_SIZE } from "../../abi/limits";
import { Process } from "../process/process";
import { framePage } from "./address_space";
import { pageOf } from "./page_table";

const OFFSET_MASK: u64 = PAGE_SIZE - 1;

@inline function roomInPage(address: u64): u32 {
  return PAGE_SIZE - <u32>(address & OFFSET_MASK);
}

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

/** From one process's memory to another's. → bytes copied. */
export function copyBetween(to: Process, target: u64, from: Process, source: u64, size: u32): u32 {
  let done: u32 = 0;
  while (done < size) {
    const frame = framePage(from, pageOf(source + done), false);
    if (!frame) break;
    const n = min(size - done, roomInPage(source + done));
    const copied = copyToUser(to, target + done, frame + <usize>((source + done) & OFFSET_MASK), n);
    done += copied;
    if (copied < n) break;
  }
  return done;
}
