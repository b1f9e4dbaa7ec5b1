// Messages, endpoints, memory objects and rings between real processes: self-test programs that print what is wrong.

import { expect, test } from "vitest";
import { runGuest } from "./qemu.ts";

test("100,000 items pass through a ring in shared memory, and the revocation leaves nothing behind", async () => {
  const { out, status } = await runGuest({ cmd: "selftest-ring" });
  expect(out).toMatch(/selftest-ring: 100000 items twice, producer slept \d+ times, 0 wrong\n/);
  expect(status).toBe(0);
});
