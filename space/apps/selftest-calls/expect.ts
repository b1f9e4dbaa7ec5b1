// Compares a system call's answer with what it must be, and counts.

import { println } from "../../lib/console";

export let checked: u32 = 0;
export let wrong: u32 = 0;

/** `result` must be -errno. */
export function expect(what: string, result: i64, errno: i32): void {
  checked++;
  if (result == -(<i64>errno)) return;
  wrong++;
  println(`selftest-calls: ${what}: ${result}, expected ${-errno}`);
}
