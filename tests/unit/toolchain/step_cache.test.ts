// The store of finished steps (toolchain/common/step_cache.ts): what is fetched is what was stored, and nothing else is.

import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ROOT, STAMP_DIR, WASM_DIR } from "../../../toolchain/common/paths.ts";
import { fetchStep, type Stamp, storeStep } from "../../../toolchain/common/step_cache.ts";

const STEP = "a/b.link";
let folder: string;
let output: string;
let stamp: Stamp;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "hnx-cache-"));
  process.env.HNX_CACHE = path.join(folder, "cache");
  output = path.join(folder, "out", "made");
  stamp = { key: "options", inputs: { "main.ts": "hash" }, outputs: [output] };
  mkdirSync(path.dirname(output));
  writeFileSync(output, "what was made");
});

afterEach(() => {
  delete process.env.HNX_CACHE;
  rmSync(folder, { recursive: true });
});

function entry(): string {
  const step = path.join(folder, "cache", "a-b.link");
  const names = readdirSync(step);
  expect(names).toHaveLength(1);
  return path.join(step, names[0]);
}

test("a stored step's outputs come back, with their folder, and its stamp with them", () => {
  storeStep(STEP, stamp);
  rmSync(path.dirname(output), { recursive: true });
  expect(fetchStep(STEP, (found) => found.key === "options")).toEqual(stamp);
  expect(readFileSync(output, "utf8")).toBe("what was made");
});

test("a stamp that does not match brings nothing, and touches no output", () => {
  storeStep(STEP, stamp);
  writeFileSync(output, "something newer");
  expect(fetchStep(STEP, (found) => found.key === "other options")).toBeUndefined();
  expect(fetchStep("another.link", () => true)).toBeUndefined();
  expect(readFileSync(output, "utf8")).toBe("something newer");
});

test("a damaged entry is passed over", () => {
  storeStep(STEP, stamp);
  rmSync(path.join(entry(), "0"));
  expect(fetchStep(STEP, () => true)).toBeUndefined();
  writeFileSync(path.join(entry(), "stamp.json"), "{");
  expect(fetchStep(STEP, () => true)).toBeUndefined();
});

test("the same run is stored once; a run whose output is missing is not stored, and leaves no draft", () => {
  storeStep(STEP, stamp);
  storeStep(STEP, stamp);
  entry();
  storeStep("x", { ...stamp, outputs: [path.join(folder, "nowhere")] });
  expect(readdirSync(path.join(folder, "cache", "x"))).toEqual([]);
});

test("without HNX_CACHE nothing is stored and nothing found", () => {
  storeStep(STEP, stamp);
  delete process.env.HNX_CACHE;
  expect(fetchStep(STEP, () => true)).toBeUndefined();
});

test("the stamp of a module names the files of build/wasm that tests read: without them the module is built again", () => {
  const recorded = JSON.parse(
    readFileSync(path.join(ROOT, STAMP_DIR, "kernel.compile.json"), "utf8"),
  ) as Stamp;
  expect(recorded.outputs).toContain(`${WASM_DIR}/kernel.wasm`);
});
