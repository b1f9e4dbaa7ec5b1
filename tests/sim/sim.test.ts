// The whole kernel under Node: random histories against the reference model.

import { readFileSync } from "node:fs";
import { test } from "vitest";
import { History } from "./history.ts";

test("dev", () => {
  const module = new WebAssembly.Module(readFileSync("build/wasm/kernel.wasm"));
  const first = Number(process.env.SEED ?? 1);
  const n = Number(process.env.N ?? 1);
  const steps = Number(process.env.STEPS ?? 2000);
  const t0 = performance.now();
  for (let seed = first; seed < first + n; seed++) new History(module, seed).run(steps);
  process.stdout.write(`${(performance.now() - t0).toFixed()} ms\n`);
});
