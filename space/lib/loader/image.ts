// Reads a program image and checks every field of it (abi/program.ts says what one is): ELF header, program headers, the
// HNX note, and how they fit together. Called by programs.ts before anything is built. The file is hostile input: nothing
// outside it is read, and a ProgramImage that passed holds nothing that the kernel would have to refuse.
//
// In linear memory there may be one writable segment, the static data; all others lie at CODE_BASE and above, each on pages
// of its own, and above the highest of them  | one unmapped page | stack |.

import { fileChecksum } from "../../../abi/checksum";
import { MAX_OBJECT_PAGES, PAGE_SIZE, WASM_PAGE_SIZE } from "../../../abi/limits";
import {
  CODE_BASE,
  CODE_END,
  ELF_ENTRY,
  ELF_HEADER_SIZE,
  ELF_IDENT,
  ELF_MAGIC,
  ELF_PHENTSIZE,
  ELF_PHNUM,
  ELF_PHOFF,
  ELF_TYPE_MACHINE,
  LINEAR_MEMORY_END,
  MAX_PROGRAM_HEADERS,
  PF_R,
  PF_W,
  PF_X,
  PH_FILESZ,
  PH_FLAGS,
  PH_MEMSZ,
  PH_OFFSET,
  PH_SIZE,
  PH_TYPE,
  PH_VADDR,
  PROT_EXECUTE,
  PROT_READ,
  PROT_WRITE,
  PT_LOAD,
  PT_NOTE,
  STATIC_DATA,
} from "../../../abi/program";
import {
  BAD_ADDRESS,
  BAD_CHECKSUM,
  BAD_DATA_SEGMENT,
  BAD_ENTRY,
  BAD_HEADER,
  BAD_HEADER_COUNT,
  BAD_NOTE,
  BAD_PROTECTION,
  BAD_SEGMENT_SIZE,
  BAD_STACK_SIZE,
  BAD_SYMBOLS,
  DATA_OUTSIDE_MEMORY,
  HEADERS_OUTSIDE,
  IMAGE_OK,
  NOT_ALIGNED,
  NOT_ELF,
  NO_NOTE,
  SEGMENTS_OVERLAP,
  SEGMENT_OUTSIDE,
  SEGMENT_TOO_LARGE,
  TOO_MANY_SEGMENTS,
  UNKNOWN_SEGMENT,
  WRITE_AND_EXECUTE,
  WRONG_KIND,
} from "./faults";
import { readNote } from "./note";
import { MAX_SEGMENTS, ProgramImage, Segment } from "./program_image";

const ELF_IDENT_OFFSET: usize = 4;
const ELF_IDENT_PADDING: usize = 8; // u64, zero
const ELF_TYPE: usize = 16; // u16 type, u16 machine
const ELF_VERSION: usize = 20; // u32
const ELF_SIZE: usize = 52; // u16: of this header
const ELF_VERSION_CURRENT: u32 = 1;
const INSTRUCTION_SIZE: u64 = 4;

/** The ELF header of a file that must be of `kind` (ELF_TYPE_…). → IMAGE_OK or a fault */
export function checkHeader(file: usize, size: u32, kind: u32): i32 {
  if (size < ELF_HEADER_SIZE || load<u32>(file) != ELF_MAGIC) return NOT_ELF;
  if (load<u32>(file, ELF_IDENT_OFFSET) != ELF_IDENT || load<u64>(file, ELF_IDENT_PADDING) != 0)
    return NOT_ELF;
  if (load<u32>(file, ELF_TYPE) != kind) return WRONG_KIND;
  if (load<u32>(file, ELF_VERSION) != ELF_VERSION_CURRENT) return BAD_HEADER;
  if (<u32>load<u16>(file, ELF_SIZE) != ELF_HEADER_SIZE) return BAD_HEADER;
  if (<u32>load<u16>(file, ELF_PHENTSIZE) != PH_SIZE) return BAD_HEADER;
  const count = <u32>load<u16>(file, ELF_PHNUM);
  if (count == 0 || count > MAX_PROGRAM_HEADERS) return BAD_HEADER_COUNT;
  const offset = load<u64>(file, ELF_PHOFF);
  return offset <= size && size - offset >= count * PH_SIZE ? IMAGE_OK : HEADERS_OUTSIDE;
}

/** A segment in linear memory: the static data. */
function takeData(header: usize, image: ProgramImage): i32 {
  const flags = load<u32>(header, PH_FLAGS);
  const vaddr = load<u64>(header, PH_VADDR);
  const isWrong = (flags & PF_W) == 0 || (flags & PF_X) != 0 || vaddr < STATIC_DATA;
  if (isWrong || image.dataAddress != 0) return BAD_DATA_SEGMENT;
  if (load<u64>(header, PH_MEMSZ) > LINEAR_MEMORY_END - vaddr) return DATA_OUTSIDE_MEMORY;
  image.dataAddress = <u32>vaddr;
  image.dataOffset = <u32>load<u64>(header, PH_OFFSET);
  image.dataSize = <u32>load<u64>(header, PH_FILESZ);
  image.dataEnd = vaddr + load<u64>(header, PH_MEMSZ);
  return IMAGE_OK;
}

function overlapsAnother(image: ProgramImage, segment: Segment): bool {
  for (let i: u32 = 0; i < image.segments; i++) {
    const other = image.segment(i);
    if (segment.vaddr < endOf(other) && other.vaddr < endOf(segment)) return true;
  }
  return false;
}

