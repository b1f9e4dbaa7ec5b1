// How the benchmarks measure: ticks of the counter around many rounds, printed as "bench NAME VALUE", VALUE being instructions
// per operation when QEMU runs with -icount shift=0 (one virtual nanosecond an instruction, 16 of them a tick). Both
// programs of the benchmark use it.

import { println } from "../../lib/console";
import { systemInfo } from "../../lib/process";
import { counter } from "../../lib/sys";

const NS_PER_SECOND: u64 = 1_000_000_000;

let hz: u64 = 0;
let started: u64 = 0;

/** Learns the counter's frequency. → ticks from the machine's entry to the first user instruction; 0: not to be had */
export function prepare(): u64 {
  const info = systemInfo();
  if (info === null) return 0;
  hz = info.counterHz;
  return info.bootToUser;
}

export function nanoseconds(ticks: u64): u64 {
  return (ticks * NS_PER_SECOND) / hz;
}

export function begin(): void {
  started = counter();
}
/** Bytes that were copied between address spaces since boot. */
export function bytesCopied(): u64 {
  const info = systemInfo();
  return info === null ? 0 : info.bytesCopied;
}

/** Prints how often each of `bytes` bytes was copied, to a hundredth. */
export function copies(name: string, copied: u64, bytes: u64): void {
  const hundredths = (copied * 100 + bytes / 2) / bytes;
  println(`bench ${name} ${hundredths / 100}.${(hundredths % 100).toString().padStart(2, "0")}`);
}

export function end(name: string, operations: u32): void {
  const ticks = counter() - started;
  println(`bench ${name} ${nanoseconds(ticks) / operations}`);
}
