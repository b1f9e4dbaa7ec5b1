// Checks every invariant of tmpfs's arena from outside: an independent reading of space/services/vfs/tmpfs/layout.ts.
// Throws an error that names what does not hold.

import { strict as assert } from "node:assert";

const BASE = 0x40000;
const BLOCK = 4096;
const HANDLES = { at: BASE + 2 * BLOCK, size: 32, count: 1024 };
const INODES = { at: BASE + 10 * BLOCK, size: 64, count: 16384 };
const BUCKETS = { at: BASE + 266 * BLOCK, count: 16384 };
const BITMAP = BASE + 282 * BLOCK;
const MOUNTS = { at: BASE + 1024, size: 64 };
const TYPE_TMPFS = 1;
const MODE = { type: 0xf000, directory: 0x4000 };
const FLAG_ARCHIVE = 1;

export interface ArenaCounts {
  firstBlock: number;
  endBlock: number;
  freeBlocks: number;
  usedInodes: number;
  openHandles: number;
}

interface Inode {
  number: number;
  mode: number;
  links: number;
  opens: number;
  flags: number;
  size: bigint;
  root: number;
  height: number;
  blocks: number;
  parent: number;
  entries: number;
  firstRoom: number;
}

interface Entry {
  slot: number;
  inode: number;
  hash: number;
  parent: number;
  name: string;
}

class ArenaReader {
  private readonly view: DataView;

  constructor(private readonly memory: WebAssembly.Memory) {
    this.view = new DataView(memory.buffer);
  }

  u32(at: number): number {
    return this.view.getUint32(at, true);
  }

  u64(at: number): bigint {
    return this.view.getBigUint64(at, true);
  }

  bytes(at: number, size: number): Buffer {
    return Buffer.from(this.memory.buffer, at, size);
  }

  counts(): ArenaCounts {
    const [firstBlock, endBlock, freeBlocks] = [28, 48, 52].map((at) => this.u32(BASE + at));
    return {
      firstBlock,
      endBlock,
      freeBlocks,
      usedInodes: this.u32(BASE + 72),
      openHandles: this.u32(BASE + 84),
    };
  }

  isFree(block: number): boolean {
    return (this.view.getUint8(BITMAP + (block >> 3)) & (1 << (block & 7))) !== 0;
  }

  isInodeUsed(number: number): boolean {
    return this.u32(INODES.at + number * INODES.size) !== 0;
  }

  inode(number: number): Inode {
    const at = INODES.at + number * INODES.size;
    const [mode, links, opens, flags] = [0, 4, 8, 12].map((field) => this.u32(at + field));
    const [root, height, blocks, parent, entries, firstRoom] = [32, 36, 40, 44, 48, 52].map((field) =>
      this.u32(at + field),
    );
    const size = this.u64(at + 16);
    return { number, mode, links, opens, flags, size, root, height, blocks, parent, entries, firstRoom };
  }

  entry(slot: number): Entry {
    const at = BASE + slot * 64;
    const [inode, hash, , parent, length] = [0, 4, 8, 12, 16].map((field) => this.u32(at + field));
    return { slot, inode, hash, parent, name: this.bytes(at + 24, length).toString("latin1") };
  }
}

const isDirectory = (inode: Inode): boolean => (inode.mode & MODE.type) === MODE.directory;

/** All blocks of an inode by index; counts every block, index blocks included, in `owned`. */
function mapBlocks(arena: ArenaReader, inode: Inode, owned: Set<number>): Map<number, number> {
  const data = new Map<number, number>();
  let held = 0;
  const visit = (block: number, level: number, index: number): void => {
    assert(!owned.has(block), `block ${block} is held twice`);
    owned.add(block);
    held++;
    if (level === 0) data.set(index, block);
    for (let i = 0; level > 0 && i < 1024; i++) {
      const child = arena.u32(BASE + block * BLOCK + i * 4);
      if (child) visit(child, level - 1, index * 1024 + i);
    }
  };
  if (inode.root && !(inode.flags & FLAG_ARCHIVE)) visit(inode.root, inode.height, 0);
  assert.equal(held, inode.blocks, `blocks of inode ${inode.number}`);
  return data;
}

function readEntries(arena: ArenaReader, directory: Inode, blocks: Map<number, number>): Entry[] {
  const entries: Entry[] = [];
  assert.equal(blocks.size * BLOCK, Number(directory.size), `size of directory ${directory.number}`);
  for (const [index, block] of blocks) {
    const at = BASE + block * BLOCK;
    const starts = arena.u64(at);
    let used = 1n;
    assert.equal(arena.u32(at + 16), index, "index of a directory block");
    for (let slot = 1; slot < 64; slot++) {
      if (!((starts >> BigInt(slot)) & 1n)) continue;
      const entry = arena.entry(block * 64 + slot);
      const slots = Math.ceil((24 + arena.u32(at + slot * 64 + 16)) / 64);
      const bits = ((1n << BigInt(slots)) - 1n) << BigInt(slot);
      assert.equal(used & bits, 0n, "entries overlap");
      used |= bits;
      assert.equal(entry.parent, directory.number, "parent of an entry");
      entries.push(entry);
    }
    assert.equal(arena.u64(at + 8), used, "used slots of a directory block");
    assert(index >= directory.firstRoom || used === 0xffff_ffff_ffff_ffffn, "room below firstRoom");
  }
  assert.equal(entries.length, directory.entries, `entries of directory ${directory.number}`);
  assert.equal(new Set(entries.map(({ name }) => name)).size, entries.length, "a name is there twice");
  return entries;
}

