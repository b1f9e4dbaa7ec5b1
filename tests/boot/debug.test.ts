// `make debug`: gdb stops in a TypeScript function of the kernel and shows its line.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("gdb stops in kernelMain and lists its source", { timeout: 90_000 }, () => {
  const { stdout } = spawnSync("./hnx", ["debug"], {
    encoding: "utf8",
    env: { ...process.env, GDB_BATCH: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stop = /kernelMain .* at \.?\/?kernel\/main\.ts:(\d+)/.exec(stdout);
  expect(stop, stdout).not.toBeNull();
  const line = readFileSync("kernel/main.ts", "utf8").split("\n")[Number(stop?.[1]) - 1];
  expect(stdout).toContain(line.trim());
});
