// Numbers on their way into registers: info words, error results, and the constants that Node cannot import from abi/.

import { layout, wide } from "../layout.ts";

const U64 = 64;
const INFO_PRIORITY_SHIFT = 16n;
const INFO_LENGTH_SHIFT = 32n;
const INFO_FLAGS_SHIFT = 48n;

export const FLAG = {
  NOTIFICATION: layout("FLAG_NOTIFICATION"),
  ASYNC: layout("FLAG_ASYNC"),
  WINDOWS: layout("FLAG_WINDOWS"),
  KERNEL: layout("FLAG_KERNEL"),
  OTHER_ENDPOINT: layout("FLAG_OTHER_ENDPOINT"),
  TIMEOUT: layout("FLAG_TIMEOUT"),
  GRANT: layout("FLAG_GRANT"),
};
export const NOTIFY = {
  DRAIN: wide("NOTIFY_DRAIN"),
  LOG: wide("NOTIFY_LOG"),
  CHILD: wide("NOTIFY_CHILD"),
  SIGNAL: wide("NOTIFY_SIGNAL"),
  READY: wide("NOTIFY_READY"),
};
export const SIGNAL = {
  ILL: layout("SIGILL"),
  TRAP: layout("SIGTRAP"),
  KILL: layout("SIGKILL"),
  SEGV: layout("SIGSEGV"),
  SYS: layout("SIGSYS"),
};
/** SIGINT, SIGQUIT, SIGKILL, SIGTERM. */
export const SENDABLE_SIGNALS = (1 << 2) | (1 << 3) | (1 << 9) | (1 << 15);
/** Those but SIGKILL. */
export const CATCHABLE_SIGNALS = SENDABLE_SIGNALS & ~(1 << SIGNAL.KILL);
export const KILL_DESCENDANTS = 1;
export const WNOHANG = layout("WNOHANG");
export const WNOWAIT = layout("WNOWAIT");
export const U32_MAX = 0xffff_ffffn;
export const U64_MAX = 0xffff_ffff_ffff_ffffn;
export const I64_MAX = 0x7fff_ffff_ffff_ffffn;
export const FOREVER = -1n;

/** A system call's result that is an error. */
export const error = (errno: number): bigint => BigInt(-errno);
/** A result as a register holds it. */
export const register = (value: bigint | number): bigint => BigInt.asUintN(U64, BigInt(value));
export const signed = (value: bigint): bigint => BigInt.asIntN(U64, value);

export const flagsWord = (flags: number): bigint => BigInt(flags) << INFO_FLAGS_SHIFT;
export const priorityWord = (priority: number): bigint => BigInt(priority) << INFO_PRIORITY_SHIFT;

export function requestInfo(op: number, priority: number, length: number, flags = 0): bigint {
  return BigInt(op) | priorityWord(priority) | (BigInt(length) << INFO_LENGTH_SHIFT) | flagsWord(flags);
}
export function replyInfo(code: number, length: number, flags: number): bigint {
  return BigInt(code >>> 0) | (BigInt(length) << INFO_LENGTH_SHIFT) | flagsWord(flags);
}
export const infoOp = (info: bigint): number => Number(info & 0xffffn);
export const infoPriority = (info: bigint): number => Number((info >> INFO_PRIORITY_SHIFT) & 0xffn);
export const infoLength = (info: bigint): number => Number((info >> INFO_LENGTH_SHIFT) & 0xffffn);
export const infoFlags = (info: bigint): number => Number((info >> INFO_FLAGS_SHIFT) & 0xffn);
/** The code of a response. */
export const infoCode = (info: bigint): number => Number(BigInt.asIntN(32, info));

/** What of a sender's info word its receiver sees: op, priority, length and whether a grant travels along. */
export const REQUEST_MASK = 0x0000_ffff_ffff_ffffn | flagsWord(FLAG.GRANT);
/** What of a server's info word its caller sees. */
export const REPLY_MASK = replyInfo(-1, 0xffff, FLAG.OTHER_ENDPOINT | FLAG.GRANT);