function checkBuckets(arena: ArenaReader, entries: Map<number, Entry>): void {
  const linked = new Set<number>();
  for (let bucket = 0; bucket < BUCKETS.count; bucket++) {
    for (let slot = arena.u32(BUCKETS.at + bucket * 4); slot; slot = arena.u32(BASE + slot * 64 + 8)) {
      assert(!linked.has(slot), "a hash chain has a loop");
      linked.add(slot);
      assert.equal((entries.get(slot)?.hash ?? -1) % BUCKETS.count, bucket, "an entry in a wrong chain");
    }
  }
  assert.equal(linked.size, entries.size, "entries that no chain has");
}

function checkLinks(
  inodes: Map<number, Inode>,
  entries: Map<number, Entry>,
  opens: Map<number, number>,
): void {
  const links = new Map<number, number>([[1, 2]]);
  const add = (number: number, count: number): unknown => links.set(number, (links.get(number) ?? 0) + count);
  for (const { inode, parent } of entries.values()) {
    const named = inodes.get(inode);
    assert(named, `an entry names the unused inode ${inode}`);
    add(inode, isDirectory(named) ? 2 : 1);
    if (!isDirectory(named)) continue;
    add(parent, 1);
    assert.equal(named.parent, parent, `".." of directory ${inode}`);
  }
  for (const inode of inodes.values()) {
    assert.equal(inode.links, links.get(inode.number) ?? 0, `links of inode ${inode.number}`);
    assert.equal(inode.opens, opens.get(inode.number) ?? 0, `opens of inode ${inode.number}`);
    assert(inode.links + inode.opens > 0, `inode ${inode.number} is lost`);
  }
}

function checkBitmap(arena: ArenaReader, counts: ArenaCounts, owned: Set<number>): void {
  let free = 0;
  for (let block = 0; block < counts.endBlock; block++) {
    if (block < counts.firstBlock) assert(!arena.isFree(block), `block ${block} of the fixed part is free`);
    else if (arena.isFree(block)) free++;
    if (block >= counts.firstBlock) {
      assert.notEqual(
        arena.isFree(block),
        owned.has(block),
        `block ${block} is both free and held, or neither`,
      );
    }
  }
  assert.equal(free, counts.freeBlocks, "free blocks");
}

function readHandles(arena: ArenaReader, counts: ArenaCounts): Map<number, number> {
  const opens = new Map<number, number>();
  let open = 0;
  for (let index = 0; index < HANDLES.count; index++) {
    const inode = arena.u32(HANDLES.at + index * HANDLES.size);
    if (!inode) continue;
    open++;
    const mount = arena.u32(HANDLES.at + index * HANDLES.size + 24);
    if (arena.u32(MOUNTS.at + mount * MOUNTS.size) !== TYPE_TMPFS) continue;
    opens.set(inode, (opens.get(inode) ?? 0) + 1);
  }
  assert.equal(open, counts.openHandles, "open handles");
  return opens;
}

/** Checks everything. → the counters. */
export function checkArena(memory: WebAssembly.Memory): ArenaCounts {
  const arena = new ArenaReader(memory);
  const counts = arena.counts();
  const inodes = new Map<number, Inode>();
  for (let number = 1; number < INODES.count; number++) {
    if (arena.isInodeUsed(number)) inodes.set(number, arena.inode(number));
  }
  assert.equal(inodes.size, counts.usedInodes, "inodes in use");
  const owned = new Set<number>();
  const entries = new Map<number, Entry>();
  for (const inode of inodes.values()) {
    const blocks = mapBlocks(arena, inode, owned);
    if (!isDirectory(inode)) continue;
    for (const entry of readEntries(arena, inode, blocks)) entries.set(entry.slot, entry);
  }
  checkBuckets(arena, entries);
  checkLinks(inodes, entries, readHandles(arena, counts));
  checkBitmap(arena, counts, owned);
  assert(
    arena.bytes(BASE + BLOCK, BLOCK).every((byte) => byte === 0),
    "the block of zeros is not zero",
  );
  assert.equal(arena.u32(BASE + 12), 0, "a change was not ended");
  return counts;
}

/** The counters alone. */
export function arenaCounts(memory: WebAssembly.Memory): ArenaCounts {
  return new ArenaReader(memory).counts();
}
