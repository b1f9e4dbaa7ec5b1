// bench-check: what makes it fail, as a function and as the command with its status and lines.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ANCHORS } from "../../../toolchain/bench/anchors.ts";
import { baselineOf, findRegressions } from "../../../toolchain/bench/baseline.ts";
import type { Results } from "../../../toolchain/bench/report.ts";

const BASELINE = JSON.parse(readFileSync("tests/bench/baseline.json", "utf8")) as Results;
const folder = mkdtempSync(path.join(tmpdir(), "hnx-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The baseline with one row `factor` times as large. */
function scaled(name: string, factor: number): Results {
  return { ...BASELINE, [name]: Math.ceil(BASELINE[name] * factor) };
}

function check(text: string): { status: number | null; stdout: string; stderr: string } {
  const file = path.join(folder, "results.json");
  writeFileSync(file, text);
  return spawnSync("./hnx", ["bench-check", file], { encoding: "utf8" });
}

describe("the command", () => {
  it("fails when a row is 6 % worse, with one line that names old and new", () => {
    const results = scaled("pread_64k", 1.06);
    const { status, stdout } = check(JSON.stringify(results));
    expect(stdout).toBe(
      `WORSE pread_64k: ${BASELINE.pread_64k} → ${results.pread_64k} (+6.0 %)\n0 passed, 1 failed\n`,
    );
    expect(status).toBe(1);
  });

  it("passes when a row is 4 % worse", () => {
    const { status, stdout } = check(JSON.stringify(scaled("pread_64k", 1.04)));
    expect(stdout).toBe("1 passed, 0 failed\n");
    expect(status).toBe(0);
  });

  it.each([
    ["no JSON", "{", /results\.json: /],
    ["no results", "{}", /not measured now/],
  ])("fails for %s", (_, text, message) => {
    const { status, stdout, stderr } = check(text);
    expect(stdout + stderr).toMatch(message);
    expect(status).toBe(1);
  });
});

describe("comparison", () => {
  it("finds rows that got worse, are gone, or are not recorded; what does not repeat is not compared", () => {
    const baseline = { null_syscall: 100, stat: 100, open_close: 100, boot_to_user: 100 };
    const now = { null_syscall: 106, stat: 105, pread_64: 5, boot_to_user: 1000 };
    expect(findRegressions(baseline, now)).toEqual([
      "null_syscall: 100 → 106 (+6.0 %)",
      "open_close: recorded 100, not measured now",
      "pread_64: 5, not recorded yet",
    ]);
  });

  it("finds 6 % in every row", () => {
    for (const name of Object.keys(BASELINE)) {
      expect(findRegressions(BASELINE, scaled(name, 1.06)), name).toHaveLength(1);
    }
  });

  it("has every row that repeats in the baseline, and no other", () => {
    const repeating = ANCHORS.filter(({ pureCpu }) => pureCpu).map(({ name }) => name);
    expect(Object.keys(BASELINE)).toEqual(repeating);
    expect(baselineOf({ ...BASELINE, boot_to_user: 1, null_syscall_user: 1 })).toEqual(BASELINE);
  });
});
