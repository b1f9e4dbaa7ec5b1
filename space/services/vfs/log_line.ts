// One line for the kernel's log, put together in a fixed buffer. What does not fit is left out.

import { SYS_LOG_WRITE } from "../../../abi/syscall";
import { syscall } from "../../lib/sys";

export const LOG_INFO: u32 = 0;
export const LOG_WARN: u32 = 1;
export const LOG_ERROR: u32 = 2;

const LINE_SIZE: u32 = 160;
const line: usize = memory.data(160, 8);
let used: u32 = 0;

/** Appends ASCII text. */
export function addText(text: string): void {
  for (let i = 0; i < text.length && used < LINE_SIZE; i++) {
    store<u8>(line + used, <u8>text.charCodeAt(i));
    used += 1;
  }
}

/** Appends a decimal number. */
export function addNumber(value: u32): void {
  let unit: u32 = 1;
  while (value / unit >= 10) unit *= 10;
  for (; unit && used < LINE_SIZE; unit /= 10) {
    store<u8>(line + used, <u8>(0x30 + ((value / unit) % 10)));
    used += 1;
  }
}

/** Writes the line at `level` and begins an empty one. */
export function endLine(level: u32): void {
  syscall(SYS_LOG_WRITE, level, line, used, 0, 0, 0);
  used = 0;
}
