// Where everything of tmpfs lies: the arena, a flat stretch of linear memory that describes itself.
// Nothing in it is an address: blocks, inodes, directory slots and handles are named by numbers, so that a restarted
// service finds all of it again. Blocks are 4 KiB, numbered from ARENA_BASE on:
//
//   block  0           1        2…9          10…265       266…281       282…313        314…
//        | superblock | zeros | open handles | inodes     | name hashes | free bitmap  | boot archive | block cache | data …
//          mounts
//
// The runtime's own heap (the service and the types of file systems) lies below ARENA_BASE and never grows: nothing
// allocates on requests.

import { WASM_PAGE_SIZE } from "../../../../abi/limits";

export const BLOCK_SHIFT: u32 = 12;
export const BLOCK_SIZE: u32 = 4096;
/** Before it: the message page, the arguments, static data and the heap. */
export const ARENA_PAGE: u32 = 4;
export const ARENA_BASE: usize = ARENA_PAGE * WASM_PAGE_SIZE;
export const BLOCKS_PER_WASM_PAGE: u32 = WASM_PAGE_SIZE / BLOCK_SIZE;

export const MAX_HANDLES: u32 = 1024; // -ENFILE. As many as the kernel's descriptors can name
export const HANDLE_SIZE: u32 = 32;
export const MAX_INODES: u32 = 16384; // -ENOSPC. Number 0 is no inode
export const INODE_SIZE: u32 = 64;
export const BUCKETS: u32 = 16384; // heads of hash chains: one for each possible name, so that chains are short
export const BUCKET_SIZE: u32 = 4;
export const MAX_BLOCKS: u32 = 1 << 20; // -ENOSPC. 4 GiB, all that a 32-bit memory can hold

export const MAX_MOUNTS: u32 = 16; // -ENOSPC. Mounted file systems, those of the system included
export const MOUNT_SIZE: u32 = 64;
/** In block 0, behind the superblock. */
export const MOUNT_TABLE: usize = ARENA_BASE + 1024;

export const ZERO_BLOCK: u32 = 1; // always zeros: what a hole in a file reads as
export const HANDLE_BLOCK: u32 = 2;
export const INODE_BLOCK: u32 = HANDLE_BLOCK + (MAX_HANDLES * HANDLE_SIZE) / BLOCK_SIZE;
export const BUCKET_BLOCK: u32 = INODE_BLOCK + (MAX_INODES * INODE_SIZE) / BLOCK_SIZE;
export const BITMAP_BLOCK: u32 = BUCKET_BLOCK + (BUCKETS * BUCKET_SIZE) / BLOCK_SIZE;
export const ARCHIVE_BLOCK: u32 = BITMAP_BLOCK + MAX_BLOCKS / 8 / BLOCK_SIZE;

/** Address of a block. */
@inline
export function blockAddress(block: u32): usize {
  return ARENA_BASE + ((<usize>block) << BLOCK_SHIFT);
}

/** How many blocks `bytes` bytes take. */
@inline
export function blocksFor(bytes: u32): u32 {
  return (bytes >> BLOCK_SHIFT) + u32((bytes & (BLOCK_SIZE - 1)) != 0);
}
