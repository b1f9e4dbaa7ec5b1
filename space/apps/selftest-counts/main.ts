// Self-test: what a program leaves behind. For each kind of crash named as an argument: runs `crash KIND` twice to warm up
// (the loader keeps a program's text, services touch their pages for the first time), then counts page frames, objects and
// handles before and after more runs. They must be equal. It allocates nothing itself between the counts. Status 0 or 1.

import { ARGUMENT_BLOCK_SIZE } from "../../../abi/program";
import { SYS_SPAWN_SERVICE } from "../../../abi/syscall";
import { println } from "../../lib/console";
import { args, buildArguments, systemInfo, wait } from "../../lib/process";
import { syscall } from "../../lib/sys";

const WARM_UP_RUNS: u32 = 2;
const COUNTED_RUNS: u32 = 10;
const COUNTS: i32 = 6;

const before = new StaticArray<u32>(COUNTS);
const after = new StaticArray<u32>(COUNTS);
const path: usize = memory.data<u8>([47, 98, 105, 110, 47, 99, 114, 97, 115, 104]); // /bin/crash
const PATH_SIZE: u32 = 10;
const block: usize = memory.data(ARGUMENT_BLOCK_SIZE, 8);
let blockSize: i32 = 0;

function take(counts: StaticArray<u32>): void {
  const info = systemInfo();
  if (info === null) return;
  counts[0] = info.framesFree;
  counts[1] = info.objects;
  counts[2] = info.openHandles;
  counts[3] = info.processes;
  counts[4] = info.endpoints;
  counts[5] = info.waitingCallers;
}

/** Runs the command in `block`; a status is expected, an error is not. The library's spawn would allocate each time. */
function run(times: u32): bool {
  for (let i: u32 = 0; i < times; i++) {
    const pid = <i32>syscall(SYS_SPAWN_SERVICE, path, PATH_SIZE, block, blockSize, 0, 0);
    if (pid < 0 || wait(pid) < 0) return false;
  }
  return true;
}

/** → whether `crash KIND` leaves everything as it was */
function check(kind: string): bool {
  blockSize = buildArguments(["crash", kind], block);
  if (!run(WARM_UP_RUNS)) return false;
  take(before);
  if (!run(COUNTED_RUNS)) return false;
  take(after);
  for (let i = 0; i < COUNTS; i++) {
    if (before[i] == after[i]) continue;
    println(`selftest-counts: ${kind}: count ${i} was ${before[i]} and is ${after[i]}`);
    return false;
  }
  return true;
}

export function main(): i32 {
  const kinds = args();
  let failed = 0;
  for (let i = 1; i < kinds.length; i++) if (!check(kinds[i])) failed++;
  println(`selftest-counts: ${kinds.length - 1} kinds, ${failed} leave something behind`);
  return failed ? 1 : 0;
}
