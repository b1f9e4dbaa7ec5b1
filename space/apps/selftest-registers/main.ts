// Self-test: what the way into the kernel and back does to the registers (boot/vectors.S), with random contents. Callee-saved
// registers are what they were, those that carry no result are zero, an interrupted computation notices nothing.
//
//   selftest-registers [SEED]                every part; prints the seed
//   selftest-registers ROLE ENDPOINT SEED    the second process of a part (peers.ts)

import { STAT_BYTES } from "../../../abi/file";
import { ACROSS_LOAD } from "../../../abi/registers";
import { SYS_GETPID, SYS_STAT } from "../../../abi/syscall";
import { println } from "../../lib/console";
import { args, clock_ns, getpid, reservePages } from "../../lib/process";
import { checkCalls, checkPreemption, playCaller, playSpinner } from "./peers";
import {
  across,
  before,
  callKernel,
  checked,
  expectKept,
  expectResult,
  randomise,
  randomiseCall,
  seed,
  wrong,
} from "./registers";

const ROUNDS: u32 = 200;
const PAGE: u32 = 4096;
const record: usize = memory.data(STAT_BYTES, 8);
const path: usize = memory.data<u8>([47]);

/** A call that comes back at once. */
function checkReturn(): void {
  const pid = <u64>getpid();
  for (let i: u32 = 0; i < ROUNDS; i++) {
    randomiseCall();
    callKernel(SYS_GETPID);
    expectResult("getpid", pid);
  }
}

/** One that another process answers. */
function checkDelegated(): void {
  for (let i: u32 = 0; i < ROUNDS; i++) {
    randomiseCall();
    before(0, path);
    before(1, 1);
    before(2, record);
    callKernel(SYS_STAT);
    expectResult("stat", 0);
  }
}

/** The first access to a page: the kernel finds a frame for it, and the program goes on. */
function checkFault(): void {
  const pages = reservePages(ROUNDS);
  for (let i: u32 = 0; i < ROUNDS; i++) {
    randomise(ACROSS_LOAD);
    before(16, pages + i * PAGE);
    across();
    expectKept("a page fault", 0, 30);
  }
}

let wrongBefore: u32 = 0;
function report(part: string): void {
  println(`selftest-registers: ${part}: ${wrong - wrongBefore} wrong`);
  wrongBefore = wrong;
}

function runAll(): void {
  checkReturn();
  report("return");
  checkDelegated();
  report("delegated call");
  checkFault();
  report("page fault");
  checkCalls();
  report("messages");
  checkPreemption();
  report("preemption");
  println(`selftest-registers: ${checked} checked, ${wrong} wrong`);
}

export function main(): i32 {
  const words = args();
  const isChild = words.length == 4;
  const value = words.length > 1 ? U64.parseInt(words[words.length - 1]) : <u64>clock_ns();
  seed(value);
  if (!isChild) {
    println(`selftest-registers: seed ${value}`);
    runAll();
  } else if (words[1] == "call") playCaller(<u32>U32.parseInt(words[2]));
  else playSpinner();
  return wrong ? 1 : 0;
}
