// Makes program images for tests, good ones and bad ones: an ELF file as linker/user.ld lays it out, every field of which can
// be changed. Offsets as in abi/program.ts.

import {
  CODE_BASE,
  ELF_HEADER_SIZE,
  ELF_IDENT,
  ELF_MAGIC,
  ELF_TYPE_MACHINE,
  NOTE_CHECKSUM,
  NOTE_NAME,
  PF_R,
  PF_W,
  PF_X,
  PH_SIZE,
  PT_LOAD,
  PT_NOTE,
} from "../../../abi/program.ts";
import { fileChecksum } from "../../../toolchain/pipeline/seal.ts";

export interface ProgramHeader {
  type: number;
  flags: number;
  offset: number | bigint;
  vaddr: number | bigint;
  fileSize: number | bigint;
  memorySize: number | bigint;
}

export const CODE = BigInt(CODE_BASE);
export const RODATA = CODE + 0x2000n;
export const SYMBOLS = RODATA + 0x100n;
const NOTE_OFFSET = 0x3040;

/** Offsets in the file of what tests change. */
export const AT = {
  ident: 4,
  type: 16,
  version: 20,
  entry: 24,
  phoff: 32,
  ehsize: 52,
  phentsize: 54,
  phnum: 56,
  note: NOTE_OFFSET,
  descriptor: NOTE_OFFSET + 16,
};

/** Static data · text of two pages · read-only data with note and symbols · data with bss · the note. */
export function goodHeaders(): ProgramHeader[] {
  const load = (
    flags: number,
    offset: number,
    vaddr: number | bigint,
    fileSize: number,
    memorySize: number,
  ) => ({
    type: PT_LOAD,
    flags,
    offset,
    vaddr,
    fileSize,
    memorySize,
  });
  return [
    load(PF_R | PF_W, 0x1000, 0x4000, 0x300, 0x300),
    load(PF_R | PF_X, 0x2000, CODE, 0x1000, 0x1800),
    load(PF_R, 0x3000, RODATA, 0x200, 0x200),
    load(PF_R | PF_W, 0x4000, CODE + 0x3000n, 0x80, 0x5000),
    { type: PT_NOTE, flags: PF_R, offset: NOTE_OFFSET, vaddr: RODATA + 0x40n, fileSize: 64, memorySize: 64 },
  ];
}

function writeNote(file: Buffer): void {
  [4, 48, 1, NOTE_NAME].forEach((word, i) => file.writeUInt32LE(word, AT.note + 4 * i));
  // version, flags, initial and maximum pages, stack pages, heap start
  [2, 0, 2, 16, 4, 0x4300].forEach((word, i) => file.writeUInt32LE(word, AT.descriptor + 4 * i));
  file.writeBigUInt64LE(SYMBOLS, AT.descriptor + 24);
  file.writeBigUInt64LE(0x80n, AT.descriptor + 32);
}

/** The image with the given program headers; `change` gets it last. Segments hold bytes that tell where they are from. */
export function makeProgram(
  headers = goodHeaders(),
  change: (file: Buffer) => void = () => undefined,
): Buffer {
  const file = Buffer.alloc(0x5000);
  for (let at = 0x1000; at < file.length; at++) file[at] = (at >> 8) ^ at;
  file.writeUInt32LE(ELF_MAGIC, 0);
  file.writeUInt32LE(ELF_IDENT, AT.ident);
  file.writeUInt32LE(ELF_TYPE_MACHINE, AT.type);
  file.writeUInt32LE(1, AT.version);
  file.writeBigUInt64LE(CODE + 8n, AT.entry);
  file.writeBigUInt64LE(BigInt(ELF_HEADER_SIZE), AT.phoff);
  file.writeUInt16LE(ELF_HEADER_SIZE, AT.ehsize);
  file.writeUInt16LE(PH_SIZE, AT.phentsize);
  file.writeUInt16LE(headers.length, AT.phnum);
  headers.forEach(({ type, flags, offset, vaddr, fileSize, memorySize }, i) => {
    const at = ELF_HEADER_SIZE + PH_SIZE * i;
    file.writeUInt32LE(type, at);
    file.writeUInt32LE(flags, at + 4);
    [offset, vaddr, vaddr, fileSize, memorySize].forEach((value, field) => {
      file.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), at + 8 + 8 * field);
    });
  });
  writeNote(file);
  change(file);
  return seal(file);
}

/** Gives a changed image the checksum that it would have if it had been made like that. */
export function seal(file: Buffer): Buffer {
  file.writeBigUInt64LE(fileChecksum(file, AT.descriptor + NOTE_CHECKSUM), AT.descriptor + NOTE_CHECKSUM);
  return file;
}

/** The good image with one program header changed. */
export function withHeader(index: number, changes: Partial<ProgramHeader>): Buffer {
  return makeProgram(goodHeaders().map((header, i) => (i === index ? { ...header, ...changes } : header)));
}

/** The good image with more program headers. */
export function withMoreHeaders(...more: ProgramHeader[]): Buffer {
  return makeProgram([...goodHeaders(), ...more]);
}
