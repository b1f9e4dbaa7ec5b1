// Reading a cpio archive of the "newc" kind, without trusting a byte of it: every field is checked before it is used, and
// nothing outside the archive is read.
//
//   0        6      14     22    …                                54           94           110
//   | 070701 | ino  | mode | uid gid nlink mtime                 | filesize … | namesize   | check | name, NUL | pad | data | pad
//
// Fields are 8 hexadecimal digits. Name and data end on multiples of 4, counted from the archive's start. A name may be
// followed by more NULs, which namesize counts, so that the data begins on a page.

import { MAX_PATH } from "../../../abi/limits";

const HEADER_SIZE: u32 = 110;
const FIELD_SIZE: u32 = 8;
const MODE_AT: u32 = 14;
const FILE_SIZE_AT: u32 = 54;
const NAME_SIZE_AT: u32 = 94;
const MAGIC_START: u32 = 0x37303730; // "0707"
const MAGIC_END: u16 = 0x3130; // "01"

/** What readEntry() found. */
export const CPIO_ENTRY: i32 = 0; // an entry, described by the variables below
export const CPIO_END: i32 = 1; // the trailer
export const CPIO_BAD_MAGIC: i32 = 2;
export const CPIO_BAD_NUMBER: i32 = 3; // a field is not hexadecimal
export const CPIO_BAD_NAME: i32 = 4; // empty, longer than a path, or without an end
export const CPIO_CUT_OFF: i32 = 5; // the archive ends before the entry does

export let entryMode: u32 = 0;
export let entryName: usize = 0;
export let entryNameLength: u32 = 0;
/** Offset of the data in the archive. */
export let entryData: u32 = 0;
export let entrySize: u32 = 0;
/** Offset of the next entry; meaningful after CPIO_ENTRY only. */
export let entryNext: u32 = 0;

const trailer: usize = memory.data<u8>([0x54, 0x52, 0x41, 0x49, 0x4c, 0x45, 0x52, 0x21, 0x21, 0x21]); // TRAILER!!!
const TRAILER_LENGTH: u32 = 10;

/** A field's value, or -1. */
function readField(at: usize): i64 {
  let value: i64 = 0;
  for (let end = at + FIELD_SIZE; at < end; at++) {
    const digit = <u32>load<u8>(at);
    const lower = digit | 0x20;
    if (digit - 0x30 < 10) value = (value << 4) | (digit - 0x30);
    else if (lower - 0x61 < 6) value = (value << 4) | (lower - 0x61 + 10);
    else return -1;
  }
  return value;
}

/** Length of the name of `size` bytes at `name`, up to its first NUL; 0: it is empty, too long, or does not end. */
function nameLength(name: usize, size: u32): u32 {
  if (!size || load<u8>(name + size - 1)) return 0;
  let length: u32 = 0;
  while (load<u8>(name + length)) length++;
  return length > MAX_PATH ? 0 : length;
}

function isTrailer(): bool {
  return entryNameLength == TRAILER_LENGTH && memory.compare(entryName, trailer, TRAILER_LENGTH) == 0;
}

@inline
function alignUp(value: u64): u64 {
  return (value + 3) & ~3;
}

/** Reads the entry at `offset` of the archive of `size` bytes at `archive`: CPIO_…. */
export function readEntry(archive: usize, size: u32, offset: u32): i32 {
  if (offset > size || size - offset < HEADER_SIZE) return CPIO_CUT_OFF;
  const header = archive + offset;
  if (load<u32>(header) != MAGIC_START || load<u16>(header, 4) != MAGIC_END) return CPIO_BAD_MAGIC;
  const mode = readField(header + MODE_AT);
  const fileSize = readField(header + FILE_SIZE_AT);
  const nameSize = readField(header + NAME_SIZE_AT);
  if (mode < 0 || fileSize < 0 || nameSize < 0) return CPIO_BAD_NUMBER;
  const nameEnd = <u64>offset + HEADER_SIZE + nameSize;
  if (nameEnd > size) return CPIO_CUT_OFF;
  entryName = header + HEADER_SIZE;
  entryNameLength = nameLength(entryName, <u32>nameSize);
  if (!entryNameLength) return CPIO_BAD_NAME;
  if (isTrailer()) return CPIO_END;
  const dataAt = alignUp(nameEnd);
  if (dataAt + fileSize > size) return CPIO_CUT_OFF;
  entryMode = <u32>mode;
  entryData = <u32>dataAt;
  entrySize = <u32>fileSize;
  entryNext = <u32>min<u64>(alignUp(dataAt + fileSize), size);
  return CPIO_ENTRY;
}
