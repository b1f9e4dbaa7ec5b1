// The data of files on ext: which pages have it, asking for them together and ahead of a sequential reader, and where they
// lie in the cache.

import { findFrame, frameAt } from "../cache/frame";
import { endBatch } from "../cache/io";
import { OBJECT_FRAMES, PAGE_BYTES, PAGE_SHIFT } from "../cache/layout";
import { fault, getPage, prefetchPage, setFault } from "../cache/page";
import { WAIT } from "../file_system";
import { setSpan } from "../span";
import { ZERO_BLOCK, blockAddress } from "../tmpfs/layout";
import { mapBlock, mapped } from "./map";
import { Volume } from "./volume";

/** How far ahead of a sequential reader pages are asked for, and how near he comes before more are. */
const AHEAD_PAGES: u32 = 64;
const AHEAD_LOW_PAGES: u32 = 32;

/** Byte on the disk of what was mapped last, `within` bytes into its first block. */
@inline
function diskByte(v: Volume, within: u32): u64 {
  return (mapped << v.blockShift) + within;
}

/** Sees to it that pages `first` … `last` are there. 0, -EIO, WAIT after asking for all that are not. */
function requirePages(v: Volume, first: u32, last: u32): i32 {
  let status: i32 = 0;
  for (let page = first; page <= last; page++) {
    if (getPage(v.disk, page)) continue;
    if (fault != WAIT) return fault;
    status = WAIT;
  }
  return status;
}

/** Sees to it that `count` > 0 bytes at `offset` of the file are there. 0, -EIO, WAIT. */
export function requireData(v: Volume, number: u32, inode: usize, offset: u64, count: u32): i32 {
  const end = offset + count;
  let result: i32 = 0;
  while (offset < end) {
    const within = (<u32>offset) & (v.blockSize - 1);
    const run = mapBlock(v, number, inode, offset >> v.blockShift);
    if (!run) return fault;
    const bytes = <u32>min<u64>(((<u64>run) << v.blockShift) - within, end - offset);
    if (mapped) {
      const at = diskByte(v, within);
      const status = requirePages(v, <u32>(at >> PAGE_SHIFT), <u32>((at + bytes - 1) >> PAGE_SHIFT));
      if (status < 0) {
        if (status != WAIT) return status;
        result = WAIT;
      }
    }
    offset += bytes;
  }
  return result;
}

/** Asks for the file's pages `page` … `end` - 1 as far as that costs nobody anything. → the page that it came to */
function prefetch(v: Volume, number: u32, inode: usize, page: u32, end: u32): u32 {
  while (page < end) {
    const offset = (<u64>page) << PAGE_SHIFT;
    const run = mapBlock(v, number, inode, offset >> v.blockShift);
    if (!run) return page;
    const pages = min(end - page, max(1, run >> v.pageBlockShift));
    if (mapped) {
      const first = <u32>(diskByte(v, 0) >> PAGE_SHIFT);
      for (let i: u32 = 0; i < pages; i++) if (!prefetchPage(v.disk, first + i)) return page + i;
    }
    page += pages;
  }
  return page;
}

/** Notes that `count` bytes at `offset` are read, and asks for what comes next if the file is read from front to back. */
export function readAhead(v: Volume, number: u32, inode: usize, offset: u64, count: u32, size: u64): void {
  const first = <u32>(offset >> PAGE_SHIFT);
  const next = <u32>((offset + count) >> PAGE_SHIFT);
  const isSequential = v.aheadInode == number && (first == v.aheadNext || next == v.aheadNext);
  if (v.aheadInode != number || !isSequential) v.aheadEnd = next;
  v.aheadInode = number;
  v.aheadNext = next;
  const pages = <u32>((size + PAGE_BYTES - 1) >> PAGE_SHIFT);
  if (!isSequential && offset) return;
  if (v.aheadEnd < next) v.aheadEnd = next;
  if (v.aheadEnd - next >= AHEAD_LOW_PAGES || v.aheadEnd >= pages) return;
  const status = fault;
  v.aheadEnd = prefetch(v, number, inode, v.aheadEnd, min(pages, next + AHEAD_PAGES));
  setFault(status);
}

/** Up to `limit` bytes from byte `at` of the disk on that lie in one piece in the cache; 0: not even the first. */
function findPiece(v: Volume, at: u64, limit: u32): u32 {
  const page = <u32>(at >> PAGE_SHIFT);
  const address = getPage(v.disk, page);
  if (!address) return 0;
  const within = (<u32>at) & (PAGE_BYTES - 1);
  setSpan(address + within);
  let bytes = PAGE_BYTES - within;
  let frame = findFrame(v.disk.index, page);
  if (frameAt(frame).shadow) return min(bytes, limit);
  for (let next = page + 1; bytes < limit; next++) {
    const following = findFrame(v.disk.index, next);
    if (following != frame + 1 || frame % OBJECT_FRAMES == 0 || !getPage(v.disk, next)) break;
    frame = following;
    bytes += PAGE_BYTES;
  }
  return min(bytes, limit);
}

/** FileSystem.findSpan for a file's data, which requireData() has seen to. */
export function findDataSpan(v: Volume, number: u32, inode: usize, offset: u64, limit: u32): u32 {
  const within = (<u32>offset) & (v.blockSize - 1);
  const run = mapBlock(v, number, inode, offset >> v.blockShift);
  if (!run) return 0;
  const bytes = <u32>min<u64>(((<u64>run) << v.blockShift) - within, limit);
  if (mapped) return findPiece(v, diskByte(v, within), bytes);
  setSpan(blockAddress(ZERO_BLOCK));
  return min(bytes, PAGE_BYTES);
}

/** Sends off what was asked for. */
export function endRequests(): void {
  endBatch();
}
