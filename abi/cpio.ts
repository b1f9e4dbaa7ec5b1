// One entry of a cpio archive of the "newc" kind, read without trusting a byte of it: every field is checked before it is
// used, and nothing outside the archive is read. The one
// reader: the kernel's for init, space/lib/loader's for all other programs, the VFS's for its tree.
//
//   0        6     14     22                    54           62 …      94          102      110
//   | 070701 | ino | mode | uid gid nlink mtime | file size  | devices | name size | check  | name, NULs | data |
//
// Fields are 8 hexadecimal digits. Name and data end on multiples of 4, counted from the archive's start. The name size
// counts the NUL that ends the name, and more NULs where the data shall begin on a page.

import { MAX_PATH } from "./limits";

const HEADER_SIZE: u32 = 110;
const FIELD_DIGITS: u32 = 8;
const MODE: u32 = 14;
const FILE_SIZE: u32 = 54;
const NAME_SIZE: u32 = 94;
const MAGIC_LOW: u32 = 0x37303730; // "0707"
const MAGIC_HIGH: u32 = 0x3130; // "01"
const ALIGNMENT: u64 = 4;
const TRAILER_LENGTH: u32 = 10;
const TRAILER_LOW: u64 = 0x2152_454c_4941_5254; // "TRAILER!"
const TRAILER_HIGH: u32 = 0x2121; // "!!"

/** What readEntry() found. */
export const CPIO_ENTRY: i32 = 0; // an entry, described by the variables below
export const CPIO_END: i32 = 1; // the trailer
export const CPIO_BAD_MAGIC: i32 = 2;
export const CPIO_BAD_NUMBER: i32 = 3; // a field is not hexadecimal
export const CPIO_BAD_NAME: i32 = 4; // empty, longer than a path, or without an end
export const CPIO_CUT_OFF: i32 = 5; // the archive ends before the entry does

export let entryMode: u32 = 0;
/** Address of the name, and its length without NULs. */
export let entryName: usize = 0;
export let entryNameLength: u32 = 0;
/** Offset of the data in the archive, and its size in bytes. */
export let entryData: u32 = 0;
export let entrySize: u32 = 0;
/** Offset of the next entry; meaningful after CPIO_ENTRY only. */
export let entryNext: u32 = 0;

/** A field's value, or -1. */
function readField(at: usize): i64 {
  let value: i64 = 0;
  for (let i: u32 = 0; i < FIELD_DIGITS; i++) {
    const character = <u32>load<u8>(at + i);
    let digit = character - 0x30;
    if (digit > 9) {
      digit = (character | 0x20) - 0x61 + 10; // "A" and "a"; smaller characters wrap round to large numbers
      if (digit < 10 || digit > 15) return -1;
    }
    value = (value << 4) | digit;
  }
  return value;
}

/** Length of the name in `size` bytes up to its first NUL, or 0: it is empty, too long, or does not end. */
function lengthOfName(name: usize, size: u32): u32 {
  if (size == 0 || load<u8>(name + size - 1) != 0) return 0;
  let length: u32 = 0;
  while (load<u8>(name + length)) length++;
  return length <= MAX_PATH ? length : 0;
}

@inline
function isTrailer(name: usize, length: u32): bool {
  return length == TRAILER_LENGTH && load<u64>(name) == TRAILER_LOW && load<u16>(name, 8) == TRAILER_HIGH;
}

@inline
function align(offset: u64): u64 {
  return (offset + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

/**
 * Reads the entry at `offset` of the archive of `size` bytes at `archive` (offset ≤ 4 GiB - 1, all of it mapped).
 * → CPIO_…
 */
export function readEntry(archive: usize, size: u32, offset: u32): i32 {
  if (offset > size || size - offset < HEADER_SIZE) return CPIO_CUT_OFF;
  const header = archive + offset;
  if (load<u32>(header) != MAGIC_LOW || load<u16>(header, 4) != MAGIC_HIGH) return CPIO_BAD_MAGIC;
  const mode = readField(header + MODE);
  const fileSize = readField(header + FILE_SIZE);
  const nameSize = readField(header + NAME_SIZE);
  if (mode < 0 || fileSize < 0 || nameSize < 0) return CPIO_BAD_NUMBER;
  const nameEnd = <u64>offset + HEADER_SIZE + nameSize;
  if (nameEnd > size) return CPIO_CUT_OFF;
  const name = header + HEADER_SIZE;
  const nameLength = lengthOfName(name, <u32>nameSize);
  if (nameLength == 0) return CPIO_BAD_NAME;
  if (isTrailer(name, nameLength)) return CPIO_END;
  const data = align(nameEnd);
  if (data + fileSize > size) return CPIO_CUT_OFF;
  entryMode = <u32>mode;
  entryName = name;
  entryNameLength = nameLength;
  entryData = <u32>data;
  entrySize = <u32>fileSize;
  entryNext = <u32>min<u64>(align(data + fileSize), size);
  return CPIO_ENTRY;
}
