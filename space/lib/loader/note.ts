// The HNX note of a program (abi/program.ts): version, flags, memory and stack sizes, symbol table. Called by image.ts.
//
//   0 u32 4 (name size)   4 u32 48 (descriptor size)   8 u32 type 1   12 "HNX\0"   16 descriptor

import {
  NOTE_CHECKSUM,
  NOTE_DESCRIPTOR,
  NOTE_DESCRIPTOR_SIZE,
  NOTE_NAME,
  NOTE_TYPE,
  PROGRAM_FLOATING_POINT,
  PROGRAM_VERSION,
} from "../../../abi/program";
import {
  BAD_MEMORY_SIZE,
  BAD_NOTE,
  BAD_STACK_SIZE,
  BAD_SYMBOLS,
  IMAGE_OK,
  UNKNOWN_FLAGS,
  WRONG_VERSION,
} from "./faults";
import { ProgramImage } from "./program_image";

const NAME_SIZE: u32 = 4;
const NOTE_ALIGNMENT: u32 = 8; // so that the checksum is one of the words that it sums up
const NOTE_DESCRIPTOR_LENGTH: usize = 4;
const NOTE_TYPE_OFFSET: usize = 8;
const NOTE_NAME_OFFSET: usize = 12;

// Of the descriptor.
const VERSION: usize = 0;
const FLAGS: usize = 4;
const INITIAL_PAGES: usize = 8;
const MAXIMUM_PAGES: usize = 12;
const STACK_PAGES: usize = 16;
const HEAP_START: usize = 20;
const SYMBOLS: usize = 24; // u64
const SYMBOLS_SIZE: usize = 32; // u64

const MAX_MEMORY_PAGES: u32 = 0x8000; // 2 GiB: what the kernel gives, so that sizes in bytes stay positive
const MAX_STACK_PAGES: u32 = 1024; // 4 MiB

/** Reads the note of `size` bytes at `offset` of the file at `file` into `image`. → IMAGE_OK, or what is wrong with it */
export function readNote(file: usize, offset: u32, size: u32, image: ProgramImage): i32 {
  const note = file + offset;
  if (offset % NOTE_ALIGNMENT != 0 || size < NOTE_DESCRIPTOR + NOTE_DESCRIPTOR_SIZE) return BAD_NOTE;
  if (load<u32>(note) != NAME_SIZE || load<u32>(note, NOTE_DESCRIPTOR_LENGTH) != NOTE_DESCRIPTOR_SIZE)
    return BAD_NOTE;
  if (load<u32>(note, NOTE_TYPE_OFFSET) != NOTE_TYPE || load<u32>(note, NOTE_NAME_OFFSET) != NOTE_NAME)
    return BAD_NOTE;
  const descriptor = note + NOTE_DESCRIPTOR;
  if (load<u32>(descriptor, VERSION) != PROGRAM_VERSION) return WRONG_VERSION;
  const flags = load<u32>(descriptor, FLAGS);
  if ((flags & ~PROGRAM_FLOATING_POINT) != 0) return UNKNOWN_FLAGS;
  const initial = load<u32>(descriptor, INITIAL_PAGES);
  const maximum = load<u32>(descriptor, MAXIMUM_PAGES);
  if (initial == 0 || initial > maximum || maximum > MAX_MEMORY_PAGES) return BAD_MEMORY_SIZE;
  const stack = load<u32>(descriptor, STACK_PAGES);
  if (stack == 0 || stack > MAX_STACK_PAGES) return BAD_STACK_SIZE;
  const symbolsSize = load<u64>(descriptor, SYMBOLS_SIZE);
  if (symbolsSize > u32.MAX_VALUE) return BAD_SYMBOLS;
  image.usesFloatingPoint = flags & PROGRAM_FLOATING_POINT;
  image.initialPages = initial;
  image.maximumPages = maximum;
  image.stackPages = stack;
  image.heapStart = load<u32>(descriptor, HEAP_START);
  image.symbols = load<u64>(descriptor, SYMBOLS);
  image.symbolsSize = <u32>symbolsSize;
  image.checksum = load<u64>(descriptor, NOTE_CHECKSUM);
  image.checksumOffset = offset + NOTE_DESCRIPTOR + NOTE_CHECKSUM;
  return IMAGE_OK;
}
