// Messages, endpoints, memory objects and rings between real processes: self-test programs that print what is wrong.

import { beforeAll, describe, expect, test } from "vitest";
import { type GuestResult, runGuest } from "./qemu.ts";

/** Counting instructions makes timeouts independent of the host's load. */
const COUNTING = ["-icount", "shift=0"];

describe("what the protocol says of", () => {
  let result: GuestResult;
  beforeAll(async () => {
    result = await runGuest({ cmd: "selftest-ipc", extraArgs: COUNTING });
  });

  test.each([
    "forged replies",
    "stale endpoints",
    "message sizes",
    "full queues",
    "polls and timeouts",
    "any endpoint",
    "notifications",
    "no right",
    "late and doubled replies",
    "dead peers",
    "cycles",
    "revocation",
    "grants",
  ])("%s is true between programs", (part) => {
    expect(result.out).toContain(`selftest-ipc: ${part}: 0 wrong\n`);
  });

  test("all of it was checked", () => {
    expect(result.out).toMatch(/selftest-ipc: \d{3} checked, 0 wrong\n/);
    expect(result.status).toBe(0);
  });
});

test("100,000 items pass through a ring in shared memory, and the revocation leaves nothing behind", async () => {
  const { out, status } = await runGuest({ cmd: "selftest-ring", extraArgs: COUNTING });
  expect(out).toMatch(/selftest-ring: 100000 items twice, producer slept \d+ times, 0 wrong\n/);
  expect(status).toBe(0);
});
