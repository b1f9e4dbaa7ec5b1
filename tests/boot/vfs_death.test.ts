// The VFS is killed in the middle of a request: its callers get errors, nothing hangs, the machine stays up.

import { expect, test } from "vitest";
import { initrdWithKiller } from "./manifest.ts";
import { runGuest } from "./qemu.ts";

test("a pending open is reset, later ones are refused, and the machine goes on", async () => {
  // Counting instructions makes the moment of the kill the same in every run.
  const { out, status } = await runGuest({
    cmd: "selftest-vfs-death; echo still here; free",
    initrd: initrdWithKiller("never"),
    extraArgs: ["-icount", "shift=0"],
  });
  expect(out).toContain("selftest-vfs-death: pending open -104\n");
  expect(out).toContain("selftest-vfs-death: 0 wrong\n");
  expect(out).toMatch(/\[ERROR\] vfs \(pid 3\): killed by pid \d+ at 0x2[0-9a-f]+ in /);
  expect(out).toContain("still here\n");
  expect(out).toMatch(/frames_free \d+\n/);
  expect(status).toBe(0);
});
