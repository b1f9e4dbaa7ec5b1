// Blocks of 4 KiB that sockets keep their data in. Number 0 is no block. The block freed last is given out first, so that
// few of them are ever touched.

import { BLOCK_AREA, BLOCK_SHIFT, BLOCK_STACK, MAX_BLOCKS } from "./layout";

let free: u32 = 0;
/** Whether somebody had to go without a block, since clearBlocksWanted(). */
export let blocksWanted: bool = false;

export function startBlocks(): void {
  free = 0;
  for (let block = MAX_BLOCKS; block > 0; block--) blockFree(block);
}

export function clearBlocksWanted(): void {
  blocksWanted = false;
}

export function freeBlocks(): u32 {
  return free;
}

/** A block's number, or 0: none is free. Its bytes are what they were. */
@inline
export function blockNew(): u32 {
  if (free == 0) {
    blocksWanted = true;
    return 0;
  }
  free -= 1;
  return <u32>load<u16>(BLOCK_STACK + (free << 1));
}

@inline
export function blockFree(block: u32): void {
  store<u16>(BLOCK_STACK + (free << 1), <u16>block);
  free += 1;
}

@inline
export function blockAddress(block: u32): usize {
  return BLOCK_AREA + ((<usize>block) << BLOCK_SHIFT);
}