/** A segment at CODE_BASE and above. */
function takeSegment(header: usize, image: ProgramImage): i32 {
  const flags = load<u32>(header, PH_FLAGS);
  const vaddr = load<u64>(header, PH_VADDR);
  const size = load<u64>(header, PH_MEMSZ);
  if (vaddr < CODE_BASE || vaddr >= CODE_END || size > CODE_END - vaddr) return BAD_ADDRESS;
  if (vaddr % PAGE_SIZE != 0) return NOT_ALIGNED;
  if (image.segments == MAX_SEGMENTS) return TOO_MANY_SEGMENTS;
  const segment = image.segment(image.segments);
  segment.vaddr = vaddr;
  segment.sizePages = <u32>((size + PAGE_SIZE - 1) / PAGE_SIZE);
  segment.protection = PROT_READ | (flags & PF_W ? PROT_WRITE : 0) | (flags & PF_X ? PROT_EXECUTE : 0);
  segment.fileOffset = <u32>load<u64>(header, PH_OFFSET);
  segment.fileSize = <u32>load<u64>(header, PH_FILESZ);
  if (!segment.isWritable && segment.sizePages > MAX_OBJECT_PAGES) return SEGMENT_TOO_LARGE;
  if (overlapsAnother(image, segment)) return SEGMENTS_OVERLAP;
  image.segments += 1;
  return IMAGE_OK;
}

function takeLoad(header: usize, image: ProgramImage): i32 {
  const flags = load<u32>(header, PH_FLAGS);
  const size = load<u64>(header, PH_MEMSZ);
  if (size < load<u64>(header, PH_FILESZ)) return BAD_SEGMENT_SIZE;
  if ((flags & ~(PF_R | PF_W | PF_X)) != 0 || (flags & PF_R) == 0) return BAD_PROTECTION;
  if ((flags & (PF_W | PF_X)) == (PF_W | PF_X)) return WRITE_AND_EXECUTE;
  if (size == 0) return IMAGE_OK;
  return load<u64>(header, PH_VADDR) < LINEAR_MEMORY_END
    ? takeData(header, image)
    : takeSegment(header, image);
}

function takeProgramHeader(file: usize, size: u32, header: usize, image: ProgramImage): i32 {
  const type = load<u32>(header, PH_TYPE);
  const offset = load<u64>(header, PH_OFFSET);
  const fileSize = load<u64>(header, PH_FILESZ);
  if (type != PT_LOAD && type != PT_NOTE) return UNKNOWN_SEGMENT;
  if (offset > size || fileSize > size - offset) return SEGMENT_OUTSIDE;
  if (type == PT_LOAD) return takeLoad(header, image);
  if (image.initialPages != 0) return BAD_NOTE; // there was one already
  return readNote(file, <u32>offset, <u32>fileSize, image);
}

/** The address after a segment's last page. */
function endOf(segment: Segment): u64 {
  return segment.vaddr + <u64>segment.sizePages * PAGE_SIZE;
}

/** Whether `size` bytes (at least one) at `address` come from the file, in a segment of exactly `protection`. */
function liesInFilePart(image: ProgramImage, address: u64, size: u64, protection: u32): bool {
  for (let i: u32 = 0; i < image.segments; i++) {
    const segment = image.segment(i);
    if (segment.protection != protection || address < segment.vaddr) continue;
    const offset = address - segment.vaddr;
    if (offset < segment.fileSize && size <= segment.fileSize - offset) return true;
  }
  return false;
}

/** Places the stack above the highest segment. */
function placeStack(image: ProgramImage): i32 {
  let end = CODE_BASE;
  for (let i: u32 = 0; i < image.segments; i++) end = max(end, endOf(image.segment(i)));
  image.stackBase = end + PAGE_SIZE;
  image.stackTop = image.stackBase + <u64>image.stackPages * PAGE_SIZE;
  return image.stackTop <= CODE_END ? IMAGE_OK : BAD_STACK_SIZE;
}

/** How the parts fit together. */
function checkWhole(image: ProgramImage): i32 {
  if (image.initialPages == 0) return NO_NOTE;
  const memoryBytes = <u64>image.initialPages * WASM_PAGE_SIZE;
  if (image.dataEnd > memoryBytes || image.heapStart > memoryBytes) return DATA_OUTSIDE_MEMORY;
  const entry = image.entry;
  if (entry % INSTRUCTION_SIZE != 0) return BAD_ENTRY;
  if (!liesInFilePart(image, entry, INSTRUCTION_SIZE, PROT_READ | PROT_EXECUTE)) return BAD_ENTRY;
  const hasSymbols = image.symbolsSize != 0;
  if (hasSymbols && !liesInFilePart(image, image.symbols, image.symbolsSize, PROT_READ)) return BAD_SYMBOLS;
  return placeStack(image);
}

/** Checks the program of `size` bytes at `file` and fills `image` from it. → IMAGE_OK, or why it is none (faults.ts). */
export function checkImage(file: usize, size: u32, image: ProgramImage): i32 {
  image.reset();
  let fault = checkHeader(file, size, ELF_TYPE_MACHINE);
  if (fault) return fault;
  image.entry = load<u64>(file, ELF_ENTRY);
  const count = <u32>load<u16>(file, ELF_PHNUM);
  let header = file + <usize>load<u64>(file, ELF_PHOFF);
  for (let i: u32 = 0; i < count; i++) {
    fault = takeProgramHeader(file, size, header, image);
    if (fault) return fault;
    header += PH_SIZE;
  }
  fault = checkWhole(image);
  if (fault) return fault;
  return fileChecksum(file, size, image.checksumOffset) == image.checksum ? IMAGE_OK : BAD_CHECKSUM;
}
