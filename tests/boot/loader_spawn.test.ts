// Programs started from files that the build did not make, with attributes, many at once.

import { expect, test } from "vitest";
import { runGuest } from "./qemu.ts";

test("a program copied after the build runs, 64 at once, with attributes, and is replaced", async () => {
  const { out, status } = await runGuest({ cmd: "selftest-spawn", timeoutMs: 100_000 });
  expect(out).toMatch(/selftest-spawn: 0 wrong\n/);
  expect(status).toBe(0);
}, 120_000);
