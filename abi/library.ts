// A library file: ELF64 (LSB, AArch64, ET_DYN) with one note that holds everything but the code; and how its functions are named
// and called. Made by the toolchain (pipeline/library.ts), read by space/lib/loader, used through space/lib/dl.
// docs/LIBRARIES.md says how it works and why it is sound.
//
//   file       | ELF header | text: entries, code, constants | note (segment of its own, never mapped) |
//   process    code area:      | text, shared, read and execute | data, zeroed |           at any page
//              linear memory:  | imports: MAX_IMPORTS × u64 | static data | heap |          the area, at any 64 KiB
//
// Note "HNX", type 2, descriptor (little-endian; offsets from its start, strings anywhere in it):
//   0 u32 version  4 u32 flags (PROGRAM_FLOATING_POINT)  8 u64 checksum of the file, computed with this field zero
//   16 u32 data offset  20 u32 data size  24 u32 area size (64 KiB multiple)  28 u32 0   32 u64 place entry
//   40 u32 exports, 44 u32 count       { u64 signature, u64 entry, u32 name, u32 length }
//   48 u32 imports, 52 u32 count       { u64 signature, u32 index of the needed library, u32 0, u32 name, u32 length }
//   56 u32 needed, 60 u32 count        { u32 name, u32 length }   file names in /lib
//   64 u32 relocations, 68 u32 count   { u32 }  offsets in the data of words to which the area's address is added
//
// Entries are offsets in the text, multiples of 8; the 8 bytes before an entry are its signature. Every entry is called with one
// argument, the address of its frame: 64-bit slots, arguments in order, the result in slot 0; f32 and i32 in the low half.

export const NOTE_LIBRARY: u32 = 2;
export const ELF_TYPE_LIBRARY: u32 = 0x00b7_0003; // ET_DYN, EM_AARCH64
export const LIBRARY_VERSION: u32 = 1;
export const LIBRARY_DESCRIPTOR_SIZE: u32 = 72;

export const LIBRARY_FLAGS_AT: u32 = 4;
export const LIBRARY_CHECKSUM_AT: u32 = 8;
export const LIBRARY_DATA_AT: u32 = 16;
export const LIBRARY_DATA_SIZE_AT: u32 = 20;
export const LIBRARY_AREA_SIZE_AT: u32 = 24;
export const LIBRARY_PLACE_AT: u32 = 32;
export const LIBRARY_EXPORTS_AT: u32 = 40;
export const LIBRARY_IMPORTS_AT: u32 = 48;
export const LIBRARY_NEEDED_AT: u32 = 56;
export const LIBRARY_RELOCATIONS_AT: u32 = 64;

export const EXPORT_SIZE: u32 = 24;
export const IMPORT_SIZE: u32 = 24;
export const NEEDED_SIZE: u32 = 8;
export const RELOCATION_SIZE: u32 = 4;

export const LIBRARY_HEADER_SIZE: u32 = 512; // of the area: the imports' addresses
export const MAX_IMPORTS: u32 = 64;
export const MAX_EXPORTS: u32 = 512;
export const MAX_NEEDED: u32 = 7;
export const MAX_CLOSURE: u32 = 8; // -ENFILE, a library with all that it needs
export const MAX_RELOCATIONS: u32 = 65536;
export const MAX_AREA_SIZE: u32 = 16777216; // 16 MiB
export const MAX_SYMBOL_NAME: u32 = 128; // -ENAMETOOLONG, bytes
export const MAX_LIBRARY_NAME: u32 = 64; // bytes of a file name in /lib
export const AREA_ALIGNMENT: u32 = 65536;

// A signature: | SIGNATURE_MAGIC, 12 bits | result | parameter 11 … parameter 0 |, 4 bits each, 0: none.
export const SIGNATURE_MAGIC: u64 = 0x5a5;
export const SIGNATURE_SHIFT: u64 = 52;
export const SIGNATURE_RESULT_SHIFT: u64 = 48;
export const MAX_PARAMETERS: u32 = 12;
export const TYPE_I32: u32 = 1;
export const TYPE_I64: u32 = 2;
export const TYPE_F32: u32 = 3;
export const TYPE_F64: u32 = 4;
/** Of the place entry: one i32, the area's address, and no result. */
export const PLACE_SIGNATURE: u64 = (SIGNATURE_MAGIC << SIGNATURE_SHIFT) | 1;

// How a library gets into a program: LOADER_OPEN finds it and what it needs and answers with a handle. What is not in the program yet is
// then placed, dependencies first: the data of each answer is
//   u32 size of the area, bytes, that the next library to be placed wants; 0: all are placed
// and LOADER_PLACE brings an area of that size, zeroed, as window 0; its value is the place entry, which the program calls with the area's
// address before it goes on. LOADER_CLOSE gives back the areas of the libraries that nobody uses any more.
