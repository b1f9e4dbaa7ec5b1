// Partition tables for tests, as disk tools write them: MBR with logical partitions, and GPT with both copies.

import { crc32 } from "./crc32.ts";

const SECTOR = 512;
const MBR_ENTRIES = 446;
const GPT_ENTRIES = 128;
const GPT_ENTRY = 128;

export interface MbrEntry {
  type: number;
  first: number;
  sectors: number;
}

/** A sector with up to four entries and the signature. */
export function mbrSector(entries: readonly (MbrEntry | undefined)[]): Buffer {
  const sector = Buffer.alloc(SECTOR);
  entries.forEach((entry, i) => {
    if (!entry) return;
    const at = MBR_ENTRIES + 16 * i;
    sector.writeUInt8(entry.type, at + 4);
    sector.writeUInt32LE(entry.first, at + 8);
    sector.writeUInt32LE(entry.sectors, at + 12);
  });
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

/** Writes a table with these primary partitions. */
export function writeMbr(image: Buffer, entries: readonly (MbrEntry | undefined)[], unit = SECTOR): void {
  mbrSector(entries).copy(image, 0);
  if (unit !== SECTOR) image.fill(0, SECTOR, unit);
}

/** Writes the chain of an extended partition at `first`: logical partitions, each with its table one sector before it. */
export function writeLogical(
  image: Buffer,
  first: number,
  logical: readonly { first: number; sectors: number }[],
): void {
  logical.forEach((partition, i) => {
    const table = i === 0 ? first : partition.first - 1;
    const next = logical.at(i + 1);
    mbrSector([
      { type: 0x83, first: partition.first - table, sectors: partition.sectors },
      next && { type: 0x05, first: next.first - 1 - first, sectors: next.sectors + 1 },
    ]).copy(image, table * SECTOR);
  });
}

export interface GptPartition {
  /** Index among the entries; the partition's number is one more. */
  index: number;
  first: number;
  last: number;
}

export interface GptOptions {
  unit?: number;
  entryBytes?: number;
  entries?: number;
}

/** Writes a protective MBR and both copies. Numbers are blocks of `unit` bytes. */
export function writeGpt(image: Buffer, partitions: readonly GptPartition[], options: GptOptions = {}): void {
  const { unit = SECTOR, entryBytes = GPT_ENTRY, entries = GPT_ENTRIES } = options;
  const blocks = image.length / unit;
  const tableBlocks = Math.ceil((entries * entryBytes) / unit);
  const table = Buffer.alloc(entries * entryBytes);
  for (const { index, first, last } of partitions) {
    table.fill(0xa5, index * entryBytes, index * entryBytes + 32);
    table.writeBigUInt64LE(BigInt(first), index * entryBytes + 32);
    table.writeBigUInt64LE(BigInt(last), index * entryBytes + 40);
  }
  writeMbr(image, [{ type: 0xee, first: 1, sectors: blocks - 1 }], unit);
  for (const [own, other, at] of [
    [1, blocks - 1, 2],
    [blocks - 1, 1, blocks - 1 - tableBlocks],
  ]) {
    table.copy(image, at * unit);
    const header = Buffer.alloc(92);
    header.write("EFI PART", "latin1");
    header.writeUInt32LE(0x10000, 8);
    header.writeUInt32LE(92, 12);
    header.writeBigUInt64LE(BigInt(own), 24);
    header.writeBigUInt64LE(BigInt(other), 32);
    header.writeBigUInt64LE(BigInt(2 + tableBlocks), 40);
    header.writeBigUInt64LE(BigInt(blocks - 2 - tableBlocks), 48);
    header.writeBigUInt64LE(BigInt(at), 72);
    header.writeUInt32LE(entries, 80);
    header.writeUInt32LE(entryBytes, 84);
    header.writeUInt32LE(crc32(table), 88);
    signHeader(header);
    header.copy(image, own * unit);
  }
}

/** Puts the right checksum into a header of 92 bytes. */
export function signHeader(header: Buffer): void {
  header.writeUInt32LE(0, 16);
  header.writeUInt32LE(crc32(header.subarray(0, 92)), 16);
}
