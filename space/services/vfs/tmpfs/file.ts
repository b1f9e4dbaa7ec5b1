// The data of regular files as spans: stretches that lie in one piece, to be copied from or to in one go.

import { ARCHIVE_BLOCK, BLOCK_SHIFT, BLOCK_SIZE, ZERO_BLOCK, blockAddress } from "./layout";
import { ensureBlock, findBlock } from "./block_map";
import { INODE_ARCHIVE, Inode } from "./inode";

/** Address of the span that was found last. */
export let spanAddress: usize = 0;

/** Finds the data at `offset`, up to `limit` > 0 bytes of it (all below the file's size): how many lie in one piece. */
export function findSpan(inode: Inode, offset: u64, limit: u32): u32 {
  if (inode.flags & INODE_ARCHIVE) {
    spanAddress = blockAddress(ARCHIVE_BLOCK) + inode.root + <usize>offset;
    return limit;
  }
  const within = (<u32>offset) & (BLOCK_SIZE - 1);
  let index = <u32>(offset >> BLOCK_SHIFT);
  let block = findBlock(inode, index);
  let length = BLOCK_SIZE - within;
  if (!block) {
    spanAddress = blockAddress(ZERO_BLOCK) + within;
    return min(length, limit);
  }
  spanAddress = blockAddress(block) + within;
  while (length < limit && findBlock(inode, ++index) == ++block) length += BLOCK_SIZE;
  return min(length, limit);
}

/** The same for writing: blocks that are not there are made. 0: no space left. */
export function makeSpan(inode: Inode, offset: u64, limit: u32): u32 {
  const within = (<u32>offset) & (BLOCK_SIZE - 1);
  let index = <u32>(offset >> BLOCK_SHIFT);
  let block = findBlock(inode, index);
  if (!block) {
    const before = index ? findBlock(inode, index - 1) : 0;
    block = ensureBlock(inode, index, before ? before + 1 : 0);
    if (!block) return 0;
  }
  spanAddress = blockAddress(block) + within;
  let length = BLOCK_SIZE - within;
  while (length < limit && ensureBlock(inode, ++index, block + 1) == ++block) length += BLOCK_SIZE;
  return min(length, limit);
}
