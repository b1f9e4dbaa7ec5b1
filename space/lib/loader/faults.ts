// Why a file is no program: what checkImage() returns, and its text for the log. To the caller all of them are -ENOEXEC.

export const IMAGE_OK: i32 = 0;
export const NOT_ELF: i32 = 1;
export const WRONG_KIND: i32 = 2;
export const BAD_HEADER: i32 = 3;
export const BAD_HEADER_COUNT: i32 = 4;
export const HEADERS_OUTSIDE: i32 = 5;
export const UNKNOWN_SEGMENT: i32 = 6;
export const SEGMENT_OUTSIDE: i32 = 7;
export const BAD_SEGMENT_SIZE: i32 = 8;
export const BAD_PROTECTION: i32 = 9;
export const WRITE_AND_EXECUTE: i32 = 10;
export const NOT_ALIGNED: i32 = 11;
export const BAD_ADDRESS: i32 = 12;
export const BAD_DATA_SEGMENT: i32 = 13;
export const DATA_OUTSIDE_MEMORY: i32 = 14;
export const TOO_MANY_SEGMENTS: i32 = 15;
export const SEGMENT_TOO_LARGE: i32 = 16;
export const SEGMENTS_OVERLAP: i32 = 17;
export const NO_NOTE: i32 = 18;
export const BAD_NOTE: i32 = 19;
export const WRONG_VERSION: i32 = 20;
export const UNKNOWN_FLAGS: i32 = 21;
export const BAD_MEMORY_SIZE: i32 = 22;
export const BAD_STACK_SIZE: i32 = 23;
export const BAD_ENTRY: i32 = 24;
export const BAD_SYMBOLS: i32 = 25;
export const BAD_CHECKSUM: i32 = 26;
// Of libraries only.
export const BAD_LIBRARY_SEGMENTS: i32 = 27;
export const BAD_TABLE: i32 = 28;
export const BAD_SYMBOL: i32 = 29;
export const BAD_NEED: i32 = 30;
export const BAD_RELOCATION: i32 = 31;
export const BAD_AREA: i32 = 32;

/** Of the ELF header and the program headers. */
function describeFile(fault: i32): string {
  switch (fault) {
    case NOT_ELF:
      return "not an ELF file of 64 bits, little-endian";
    case WRONG_KIND:
      return "not an executable for AArch64";
    case BAD_HEADER:
      return "a wrong size or version in the ELF header";
    case BAD_HEADER_COUNT:
      return "no program headers, or too many";
    case HEADERS_OUTSIDE:
      return "program headers outside the file";
    case UNKNOWN_SEGMENT:
      return "a segment of unknown type";
    case SEGMENT_OUTSIDE:
      return "a segment outside the file";
    case NO_NOTE:
      return "no HNX note";
    case BAD_NOTE:
      return "a damaged HNX note, or two of them";
    case WRONG_VERSION:
      return "an HNX note of another version";
    case UNKNOWN_FLAGS:
      return "unknown flags in the HNX note";
    default:
      return "unknown fault";
  }
}

function describeLibrary(fault: i32): string {
  switch (fault) {
    case WRONG_KIND:
      return "not a library for AArch64";
    case BAD_LIBRARY_SEGMENTS:
      return "segments that are not a library's: code at 0 and zeroed data behind it";
    case BAD_TABLE:
      return "a table of the note outside it, or too long";
    case BAD_SYMBOL:
      return "an export or import that is not well-formed, or an entry without its signature";
    case BAD_NEED:
      return "a needed library without a proper name";
    case BAD_RELOCATION:
      return "a relocation outside the static data, or to outside the area";
    case BAD_AREA:
      return "an area that is no multiple of 64 KiB, too large, or too small for the static data";
    default:
      return "";
  }
}

/** The text of `fault` of a library. */
export function describeLibraryFault(fault: i32): string {
  const text = describeLibrary(fault);
  return text.length ? text : describeFault(fault);
}

/** The text of `fault` of a program. */
export function describeFault(fault: i32): string {
  switch (fault) {
    case BAD_SEGMENT_SIZE:
      return "a segment larger in the file than in memory";
    case BAD_PROTECTION:
      return "a segment that cannot be read, or with unknown flags";
    case WRITE_AND_EXECUTE:
      return "a segment both writable and executable";
    case NOT_ALIGNED:
      return "a segment that does not begin on a page";
    case BAD_ADDRESS:
      return "a segment outside the addresses of code";
    case BAD_DATA_SEGMENT:
      return "static data executable, not writable, twice, or below its place";
    case DATA_OUTSIDE_MEMORY:
      return "static data outside the initial memory";
    case TOO_MANY_SEGMENTS:
      return "too many segments";
    case SEGMENT_TOO_LARGE:
      return "a read-only segment larger than a memory object";
    case SEGMENTS_OVERLAP:
      return "two segments in one page";
    case BAD_MEMORY_SIZE:
      return "a memory size out of range";
    case BAD_STACK_SIZE:
      return "a stack size out of range, or no room for the stack";
    case BAD_ENTRY:
      return "an entry point outside the code";
    case BAD_SYMBOLS:
      return "a symbol table outside the read-only data";
    case BAD_CHECKSUM:
      return "damaged: its checksum is wrong";
    default:
      return describeFile(fault);
  }
}
