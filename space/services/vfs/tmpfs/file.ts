// The data of regular files as spans: stretches that lie in one piece, to be copied from or to in one go.

import { EFBIG, ENOSPC } from "../../../../abi/errno";
import { MAX_COPY_SLICE } from "../../../../abi/limits";
import { Message } from "../../../../abi/message";
import { memoryBarrier } from "../../../lib/sys";
import { now_ns } from "../clock";
import { fillSpan, setSpan } from "../span";
import {
  MAX_FILE_SIZE,
  countRun,
  ensureBlock,
  findBlock,
  releaseAllBlocks,
  releaseBlocksFrom,
} from "./block_map";
import { INODE_ARCHIVE, Inode } from "./inode";
import { ARCHIVE_BLOCK, BLOCK_SHIFT, BLOCK_SIZE, ZERO_BLOCK, blockAddress, blocksFor } from "./layout";

/** Finds the data at `offset`, up to `limit` bytes of it, 0 < limit ≤ MAX_COPY_SLICE (all below the file's size): how many lie in one piece. */
export function findSpanOf(inode: Inode, offset: u64, limit: u32): u32 {
  if (inode.flags & INODE_ARCHIVE) {
    setSpan(blockAddress(ARCHIVE_BLOCK) + inode.root + <usize>offset);
    return limit;
  }
  const within = (<u32>offset) & (BLOCK_SIZE - 1);
  const index = <u32>(offset >> BLOCK_SHIFT);
  const block = findBlock(inode, index);
  if (!block) {
    setSpan(blockAddress(ZERO_BLOCK) + within);
    return min(BLOCK_SIZE - within, limit);
  }
  setSpan(blockAddress(block) + within);
  if (within + limit <= BLOCK_SIZE) return limit;
  const run = countRun(inode, index, block, blocksFor(within + limit));
  return min((run << BLOCK_SHIFT) - within, limit);
}

/** The block at `index`, made if it is not there, after the one before it if that can be had. 0: no space left. */
function makeBlock(inode: Inode, index: u32): u32 {
  const before = index ? findBlock(inode, index - 1) : 0;
  return ensureBlock(inode, index, before ? before + 1 : 0);
}

/** findSpanOf for writing: blocks that are not there are made. 0: no space left. */
export function makeSpan(inode: Inode, offset: u64, limit: u32): u32 {
  const within = (<u32>offset) & (BLOCK_SIZE - 1);
  const index = <u32>(offset >> BLOCK_SHIFT);
  let block = findBlock(inode, index);
  if (!block) {
    block = makeBlock(inode, index);
    if (!block) return 0;
  }
  setSpan(blockAddress(block) + within);
  if (within + limit <= BLOCK_SIZE) return limit;
  const wanted = blocksFor(within + limit);
  let run = countRun(inode, index, block, wanted);
  while (run < wanted && ensureBlock(inode, index + run, block + run) == block + run) run++;
  return min((run << BLOCK_SHIFT) - within, limit);
}

/**
 * Puts `length` > 0 bytes at `offset`: from `source` in the message, or, if that is 0, from the caller's window 0.
 * → bytes written, or -errno when that were none.
 */
function fillSpans(m: Message, inode: Inode, offset: u64, length: u32, source: usize): i32 {
  let moved: u32 = 0;
  while (moved < length) {
    const span = makeSpan(inode, offset + moved, length - moved);
    if (!span) return moved ? moved : -ENOSPC;
    const copied = fillSpan(m, span, moved, source);
    if (copied < 0) return moved ? moved : copied;
    moved += copied;
    if (<u32>copied < span) break;
  }
  return moved;
}

/** Writes to a file, and moves its end. → bytes written or -errno. */
export function writeBytes(m: Message, inode: Inode, offset: u64, length: u32, source: usize): i32 {
  if (offset >= MAX_FILE_SIZE) return -EFBIG;
  const room = min<u64>(MAX_FILE_SIZE - offset, MAX_COPY_SLICE);
  const written = fillSpans(m, inode, offset, <u32>min<u64>(length, room), source);
  if (written <= 0) return written;
  if (offset + written > inode.size) inode.size = offset + written;
  inode.mtime_ns = inode.ctime_ns = now_ns();
  return written;
}

/**
 * Sets a file's size: what is cut off is gone, what is added is a hole. 0, -EFBIG. The size changes first: of a service that
 * dies before the blocks are gone, the next instance drops them (recover/).
 */
export function resizeFile(inode: Inode, size: u64): i32 {
  if (size > MAX_FILE_SIZE) return -EFBIG;
  const before = inode.size;
  inode.size = size;
  memoryBarrier();
  if (!size) releaseAllBlocks(inode);
  else if (size < before) {
    releaseBlocksFrom(inode, <u32>((size + BLOCK_SIZE - 1) >> BLOCK_SHIFT));
    const within = (<u32>size) & (BLOCK_SIZE - 1);
    const block = within ? findBlock(inode, <u32>(size >> BLOCK_SHIFT)) : 0;
    if (block) memory.fill(blockAddress(block) + within, 0, BLOCK_SIZE - within);
  }
  inode.mtime_ns = inode.ctime_ns = now_ns();
  return 0;
}
