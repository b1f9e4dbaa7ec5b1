// The host under the machine, by semihosting (Arm "Semihosting for AArch32 and AArch64", 2.0): QEMU takes the exit status
// and files. Without `-semihosting` the instruction is undefined, so nothing is asked of a host that did not announce
// itself by the boot argument `semihosting`.
//
// A parameter block is an array of u64; pointers in it are virtual addresses.

import { KERNEL_BASE } from "../memory/layout";
import { semihosting } from "./hw";

const SYS_OPEN: u32 = 0x01;
const SYS_CLOSE: u32 = 0x02;
const SYS_WRITE: u32 = 0x05;
const SYS_EXIT: u32 = 0x18;
const MODE_WRITE_BINARY: u64 = 5;
const APPLICATION_EXIT: u64 = 0x20026; // ADP_Stopped_ApplicationExit
const FAILED: u32 = 0xffffffff;

const block: usize = memory.data(24, 8);
let listening: bool = false;

/** The boot argument `semihosting` was given. */
export function hostIsListening(): void {
  listening = true;
}

function operate(operation: u32, first: u64, second: u64, third: u64): u32 {
  store<u64>(block, first);
  store<u64>(block, second, 8);
  store<u64>(block, third, 16);
  return semihosting(operation, block);
}

/** Ends the machine with `status`; returns when no host listens. */
export function hostExit(status: u32): void {
  if (listening) operate(SYS_EXIT, APPLICATION_EXIT, status, 0);
}

/** Creates or empties a file of the host. name: `length` bytes at a kernel address, and a NUL. → its handle, or 0 */
export function hostCreate(name: usize, length: u32): u32 {
  if (!listening) return 0;
  const handle = operate(SYS_OPEN, KERNEL_BASE + name, MODE_WRITE_BINARY, length);
  return handle == FAILED ? 0 : handle;
}

/** Appends `size` bytes at a kernel address. → whether all were taken */
export function hostWrite(handle: u32, source: usize, size: u32): bool {
  return size == 0 || operate(SYS_WRITE, handle, KERNEL_BASE + source, size) == 0;
}

export function hostClose(handle: u32): void {
  operate(SYS_CLOSE, handle, 0, 0);
}
