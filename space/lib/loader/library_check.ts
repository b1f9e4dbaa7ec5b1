// Reads a library file and checks every field of it (abi/library.ts). Called by libraries.ts before anything is made of it. The file is
// hostile input: nothing outside it is read, and what passed can be mapped, filled in and called without another look.

import { fileChecksum } from "../../../abi/checksum";
import {
  AREA_ALIGNMENT,
  ELF_TYPE_LIBRARY,
  LIBRARY_AREA_SIZE_AT,
  LIBRARY_CHECKSUM_AT,
  LIBRARY_DESCRIPTOR_SIZE,
  LIBRARY_FLAGS_AT,
  LIBRARY_HEADER_SIZE,
  LIBRARY_PLACE_AT,
  LIBRARY_VERSION,
  MAX_AREA_SIZE,
  NOTE_LIBRARY,
} from "../../../abi/library";
import { MAX_OBJECT_PAGES, PAGE_SIZE } from "../../../abi/limits";
import {
  ELF_PHNUM,
  ELF_PHOFF,
  NOTE_DESCRIPTOR,
  NOTE_NAME,
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
  PROGRAM_FLOATING_POINT,
  PT_LOAD,
  PT_NOTE,
} from "../../../abi/program";
import {
  BAD_AREA,
  BAD_CHECKSUM,
  BAD_LIBRARY_SEGMENTS,
  BAD_NOTE,
  IMAGE_OK,
  NO_NOTE,
  SEGMENT_OUTSIDE,
  UNKNOWN_FLAGS,
  UNKNOWN_SEGMENT,
  WRONG_VERSION,
} from "./faults";
import { checkHeader } from "./image";
import { LibraryImage } from "./library_image";
import { checkTables } from "./library_tables";

const NAME_SIZE: u32 = 4;
const NOTE_ALIGNMENT: u64 = 8;
const NOTE_SIZE_AT: usize = 4;
const NOTE_TYPE_AT: usize = 8;
const NOTE_NAME_AT: usize = 12;

/** The code: one segment at 0, all of it in the file. */
function takeText(header: usize, image: LibraryImage): i32 {
  const size = load<u64>(header, PH_MEMSZ);
  const isWhole = load<u64>(header, PH_FILESZ) == size;
  if (image.textSize || !size || !isWhole || load<u64>(header, PH_VADDR)) return BAD_LIBRARY_SEGMENTS;
  if (size > <u64>MAX_OBJECT_PAGES * PAGE_SIZE) return BAD_LIBRARY_SEGMENTS;
  image.textOffset = <u32>load<u64>(header, PH_OFFSET);
  image.textSize = <u32>size;
  return IMAGE_OK;
}

/** The instance's data: zeros, on the pages right behind the code, which comes before it in the file. */
function takeData(header: usize, image: LibraryImage): i32 {
  const size = load<u64>(header, PH_MEMSZ);
  const textEnd = (<u64>image.textSize + PAGE_SIZE - 1) & ~(<u64>PAGE_SIZE - 1);
  if (image.dataSize || load<u64>(header, PH_FILESZ)) return BAD_LIBRARY_SEGMENTS;
  if (size > <u64>MAX_OBJECT_PAGES * PAGE_SIZE) return BAD_LIBRARY_SEGMENTS;
  if (size && (!textEnd || load<u64>(header, PH_VADDR) != textEnd)) return BAD_LIBRARY_SEGMENTS;
  image.dataSize = <u32>size;
  return IMAGE_OK;
}

function takeNote(file: usize, header: usize, image: LibraryImage): i32 {
  const offset = load<u64>(header, PH_OFFSET);
  const size = load<u64>(header, PH_FILESZ);
  if (image.descriptor || offset % NOTE_ALIGNMENT || size < NOTE_DESCRIPTOR + LIBRARY_DESCRIPTOR_SIZE)
    return BAD_NOTE;
  const note = file + <usize>offset;
  if (load<u32>(note) != NAME_SIZE || load<u32>(note, NOTE_SIZE_AT) != <u32>size - NOTE_DESCRIPTOR)
    return BAD_NOTE;
  if (load<u32>(note, NOTE_TYPE_AT) != NOTE_LIBRARY || load<u32>(note, NOTE_NAME_AT) != NOTE_NAME)
    return BAD_NOTE;
  image.descriptor = <u32>note + NOTE_DESCRIPTOR;
  image.descriptorSize = <u32>size - NOTE_DESCRIPTOR;
  image.checksumOffset = <u32>offset + NOTE_DESCRIPTOR + LIBRARY_CHECKSUM_AT;
  return IMAGE_OK;
}

function takeProgramHeader(file: usize, size: u32, header: usize, image: LibraryImage): i32 {
  const type = load<u32>(header, PH_TYPE);
  const flags = load<u32>(header, PH_FLAGS);
  const offset = load<u64>(header, PH_OFFSET);
  if (type != PT_LOAD && type != PT_NOTE) return UNKNOWN_SEGMENT;
  if (offset > size || load<u64>(header, PH_FILESZ) > size - offset) return SEGMENT_OUTSIDE;
  if (type == PT_NOTE) return takeNote(file, header, image);
  if (flags == (PF_R | PF_X)) return takeText(header, image);
  if (flags == (PF_R | PF_W)) return takeData(header, image);
  return flags == PF_R ? IMAGE_OK : BAD_LIBRARY_SEGMENTS; // read-only: the note's, which is not mapped
}

/** The fixed part of the descriptor. */
function checkDescriptor(file: usize, image: LibraryImage): i32 {
  const descriptor = <usize>image.descriptor;
  if (load<u32>(descriptor) != LIBRARY_VERSION) return WRONG_VERSION;
  const flags = load<u32>(descriptor, LIBRARY_FLAGS_AT);
  if ((flags & ~PROGRAM_FLOATING_POINT) != 0) return UNKNOWN_FLAGS;
  image.usesFloatingPoint = flags & PROGRAM_FLOATING_POINT;
  image.areaSize = load<u32>(descriptor, LIBRARY_AREA_SIZE_AT);
  image.place = load<u64>(descriptor, LIBRARY_PLACE_AT);
  image.checksum = load<u64>(descriptor, LIBRARY_CHECKSUM_AT);
  const fault = checkTables(file + image.textOffset, image);
  if (fault) return fault;
  const size = image.areaSize;
  if (!size || size % AREA_ALIGNMENT != 0 || size > MAX_AREA_SIZE) return BAD_AREA;
  return image.staticSize <= size - LIBRARY_HEADER_SIZE ? IMAGE_OK : BAD_AREA;
}

/** Checks the library of `size` bytes at `file` and fills `image` from it. → IMAGE_OK, or why it is none (faults.ts). */
export function checkLibrary(file: usize, size: u32, image: LibraryImage): i32 {
  image.reset();
  let fault = checkHeader(file, size, ELF_TYPE_LIBRARY);
  if (fault) return fault;
  const count = <u32>load<u16>(file, ELF_PHNUM);
  let header = file + <usize>load<u64>(file, ELF_PHOFF);
  for (let i: u32 = 0; i < count; i++) {
    fault = takeProgramHeader(file, size, header, image);
    if (fault) return fault;
    header += PH_SIZE;
  }
  if (!image.textSize) return BAD_LIBRARY_SEGMENTS;
  if (!image.descriptor) return NO_NOTE;
  fault = checkDescriptor(file, image);
  if (fault) return fault;
  return fileChecksum(file, size, image.checksumOffset) == image.checksum ? IMAGE_OK : BAD_CHECKSUM;
}
