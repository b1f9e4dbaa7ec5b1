// Memory for what is kept of files beside their objects: bytes of programs, notes of libraries. An arena of its own with a limit,
// so that large files make room for themselves by dropping others or are refused; the heap, which traps, is not asked for it.
//
//   | u32 size, u32 used | bytes … | u32 size, u32 used | bytes … |    sizes include the header, multiples of 16
//
// First fit. Free neighbours become one block when a search passes them.

import { PAGE_SIZE } from "../../../abi/limits";
import { SYS_MEMORY_DISCARD } from "../../../abi/syscall";
import { syscall } from "../sys";

const ARENA_SIZE: u32 = 8388608; // 8 MiB, virtual: pages come when they are touched
const HEADER: u32 = 16;
const ALIGNMENT: u32 = 16;
const USED: usize = 4;

let arena: usize = 0;

function makeArena(): void {
  arena = (heap.alloc(ARENA_SIZE + PAGE_SIZE) + PAGE_SIZE - 1) & ~(<usize>PAGE_SIZE - 1);
  store<u32>(arena, ARENA_SIZE);
  store<u32>(arena, 0, USED);
}

/** Joins the free block at `block` with the free ones behind it. → its size */
function joinFree(block: usize): u32 {
  let size = load<u32>(block);
  while (block + size < arena + ARENA_SIZE && load<u32>(block + size, USED) == 0)
    size += load<u32>(block + size);
  store<u32>(block, size);
  return size;
}

function occupy(block: usize, free: u32, size: u32): usize {
  if (free - size > HEADER) {
    store<u32>(block, size);
    store<u32>(block + size, free - size);
    store<u32>(block + size, 0, USED);
  }
  store<u32>(block, 1, USED);
  return block + HEADER;
}

/** `size` ≥ 1 bytes, aligned to 16, or 0: there is no room for them. */
export function takeBytes(size: u32): usize {
  if (size > ARENA_SIZE - HEADER) return 0;
  if (!arena) makeArena();
  const wanted = (size + HEADER + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
  for (let block = arena; block < arena + ARENA_SIZE; block += load<u32>(block)) {
    if (load<u32>(block, USED)) continue;
    const free = joinFree(block);
    if (free >= wanted) return occupy(block, free, wanted);
  }
  return 0;
}

/** Gives the pages between `start` and `end` that lie wholly there back to the system; they read as zero afterwards. */
export function discardPages(start: usize, end: usize): void {
  const mask = ~(<usize>PAGE_SIZE - 1);
  let at = (start + PAGE_SIZE - 1) & mask;
  const stop = end & mask;
  while (at < stop) {
    const done = <i32>syscall(SYS_MEMORY_DISCARD, at, stop - at, 0, 0, 0, 0);
    if (done <= 0) return;
    at += done;
  }
}

/** Gives back what takeBytes() gave. */
export function giveBytes(at: usize): void {
  const block = at - HEADER;
  store<u32>(block, 0, USED);
  discardPages(at, block + load<u32>(block));
}
