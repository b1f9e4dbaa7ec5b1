// Self-test: two processes that keep their state in floating-point registers and one that has none give up their turns to
// each other about a million times; none may ever see another's registers. Status 0 or 1.

import { println } from "../../lib/console";
import { args, spawn, systemInfo, wait, yieldNow } from "../../lib/process";

const STEPS: u32 = 340_000;

/** Eight accumulators, each a multiple of the step by its own factor: exact in doubles. */
function compute(seed: f64): i32 {
  let a: f64 = 0;
  let b: f64 = 0;
  let c: f64 = 0;
  let d: f64 = 0;
  for (let i: u32 = 1; i <= STEPS; i++) {
    a += seed;
    b += seed * 2;
    c += seed * 3;
    d += seed * 5;
    yieldNow();
    const n = <f64>i;
    if (a != seed * n || b != seed * 2 * n || c != seed * 3 * n || d != seed * 5 * n) return 1;
  }
  return 0;
}

function switches(): u64 {
  const info = systemInfo();
  return info === null ? 0 : info.switches;
}

function runAll(): i32 {
  const before = switches();
  const children: StaticArray<i32> = [
    spawn("/bin/selftest-float", ["selftest-float", "1"]),
    spawn("/bin/selftest-float", ["selftest-float", "7"]),
    spawn("/bin/selftest-integer", ["selftest-integer"]),
  ];
  let failed = 0;
  for (let i = 0; i < children.length; i++) {
    if (children[i] < 0 || wait(children[i]) != 0) failed++;
  }
  println(`selftest-float: ${switches() - before} switches, ${failed} failed`);
  return failed ? 1 : 0;
}

export function main(): i32 {
  const argv = args();
  if (argv.length < 2) return runAll();
  return compute(argv[1] == "7" ? 7.0 : 1.0);
}
