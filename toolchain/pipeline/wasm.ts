// Reads what the later steps need out of a module's binary: data segments, memory and table limits.
// Called by compile.ts. The file is asc's own output, yet every length is checked against the file's end.
//
//   "\0asm" 1 | section: id u8, size leb, bytes | …      id 4 table · 5 memory · 11 data

import { Failure } from "../common/failure.ts";

export interface DataSegment {
  offset: number;
  bytes: Uint8Array;
}

export interface WasmLayout {
  segments: DataSegment[];
  /** 64 KiB pages the memory starts with. */
  initialPages: number;
  /** Entries of the function table, 0 without one. */
  tableSize: number;
}

const SECTION_TABLE = 4;
const SECTION_MEMORY = 5;
const SECTION_DATA = 11;
const HEADER_BYTES = 8;
const OPCODE_I32_CONST = 0x41;
const OPCODE_END = 0x0b;
const LEB_BYTES_MAX = 5;
const LIMITS_HAVE_MAXIMUM = 1;

class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
    readonly end: number,
  ) {}

  byte(): number {
    if (this.at >= this.end) throw new Failure("wasm module ends in the middle of a section");
    return this.bytes[this.at++];
  }

  /** An unsigned LEB128 number of up to 32 bits. */
  unsigned(): number {
    let value = 0;
    for (let i = 0; i < LEB_BYTES_MAX; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw new Failure("wasm module: a number is longer than 32 bits");
  }

  /** A signed LEB128 address constant, taken as the unsigned 32-bit number it means. */
  address(): number {
    let value = 0;
    for (let i = 0; i < LEB_BYTES_MAX; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte >= 0x80) continue;
      const negative = (byte & 0x40) !== 0 && i < LEB_BYTES_MAX - 1;
      return (negative ? value - 2 ** (7 * (i + 1)) : value) >>> 0;
    }
    throw new Failure("wasm module: a number is longer than 32 bits");
  }

  take(count: number): Uint8Array {
    if (count > this.end - this.at) throw new Failure("wasm module: a section is longer than the file");
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  section(size: number): Reader {
    this.take(size);
    return new Reader(this.bytes, this.at - size, this.at);
  }
}

function readSegments(reader: Reader): DataSegment[] {
  const segments: DataSegment[] = [];
  for (let left = reader.unsigned(); left > 0; left--) {
    if (reader.unsigned() !== 0)
      throw new Failure("wasm module: a passive data segment cannot be linked in place");
    if (reader.byte() !== OPCODE_I32_CONST)
      throw new Failure("wasm module: a data segment's address is no constant");
    const offset = reader.address();
    if (reader.byte() !== OPCODE_END)
      throw new Failure("wasm module: a data segment's address is no constant");
    segments.push({ offset, bytes: reader.take(reader.unsigned()) });
  }
  return segments;
}

/** The minimum of the first entry of a table or memory section. */
function readMinimum(reader: Reader, isTable: boolean): number {
  if (reader.unsigned() === 0) return 0;
  if (isTable) reader.byte();
  const flags = reader.byte();
  const minimum = reader.unsigned();
  if (flags & LIMITS_HAVE_MAXIMUM) reader.unsigned();
  return minimum;
}

/** Reads a module's layout; throws a Failure on anything it cannot read. */
export function readLayout(bytes: Uint8Array): WasmLayout {
  const layout: WasmLayout = { segments: [], initialPages: 0, tableSize: 0 };
  const reader = new Reader(bytes, 0, bytes.length);
  if (Buffer.from(reader.take(HEADER_BYTES)).toString("latin1") !== "\0asm\x01\0\0\0") {
    throw new Failure("not a WebAssembly module of version 1");
  }
  while (reader.at < reader.end) {
    const id = reader.byte();
    const section = reader.section(reader.unsigned());
    if (id === SECTION_DATA) layout.segments = readSegments(section);
    else if (id === SECTION_MEMORY) layout.initialPages = readMinimum(section, false);
    else if (id === SECTION_TABLE) layout.tableSize = readMinimum(section, true);
  }
  return layout;
}

/**
 * The bytes of linear memory from `base` to the last byte that is not zero.
 * Throws a Failure for a segment below `base`: it would not be linked.
 */
export function buildDataImage(segments: DataSegment[], base: number): Uint8Array {
  let end = base;
  for (const { offset, bytes } of segments) {
    if (offset < base) throw new Failure(`a data segment at ${offset} lies below the memory base ${base}`);
    end = Math.max(end, offset + bytes.length);
  }
  const image = new Uint8Array(end - base);
  for (const { offset, bytes } of segments) image.set(bytes, offset - base);
  let used = image.length;
  while (used > 0 && image[used - 1] === 0) used--;
  return image.subarray(0, used);
}
