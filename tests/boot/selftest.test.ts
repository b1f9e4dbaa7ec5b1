// The self-test programs of the test archive: each prints what is wrong and exits with 0 when nothing is.

import { expect, test } from "vitest";
import { initrdWithService } from "./manifest.ts";
import { runGuest, startGuest } from "./qemu.ts";

test("every system call with hostile arguments gives its errno", async () => {
  const { out, status } = await runGuest({ cmd: "selftest-calls" });
  expect(out).toMatch(/selftest-calls: \d{3} checked, 0 wrong, held call good\n/);
  expect(status).toBe(0);
});

test("a file of 1 MiB reads back as it was written", async () => {
  const { out, status } = await runGuest({ cmd: "selftest-file" });
  expect(out).toContain("selftest-file: equal\n");
  expect(status).toBe(0);
});

test(
  "floating-point registers stay their process's own over a million switches",
  { timeout: 120_000 },
  async () => {
    const { out, status } = await runGuest({ cmd: "selftest-float", timeoutMs: 100_000 });
    const match = /selftest-float: (\d+) switches, 0 failed\n/.exec(out);
    expect(Number(match?.[1]), out).toBeGreaterThan(1_000_000);
    expect(status).toBe(0);
  },
);

test("the construction calls refuse what they must, and leave nothing behind", async () => {
  const guest = startGuest({
    cmd: "cat", // waits for input that does not come
    initrd: initrdWithService("selftest-build", 16, ["spawn", "initrd"]),
    extraArgs: ["-icount", "shift=0"],
  });
  await guest.waitFor(/selftest-build: \d+ checked.*\n/);
  const { out } = await guest.stop();
  expect(out).toMatch(/\[INFO\] selftest-build: \d{2,3} checked, 0 wrong, nothing left\n/);
});

test("pipes between processes: bytes, waiting, the death of either end, and all descriptors", async () => {
  const { out, status } = await runGuest({ cmd: "selftest-pipe" });
  expect(out).toContain("selftest-pipe: 30 pipes at once, 0 wrong\n");
  expect(status).toBe(0);
});

test("the current directory: relative paths, children, renamed and removed under its user", async () => {
  const { out, status } = await runGuest({ cmd: "selftest-directory" });
  expect(out).toContain("selftest-directory: 0 wrong\n");
  expect(status).toBe(0);
});
