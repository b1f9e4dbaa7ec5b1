// The data of regular files as spans: stretches that lie in one piece, to be copied from or to in one go.

import { ARCHIVE_BLOCK, BLOCK_SHIFT, BLOCK_SIZE, ZERO_BLOCK, blockAddress, blocksFor } from "./layout";
import { countRun, ensureBlock, findBlock } from "./block_map";
import { INODE_ARCHIVE, Inode } from "./inode";

/** Address of the span that was found last. */
export let spanAddress: usize = 0;

/** Finds the data at `offset`, up to `limit` bytes of it, 0 < limit ≤ MAX_COPY_SLICE (all below the file's size): how many lie in one piece. */
export function findSpan(inode: Inode, offset: u64, limit: u32): u32 {
  if (inode.flags & INODE_ARCHIVE) {
    spanAddress = blockAddress(ARCHIVE_BLOCK) + inode.root + <usize>offset;
    return limit;
  }
  const within = (<u32>offset) & (BLOCK_SIZE - 1);
  const index = <u32>(offset >> BLOCK_SHIFT);
  const block = findBlock(inode, index);
  if (!block) {
    spanAddress = blockAddress(ZERO_BLOCK) + within;
    return min(BLOCK_SIZE - within, limit);
  }
  spanAddress = blockAddress(block) + within;
  if (within + limit <= BLOCK_SIZE) return limit;
  const run = countRun(inode, index, block, blocksFor(within + limit));
  return min((run << BLOCK_SHIFT) - within, limit);
}

/** The block at `index`, made if it is not there, after the one before it if that can be had. 0: no space left. */
function makeBlock(inode: Inode, index: u32): u32 {
  const before = index ? findBlock(inode, index - 1) : 0;
  return ensureBlock(inode, index, before ? before + 1 : 0);
}

/** The same for writing: blocks that are not there are made. 0: no space left. */
export function makeSpan(inode: Inode, offset: u64, limit: u32): u32 {
  const within = (<u32>offset) & (BLOCK_SIZE - 1);
  const index = <u32>(offset >> BLOCK_SHIFT);
  let block = findBlock(inode, index);
  if (!block) {
    block = makeBlock(inode, index);
    if (!block) return 0;
  }
  spanAddress = blockAddress(block) + within;
  if (within + limit <= BLOCK_SIZE) return limit;
  const wanted = blocksFor(within + limit);
  let run = countRun(inode, index, block, wanted);
  while (run < wanted && ensureBlock(inode, index + run, block + run) == block + run) run++;
  return min((run << BLOCK_SHIFT) - within, limit);
}
