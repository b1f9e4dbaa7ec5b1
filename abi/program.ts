// The program image and where it lies: ELF64 (LSB, AArch64, ET_EXEC) with one note; used by whoever builds a process
// (kernel: init only; space/lib/loader: all others) and, through abi/constants.ts, by the linker scripts and start code.
//
//   0x0_0000_0000  unmapped page
//   0x0_0000_1000  MESSAGE_PAGE       one page, private, also seen by the kernel
//   0x0_0000_2000  ARGUMENT_BLOCK     two pages: argc, argv, environment (see below)
//   0x0_0000_4000  static wasm data, then the heap; demand-zero up to memory.size
//   0x1_0000_0000  unmapped 4 GiB: wasm address + offset never reaches past it
//   0x2_0000_0000  text (read, execute) · rodata (read) · instance data and bss (read, write)
//                  one unmapped page · machine stack, demand-zero
//
// Note "HNX", type 1, descriptor (little-endian):
//   0 u32 version   4 u32 flags   8 u32 initial pages  12 u32 maximum pages (both 64 KiB)  16 u32 stack pages (4 KiB)
//   20 u32 end of static data (heap start)   24 u64 symbol table address   32 u64 symbol table size, bytes
//   40 u64 checksum of the whole file, computed with this field zero (abi/checksum.ts)

export const MESSAGE_PAGE: u32 = 0x1000;
export const ARGUMENT_BLOCK: u32 = 0x2000;
export const ARGUMENT_BLOCK_SIZE: u32 = 0x2000;
export const STATIC_DATA: u32 = 0x4000;
export const LINEAR_MEMORY_END: u64 = 0x1_0000_0000;
export const CODE_BASE: u64 = 0x2_0000_0000;
export const CODE_END: u64 = 0x2_4000_0000; // text, data and stack lie within 1 GiB: one level-2 table
export const USER_END: u64 = 0x4_0000_0000; // TCR_EL1.T0SZ = 30

// Argument block: u32 argc, u32 envc, then argc + envc strings, each u16 length_bytes and its bytes.
export const ARGUMENT_COUNT: u32 = 0;
export const ENVIRONMENT_COUNT: u32 = 4;
export const ARGUMENT_STRINGS: u32 = 8;

export const ELF_MAGIC: u32 = 0x464c457f; // "\x7fELF"
export const ELF_IDENT: u32 = 0x00010102; // bytes 4–7: ELFCLASS64, ELFDATA2LSB, EV_CURRENT, ELFOSABI_NONE
export const ELF_TYPE_MACHINE: u32 = 0x00b7_0002; // bytes 16–19: ET_EXEC, EM_AARCH64
export const ELF_ENTRY: u32 = 24; // u64
export const ELF_PHOFF: u32 = 32; // u64
export const ELF_PHENTSIZE: u32 = 54; // u16
export const ELF_PHNUM: u32 = 56; // u16
export const ELF_HEADER_SIZE: u32 = 64;
export const MAX_PROGRAM_HEADERS: u32 = 16;

export const PH_TYPE: u32 = 0; // u32
export const PH_FLAGS: u32 = 4; // u32
export const PH_OFFSET: u32 = 8; // u64
export const PH_VADDR: u32 = 16; // u64
export const PH_FILESZ: u32 = 32; // u64
export const PH_MEMSZ: u32 = 40; // u64
export const PH_SIZE: u32 = 56;
export const PT_LOAD: u32 = 1;
export const PT_NOTE: u32 = 4;
export const PF_X: u32 = 1;
export const PF_W: u32 = 2;
export const PF_R: u32 = 4;

export const NOTE_NAME: u32 = 0x00584e48; // "HNX\0"
export const NOTE_TYPE: u32 = 1;
export const NOTE_DESCRIPTOR: u32 = 16; // after three words of header and the name
export const NOTE_DESCRIPTOR_SIZE: u32 = 48;
export const NOTE_CHECKSUM: u32 = 40; // of the descriptor
export const PROGRAM_VERSION: u32 = 2;
export const PROGRAM_FLOATING_POINT: u32 = 1; // flag: the program has floating-point instructions

/** Protection of a mapping, as SYS_PROC_MAP and SYS_PROC_REGION take it. Write and execute exclude each other. */
export const PROT_READ: u32 = 1;
export const PROT_WRITE: u32 = 2;
export const PROT_EXECUTE: u32 = 4;
