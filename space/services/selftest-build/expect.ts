// Compares a system call's answer with what it must be, and counts.

import { LOG_ERROR, logLine } from "../../lib/log";

export let checked: u32 = 0;
export let wrong: u32 = 0;

/** `result` must be -errno. */
export function expect(what: string, result: i64, errno: i32): void {
  checked++;
  if (result == -(<i64>errno)) return;
  wrong++;
  logLine
    .text(what)
    .text(": ")
    .number(<u32>-result)
    .text(", expected ")
    .number(errno)
    .write(LOG_ERROR);
}
