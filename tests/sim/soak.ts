// Runs histories one after another, for a number of steps or of minutes. Called by the tests, by `hnx soak` and by the tests of
// the tests.

import { readFileSync } from "node:fs";
import path from "node:path";
import { ROOT, WASM_DIR } from "../../toolchain/common/paths.ts";
import { History } from "./history.ts";

/** Long enough for tables to fill, short enough that a failure is soon found again. */
export const HISTORY_STEPS = 2000;
const KERNEL = path.join(ROOT, WASM_DIR, "kernel.wasm");

/** The kernel as it was built. */
export function loadKernel(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(KERNEL));
}

/** Runs the history of one seed. Throws a HistoryFailure. */
export function replay(module: WebAssembly.Module, seed: number, steps = HISTORY_STEPS): void {
  new History(module, seed).run(steps);
}

/** Runs the histories of `count` seeds from `first` on. → steps taken. */
export function runHistories(module: WebAssembly.Module, first: number, count: number): number {
  for (let seed = first; seed < first + count; seed++) replay(module, seed);
  return count * HISTORY_STEPS;
}
