// Self-test: 100,000 items through a ring between two processes, then everything revoked and given back; prints what is
// wrong and a line with the result. Status 0 when nothing is. Started with arguments it is the other process:
//
//   selftest-ring                        both parts
//   selftest-ring consume ENDPOINT       takes the items
//   selftest-ring write OBJECT           writes where it may only read, and dies

import { println } from "../../lib/console";
import { args, systemInfo } from "../../lib/process";
import { expect, wrong } from "../selftest-ipc/expect";
import { consume } from "./consumer";
import { runRound, sleeps } from "./producer";
import { checkReadOnly, tryToWrite } from "./read_only";

const ITEMS: u32 = 100_000;
const HEAP_BYTES: usize = 65536; // more than all rounds allocate

class Counts {
  framesFree: u32 = 0;
  objects: u32 = 0;
  endpoints: u32 = 0;
  processes: u32 = 0;

  take(): void {
    const info = systemInfo();
    if (info === null) return;
    this.framesFree = info.framesFree;
    this.objects = info.objects;
    this.endpoints = info.endpoints;
    this.processes = info.processes;
  }
}

/** Touches the heap's pages, so that they are not counted as left over later. */
function touchHeap(): void {
  const block = heap.alloc(HEAP_BYTES);
  memory.fill(block, 1, HEAP_BYTES);
  heap.free(block);
}

function runBoth(): void {
  runRound(ITEMS);
  checkReadOnly();
}

function runAll(): void {
  const before = new Counts();
  const after = new Counts();
  touchHeap();
  runBoth(); // the loader and the services touch their pages for the first time
  before.take();
  runBoth();
  after.take();
  expect("frames left behind", <i64>before.framesFree - <i64>after.framesFree, 0);
  expect("objects left behind", <i64>after.objects - <i64>before.objects, 0);
  expect("endpoints left behind", <i64>after.endpoints - <i64>before.endpoints, 0);
  expect("processes left behind", <i64>after.processes - <i64>before.processes, 0);
  println(`selftest-ring: ${ITEMS} items twice, producer slept ${sleeps} times, ${wrong} wrong`);
}

export function main(): i32 {
  const words = args();
  if (words.length < 3) runAll();
  else if (words[1] == "consume") consume(<u32>U32.parseInt(words[2]), ITEMS);
  else tryToWrite(<u32>U32.parseInt(words[2]));
  return wrong ? 1 : 0;
}
