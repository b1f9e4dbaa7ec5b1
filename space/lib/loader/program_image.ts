// What the checks of image.ts leave of a program file: all that building a process needs, every value proven to be in range.
// Filled by image.ts, read by programs.ts and build.ts.

import { PROT_WRITE } from "../../../abi/program";

/** Loadable segments above CODE_BASE. The kernel allows a process MAX_REGIONS; memory, stack and the like need some. */
export const MAX_SEGMENTS: u32 = 8;

/** A stretch of pages at CODE_BASE and above. */
@unmanaged
export class Segment {
  vaddr: u64; // page-aligned
  sizePages: u32;
  protection: u32; // PROT_…
  fileOffset: u32; // of its bytes in the file; what the file does not give is zero
  fileSize: u32;

  @inline get isWritable(): bool {
    return (this.protection & PROT_WRITE) != 0;
  }
}
const SEGMENT_SIZE: usize = 24;

@unmanaged
export class ProgramImage {
  entry: u64;
  stackBase: u64; // above an unmapped page
  stackTop: u64;
  dataEnd: u64; // address after the static data; 0: there is none
  symbols: u64; // address of the symbol table
  checksum: u64; // as the note has it
  symbolsSize: u32; // bytes; 0: it has none
  stackPages: u32; // 4 KiB
  initialPages: u32; // linear memory, 64 KiB
  maximumPages: u32;
  usesFloatingPoint: u32; // 0 or 1
  dataAddress: u32; // static data in linear memory
  dataOffset: u32; // of its bytes in the file
  dataSize: u32; // bytes in the file
  heapStart: u32; // the first address that the program's allocator takes; 0: it has none
  segments: u32; // how many
  checksumOffset: u32; // in the file
  padding: u32;

  @inline segment(i: u32): Segment {
    return changetype<Segment>(changetype<usize>(this) + SEGMENTS + <usize>i * SEGMENT_SIZE);
  }

  reset(): void {
    memory.fill(changetype<usize>(this), 0, PROGRAM_IMAGE_SIZE);
  }
}
const SEGMENTS: usize = 96; // after the fields
export const PROGRAM_IMAGE_SIZE: u32 = 288; // with MAX_SEGMENTS
