// The kernel's log: lines "[INFO] subject: text". A ring that the console service drains once it owns the UART; before
// that, and in a panic, bytes go to the UART too. A reader that falls LOG_SIZE bytes behind loses the oldest.

import { NOTIFY_LOG } from "../../abi/endpoints";
import { threadOfPid } from "../../core/ipc/thread";
import { notify } from "../../core/ipc/receive";
import { seizeUart, uartWrite } from "../hal/uart";
import { LOG_BUFFER, LOG_SIZE } from "../memory/layout";

export const LOG_INFO: u32 = 0;
export const LOG_WARN: u32 = 1;
export const LOG_ERROR: u32 = 2;

let written: u32 = 0; // bytes ever written; positions wrap with the ring
let read: u32 = 0;
let reader: u32 = 0; // process id of the console service, 0: none

function putByte(byte: u32): void {
  store<u8>(LOG_BUFFER + (written & (LOG_SIZE - 1)), <u8>byte);
  written++;
  if (written - read > LOG_SIZE) read = written - LOG_SIZE;
  if (reader) return;
  uartWrite(byte);
  read = written;
}

/** Starts a line with its level's mark. */
export function beginLine(level: u32): void {
  put(level == LOG_INFO ? "[INFO] " : level == LOG_WARN ? "[WARN] " : "[ERROR] ");
}

/** ASCII text of a literal, read in place. */
export function put(text: string): void {
  const at = changetype<usize>(text);
  for (let i = 0; i < text.length; i++) putByte(load<u16>(at + ((<usize>i) << 1)));
}

/** Bytes at a kernel address; control characters are shown as "?". */
export function putBytes(at: usize, size: u32): void {
  for (let i: u32 = 0; i < size; i++) {
    const byte = load<u8>(at + i);
    putByte(byte < 32 ? 63 : byte);
  }
}

export function putNumber(value: u64): void {
  if (value >= 10) putNumber(value / 10);
  putByte(48 + <u32>(value % 10));
}

/** "0x" and hexadecimal digits without leading zeros. */
export function putHex(value: u64): void {
  put("0x");
  let shift: i32 = value ? (63 - <i32>clz(value)) & ~3 : 0;
  for (; shift >= 0; shift -= 4) {
    const digit = (<u32>(value >> shift)) & 15;
    putByte(digit < 10 ? 48 + digit : 87 + digit);
  }
}

export function endLine(): void {
  putByte(10);
  const console = threadOfPid(reader);
  if (console) notify(console, NOTIFY_LOG);
}

/** A whole line. */
export function logLine(level: u32, text: string): void {
  beginLine(level);
  put(text);
  endLine();
}

/** Process `pid` reads the log and owns the UART from now on; 0: the kernel takes it back and writes what is unread. */
export function setLogReader(pid: u32): void {
  reader = pid;
  if (pid) return;
  seizeUart();
  for (; read != written; read++) uartWrite(load<u8>(LOG_BUFFER + (read & (LOG_SIZE - 1))));
}

/** Bytes ever written; the last LOG_SIZE of them are in the ring. */
export function logBytes(): u32 {
  return written;
}

export function logReader(): u32 {
  return reader;
}

/** Copies up to `size` unread bytes to kernel address `target`. → how many. */
export function readLog(target: usize, size: u32): u32 {
  const n = min(size, written - read);
  for (let i: u32 = 0; i < n; i++, read++)
    store<u8>(target + i, load<u8>(LOG_BUFFER + (read & (LOG_SIZE - 1))));
  return n;
}
