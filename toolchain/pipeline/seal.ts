// Puts the checksum of abi/checksum.ts into a finished program or library. Called by module.ts and library.ts after the
// last tool has written the file; nothing may change it afterwards.

import { readFileSync, writeFileSync } from "node:fs";
import { Failure } from "../common/failure.ts";

const MULTIPLIER = 0x9e3779b97f4a7c15n;
const ROTATION = 23n;
const WORD_BITS = 64n;
const WORD_BYTES = 8;

// The program header table of an ELF64 file and what a note begins with (ELF-64 object file format, 1.5; gABI chapter 5).
const ELF_PHOFF = 32;
const ELF_PHNUM = 56;
const PH_SIZE = 56;
const PH_OFFSET = 8;
const PT_NOTE = 4;
const NOTE_HEADER_BYTES = 16;

function step(sum: bigint, word: bigint): bigint {
  const mixed = sum ^ word;
  const rotated = BigInt.asUintN(64, mixed << ROTATION) | (mixed >> (WORD_BITS - ROTATION));
  return BigInt.asUintN(64, rotated * MULTIPLIER);
}

/** The checksum of a file, the word at `field` taken as zero. */
export function fileChecksum(file: Buffer, field: number): bigint {
  const padded = Buffer.alloc(Math.ceil(file.length / WORD_BYTES) * WORD_BYTES);
  padded.set(file);
  padded.fill(0, field, field + WORD_BYTES);
  let sum = BigInt(file.length);
  for (let at = 0; at < padded.length; at += WORD_BYTES) sum = step(sum, padded.readBigUInt64LE(at));
  return sum;
}

/** Offset of the descriptor of the one note in an ELF file. */
function descriptorOffset(file: Buffer, name: string): number {
  const headers = Number(file.readBigUInt64LE(ELF_PHOFF));
  for (let i = 0; i < file.readUInt16LE(ELF_PHNUM); i++) {
    const header = headers + PH_SIZE * i;
    if (file.readUInt32LE(header) !== PT_NOTE) continue;
    return Number(file.readBigUInt64LE(header + PH_OFFSET)) + NOTE_HEADER_BYTES;
  }
  throw new Failure(`${name} has no note to put its checksum into`);
}

/** Seals the ELF file `name`, whose note has the checksum at offset `field` of its descriptor. */
export function sealFile(name: string, field: number): void {
  const file = readFileSync(name);
  const at = descriptorOffset(file, name) + field;
  if (at % WORD_BYTES !== 0 || at + WORD_BYTES > file.length) {
    throw new Failure(`${name}: the checksum's place, ${at}, is not a word of the file`);
  }
  file.writeBigUInt64LE(fileChecksum(file, at), at);
  writeFileSync(name, file);
}
