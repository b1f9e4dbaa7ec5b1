// The kernel's wasm address space, and where its own tables lie in it (core/ipc/tables.ts has the first ones).
//
//   0x0000_0000  unmapped page
//   0x0020_0000  WINDOW: the image, wherever it was loaded; then the tables, up to 0x0038_0000 (linker/kernel.ld)
//   elsewhere    physical addresses: RAM and devices that the device tree names

import { MAX_INTERRUPTS, MAX_OBJECTS, MAX_OPEN_HANDLES, MAX_PROCESSES } from "../../abi/limits";
import { IPC_TABLES_END } from "../../core/ipc/tables";

export const KERNEL_BASE: u64 = 0xffffffc000000000;
export const KERNEL_WINDOW: usize = 0x200000;
export const TABLES_END: usize = 0x380000;

export const PROCESS_SIZE: usize = 2048;
export const OBJECT_SIZE: usize = 32;
export const OPEN_HANDLE_SIZE: usize = 16;
export const CORE_SIZE: usize = 512;
export const LOG_SIZE: u32 = 16384; // bytes of log that a reader may be behind

export const PROCESS_TABLE: usize = (IPC_TABLES_END + 127) & ~127; // translation tables inside: 128-byte aligned
export const OBJECT_TABLE: usize = PROCESS_TABLE + <usize>MAX_PROCESSES * PROCESS_SIZE;
export const OBJECT_ACCESS_TABLE: usize = OBJECT_TABLE + <usize>MAX_OBJECTS * OBJECT_SIZE;
export const OPEN_HANDLE_TABLE: usize = OBJECT_ACCESS_TABLE + <usize>(MAX_OBJECTS * MAX_PROCESSES);
export const INTERRUPT_TABLE: usize = OPEN_HANDLE_TABLE + <usize>MAX_OPEN_HANDLES * OPEN_HANDLE_SIZE;
export const CORE_TABLE: usize = INTERRUPT_TABLE + <usize>MAX_INTERRUPTS * 8;
export const LOG_BUFFER: usize = CORE_TABLE + CORE_SIZE;
export const KERNEL_TABLES_END: usize = LOG_BUFFER + LOG_SIZE;
