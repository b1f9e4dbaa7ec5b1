// space/lib/node on the machine: with children and sockets.

import { expect, test } from "vitest";
import { runGuest } from "./qemu.ts";

test("the library of Node's shapes", async () => {
  const { out, status } = await runGuest({ cmd: "selftest-node machine" });
  expect(out).toMatch(/selftest-node: \d\d checked, 0 wrong\n/);
  expect(out).toContain("from a child\n");
  expect(status).toBe(0);
});
