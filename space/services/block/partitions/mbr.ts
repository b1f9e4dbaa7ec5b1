// The partition table of a PC disk's first block, and the chain of blocks with which it describes more than four.
//
//   446  4 entries of 16 bytes: 0 u8 status (0x00, 0x80)   4 u8 type   8 u32 first block   12 u32 blocks
//   510  0x55 0xaa
//
// An extended partition (types 0x05, 0x0f, 0x85) holds a chain of such blocks: the first entry of each is a logical
// partition, counted from that block; the second one is the next block of the chain, counted from the extended partition.

import { SectorReader } from "./sector_reader";
import { PartitionList } from "./list";

const ENTRIES: u32 = 446;
const ENTRY_SIZE: u32 = 16;
const ENTRY_COUNT: u32 = 4;
const STATUS: u32 = 0;
const TYPE: u32 = 4;
const FIRST: u32 = 8;
const BLOCKS: u32 = 12;
const SIGNATURE: u32 = 510;
const SIGNATURE_VALUE: u16 = 0xaa55;
const STATUS_ACTIVE: u32 = 0x80;
const TYPE_EMPTY: u32 = 0x00;
const TYPE_PROTECTIVE: u32 = 0xee; // the disk has a GPT
const FIRST_LOGICAL: u32 = 5; // number of the first logical partition
const MAX_CHAIN: u32 = 64; // blocks of a chain: a longer one is taken for a loop

export const MBR_NONE: u32 = 0; // no table
export const MBR_TABLE: u32 = 1;
export const MBR_PROTECTIVE: u32 = 2; // a GPT's stand-in

const entries: usize = memory.data(64, 8); // of the first block: the buffer is used for the chain

@inline
function typeAt(entry: usize): u32 {
  return load<u8>(entry, TYPE);
}

function isExtended(type: u32): bool {
  return type == 0x05 || type == 0x0f || type == 0x85;
}

/** Whether a block holds a table: also a boot sector without one may end in the signature. */
function hasTable(block: usize): bool {
  if (load<u16>(block + SIGNATURE) != SIGNATURE_VALUE) return false;
  for (let i: u32 = 0; i < ENTRY_COUNT; i++) {
    if (load<u8>(block + ENTRIES + i * ENTRY_SIZE, STATUS) & ~STATUS_ACTIVE) return false;
  }
  return true;
}

/** Adds the partitions of the table in the disk's first block to `list`. → MBR_… */
export function readMbr(reader: SectorReader, list: PartitionList): u32 {
  if (!reader.readBlock(0) || !hasTable(reader.buffer)) return MBR_NONE;
  memory.copy(entries, reader.buffer + ENTRIES, ENTRY_COUNT * ENTRY_SIZE);
  for (let i: u32 = 0; i < ENTRY_COUNT; i++) {
    if (typeAt(entries + i * ENTRY_SIZE) == TYPE_PROTECTIVE) return MBR_PROTECTIVE;
  }
  const unit = <u64>reader.blockSectors;
  let extended: usize = 0;
  for (let i: u32 = 0; i < ENTRY_COUNT; i++) {
    const entry = entries + i * ENTRY_SIZE;
    if (typeAt(entry) == TYPE_EMPTY) continue;
    if (!isExtended(typeAt(entry)))
      list.add(i + 1, load<u32>(entry, FIRST) * unit, load<u32>(entry, BLOCKS) * unit);
    else if (!extended) extended = entry; // there can be one
  }
  if (extended) readChain(reader, list, load<u32>(extended, FIRST), load<u32>(extended, BLOCKS));
  return MBR_TABLE;
}

/** Follows the chain of the extended partition at blocks [first, first + blocks). */
function readChain(reader: SectorReader, list: PartitionList, first: u64, blocks: u64): void {
  let at: u64 = 0; // in the extended partition
  const unit = <u64>reader.blockSectors;
  for (let i: u32 = 0; i < MAX_CHAIN && at < blocks; i++) {
    if (!reader.readBlock(first + at) || !hasTable(reader.buffer)) return;
    const logical = reader.buffer + ENTRIES;
    const next = logical + ENTRY_SIZE;
    const start = <u64>load<u32>(logical, FIRST);
    const size = <u64>load<u32>(logical, BLOCKS);
    // One that leaves the extended partition is no partition, and list.add() would not see it.
    const isInside = start != 0 && at + start + size <= blocks;
    if (typeAt(logical) != TYPE_EMPTY && isInside)
      list.add(FIRST_LOGICAL + i, (first + at + start) * unit, size * unit);
    if (!isExtended(typeAt(next)) || load<u32>(next, FIRST) == 0) return;
    at = load<u32>(next, FIRST);
  }
}
