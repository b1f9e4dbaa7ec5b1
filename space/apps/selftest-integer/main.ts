// Self-test: the partner of selftest-float that has no floating point. Keeps a state in integers, giving up its turn at
// every step, and compares it with what it must be. Status 0, or 1 when a register was not its own.

import { yieldNow } from "../../lib/process";

const STEPS: u32 = 340_000;

export function main(): i32 {
  let a: u64 = 1;
  let b: u64 = 0x9e3779b97f4a7c15;
  for (let i: u64 = 1; i <= STEPS; i++) {
    yieldNow();
    a += 3;
    b ^= i;
    if (a != 1 + 3 * i) return 1;
    b ^= i;
  }
  return b == 0x9e3779b97f4a7c15 ? 0 : 1;
}
