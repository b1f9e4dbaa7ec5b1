// Sockets on the real machine.

import { expect, test } from "vitest";
import { runGuest } from "./qemu.ts";

test("a program's sockets over the loopback interface", async () => {
  const { out, status } = await runGuest({ cmd: "selftest-net" });
  expect(out).toContain("selftest-net: 0 wrong\n");
  expect(status).toBe(0);
});
