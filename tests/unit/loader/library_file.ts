// Makes library files for tests, good ones and bad ones, as toolchain/pipeline/library_note.ts and linker/library.ld lay them out.

import { PF_R, PF_W, PF_X, PT_LOAD, PT_NOTE } from "../../../abi/program.ts";
import { fileChecksum } from "../../../toolchain/pipeline/seal.ts";
import { type Signature, encodeSignature } from "../../../toolchain/pipeline/signature.ts";

export interface LibraryParts {
  exports?: Record<string, Signature>;
  /** Of [library, name]. */
  imports?: [string, string, Signature][];
  data?: Buffer;
  relocations?: number[];
  areaSize?: number;
}

export const NUMBER: Signature = { parameters: ["i32"], result: "i32" };
export const TEXT = 0x1000;
export const NOTE = 0x2000;
export const DESCRIPTOR = NOTE + 16;
export const CHECKSUM = DESCRIPTOR + 8;
export const PAGE = 0x1000;
const DESCRIPTOR_SIZE = 72;
const PLACE: Signature = { parameters: ["i32"] };
/** RET */
const INSTRUCTION = 0xd65f03c0;

/** Entries one after another, sixteen bytes each, the place entry last. */
function makeText(signatures: Signature[]): Buffer {
  const text = Buffer.alloc(16 * signatures.length);
  signatures.forEach((signature, i) => {
    text.writeBigUInt64LE(encodeSignature(signature, "test"), 16 * i);
    text.writeUInt32LE(INSTRUCTION, 16 * i + 8);
  });
  return text;
}

/** The descriptor: fixed part, tables, strings, data. */
function makeDescriptor({
  exports = {},
  imports = [],
  data = Buffer.alloc(0),
  relocations = [],
  areaSize = 65536,
}: LibraryParts): Buffer {
  const parts: Buffer[] = [];
  let size = DESCRIPTOR_SIZE;
  const add = (part: Buffer): number => {
    const at = size;
    const padded = Buffer.concat([part, Buffer.alloc((8 - (part.length % 8)) % 8)]);
    parts.push(padded);
    size += padded.length;
    return at;
  };
  const text = (value: string): [number, number] => [add(Buffer.from(value)), Buffer.byteLength(value)];
  const record = (word: bigint, ...numbers: number[]): Buffer => {
    const bytes = Buffer.alloc(24);
    bytes.writeBigUInt64LE(word, 0);
    numbers.forEach((value, i) => bytes.writeUInt32LE(value, 8 + 4 * i));
    return bytes;
  };
  const words = (values: number[]): Buffer => {
    const bytes = Buffer.alloc(4 * values.length);
    values.forEach((value, i) => bytes.writeUInt32LE(value, 4 * i));
    return bytes;
  };
  const needed = [...new Set(imports.map(([library]) => library))];
  const names = Object.entries(exports);
  const exportsAt = add(
    Buffer.concat(
      names.map(([name, signature], i) =>
        record(encodeSignature(signature, name), 16 * i + 8, 0, ...text(name)),
      ),
    ),
  );
  const importsAt = add(
    Buffer.concat(
      imports.map(([library, name, signature]) =>
        record(encodeSignature(signature, name), needed.indexOf(library), 0, ...text(name)),
      ),
    ),
  );
  const neededAt = add(words(needed.flatMap((name) => text(name))));
  const relocationsAt = add(words(relocations));
  const dataAt = add(data);
  const head = Buffer.alloc(DESCRIPTOR_SIZE);
  [1, 0, 0, 0, dataAt, data.length, areaSize, 0, 16 * names.length + 8, 0].forEach((value, i) =>
    head.writeUInt32LE(value, 4 * i),
  );
  const tables = [
    exportsAt,
    names.length,
    importsAt,
    imports.length,
    neededAt,
    needed.length,
    relocationsAt,
    relocations.length,
  ];
  tables.forEach((value, i) => head.writeUInt32LE(value, 40 + 4 * i));
  return Buffer.concat([head, ...parts]);
}

function header(
  type: number,
  flags: number,
  offset: number,
  vaddr: number,
  fileSize: number,
  size: number,
): Buffer {
  const bytes = Buffer.alloc(56);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(flags, 4);
  [offset, vaddr, vaddr, fileSize, size].forEach((value, i) =>
    bytes.writeBigUInt64LE(BigInt(value), 8 + 8 * i),
  );
  return bytes;
}

/** Gives a changed library the checksum that it would have if it had been made like that. */
export function sealLibrary(file: Buffer): Buffer {
  if (file.length >= CHECKSUM + 8) file.writeBigUInt64LE(fileChecksum(file, CHECKSUM), CHECKSUM);
  return file;
}

/** The library file; `change` gets it before it is sealed. */
export function makeLibrary(
  parts: LibraryParts = {},
  change: (file: Buffer) => void = () => undefined,
): Buffer {
  const text = makeText([...Object.values(parts.exports ?? {}), PLACE]);
  const descriptor = makeDescriptor(parts);
  const note = Buffer.alloc(16);
  [4, descriptor.length, 2, 0x00584e48].forEach((value, i) => note.writeUInt32LE(value, 4 * i));
  const head = Buffer.alloc(64);
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], 0);
  head.writeUInt32LE(0x00b7_0003, 16);
  head.writeUInt32LE(1, 20);
  head.writeBigUInt64LE(64n, 32);
  [64, 56, 4].forEach((value, i) => head.writeUInt16LE(value, 52 + 2 * i));
  const noteSize = note.length + descriptor.length;
  const headers = [
    header(PT_LOAD, PF_R | PF_X, TEXT, 0, text.length, text.length),
    header(PT_LOAD, PF_R | PF_W, NOTE, PAGE, 0, 0x28),
    header(PT_LOAD, PF_R, NOTE, 2 * PAGE, noteSize, noteSize),
    header(PT_NOTE, PF_R, NOTE, 2 * PAGE, noteSize, noteSize),
  ];
  const file = Buffer.alloc(NOTE + noteSize);
  file.set(Buffer.concat([head, ...headers]), 0);
  file.set(text, TEXT);
  file.set(Buffer.concat([note, descriptor]), NOTE);
  change(file);
  return sealLibrary(file);
}
