// Making the arena, or finding it again. Called once at start, before any request.

import { S_IFDIR } from "../../../../abi/file";
import { ENOMEM } from "../../../../abi/errno";
import { SYS_MEMORY_KEEP } from "../../../../abi/syscall";
import { counter, memoryBarrier, syscall } from "../../../lib/sys";
import { cacheBlocks, placeCache } from "../cache/layout";
import { blocksPresent, takeInBlocks } from "./blocks";
import { INODE_FIXED, ROOT_INODE, allocateInode, inodeAt } from "./inode";
import {
  ARCHIVE_BLOCK,
  ARENA_BASE,
  ARENA_PAGE,
  BLOCKS_PER_WASM_PAGE,
  MAX_BLOCKS,
  MAX_HANDLES,
  MAX_INODES,
  blockAddress,
  blocksFor,
} from "./layout";
import { ROOT_MOUNT, TYPE_TMPFS, MOUNT_FIXED, addMount } from "../mount_table";
import { GEOMETRY_START, beginFormat, isSuperblockValid, sealSuperblock, superblock } from "./superblock";

const ROOT_MODE: u32 = S_IFDIR | 0o755;

/** Lets the memory reach over all blocks below `end`. false: it may not grow so far. */
function reserveBlocks(end: u32): bool {
  const pages: u32 = ARENA_PAGE + (end + BLOCKS_PER_WASM_PAGE - 1) / BLOCKS_PER_WASM_PAGE;
  const present = <u32>memory.size();
  return pages <= present || memory.grow(pages - present) >= 0;
}

/** Asks the kernel to keep the arena for the next instance, and takes over what the last one left. Called before any other. */
export function inheritArena(): void {
  const inherited = <i32>syscall(SYS_MEMORY_KEEP, ARENA_BASE, 0, 0, 0, 0, 0);
  const present = memory.size();
  if (inherited > present) memory.grow(inherited - present);
}

/** The first data block: after the fixed part, the boot archive and the block cache (cache/layout.ts). */
function firstBlockFor(archiveBytes: u32, memoryFrames: u32): u32 {
  return ARCHIVE_BLOCK + blocksFor(archiveBytes) + cacheBlocks(memoryFrames);
}

/** Puts the block cache, empty, into its place. */
export function prepareCache(archiveBytes: u32, memoryFrames: u32): void {
  placeCache(ARCHIVE_BLOCK + blocksFor(archiveBytes), memoryFrames);
}

/** Reserves the arena's fixed part, the block cache's place and the boot archive's place. 0 or -ENOMEM. Contents are left as they are. */
export function reserveArena(archiveBytes: u32, memoryFrames: u32): i32 {
  return reserveBlocks(firstBlockFor(archiveBytes, memoryFrames)) ? 0 : -ENOMEM;
}

function blockLimit(firstBlock: u32, memoryFrames: u32): u32 {
  return min(MAX_BLOCKS, firstBlock + memoryFrames / 2);
}

/** Whether the arena of an earlier instance is there, made over an archive of the same size on the same machine. */
export function isArenaValid(archiveBytes: u32, memoryFrames: u32): bool {
  const sb = superblock();
  const firstBlock = firstBlockFor(archiveBytes, memoryFrames);
  return (
    isSuperblockValid() &&
    sb.archiveBytes == archiveBytes &&
    sb.firstBlock == firstBlock &&
    sb.maxBlocks == blockLimit(firstBlock, memoryFrames) &&
    sb.maxInodes == MAX_INODES &&
    sb.maxHandles == MAX_HANDLES
  );
}

/** Clears what a broken arena left behind, and counts every block that is there as used before. */
function clearArena(firstBlock: u32): void {
  const start = ARENA_BASE + GEOMETRY_START; // the mark of a format stays
  memory.fill(start, 0, blockAddress(ARCHIVE_BLOCK) - start);
  superblock().touchedBlock = max(firstBlock, blocksPresent());
}

/**
 * Makes an empty tree in a reserved arena: new memory, or what a broken arena left. memoryFrames: page frames of the machine, of which files
 * may take half. The tree counts from endFormat() on: until then the next instance makes it anew.
 */
export function formatArena(archiveBytes: u32, memoryFrames: u32): void {
  const sb = superblock();
  const firstBlock = firstBlockFor(archiveBytes, memoryFrames);
  if (beginFormat()) clearArena(firstBlock);
  else sb.touchedBlock = firstBlock;
  sb.maxInodes = MAX_INODES;
  sb.maxHandles = MAX_HANDLES;
  sb.firstBlock = firstBlock;
  sb.maxBlocks = blockLimit(firstBlock, memoryFrames);
  sb.archiveBytes = archiveBytes;
  sb.hashSeed = counter();
  sb.endBlock = firstBlock;
  sb.searchWord = u32.MAX_VALUE;
  sb.freshInode = ROOT_INODE;
  takeInBlocks();
  sealSuperblock();
  const root = inodeAt(allocateInode(ROOT_MODE));
  root.links = 2;
  root.parent = ROOT_INODE;
  root.flags = INODE_FIXED;
  addMount(TYPE_TMPFS, ROOT_INODE, ROOT_MOUNT, 0, MOUNT_FIXED);
}

/** The tree has all that it begins with. */
export function endFormat(): void {
  memoryBarrier();
  superblock().changing = 0;
}
