// Libraries that are opened at run time, on the machine.

import { expect, test } from "vitest";
import { runGuest } from "./qemu.ts";

test("libgreet.so is opened, called, asked for what it has not, and closed", async () => {
  const { out, status } = await runGuest({ cmd: "greet you" });
  expect(out).toContain(
    "Hello, you!\n4294967296 + -1 = 4294967295\ngreeted 1 times\nlibgreet.so has no function shout\n" +
      "libgreet.so: add is (i64, i32) -> i64, not (i32) -> i32\n",
  );
  expect(status).toBe(0);
});

test("counts, memory, sharing, replacement and misuse are as docs/LIBRARIES.md says", async () => {
  const { out, status } = await runGuest({ cmd: "selftest-library", timeoutMs: 60_000 });
  expect(out).toMatch(/selftest-library: 0 wrong\n/);
  expect(status).toBe(0);
}, 90_000);
