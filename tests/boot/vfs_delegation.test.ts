// One file call's whole way: system call → delegation → IPC → VFS service → response → return value.

import { expect, test } from "vitest";
import { runGuest } from "./qemu.ts";

test("open, write, read and close travel to the VFS and back", async () => {
  const { out, status } = await runGuest({ cmd: "echo delegated > /tmp/x; cat /tmp/x; cat /tmp/none" });
  expect(out).toMatch(/\[INFO\] vfs: receiving on endpoint 1 \(pid \d+\)\n/);
  expect(out).toMatch(/\ndelegated\ncat: \/tmp\/none: No such file or directory\n$/);
  expect(status).toBe(1);
});

test("the boot archive's files are in the same tree, read-only", async () => {
  const { out } = await runGuest({ cmd: "cat /etc/motd; rm -f /etc/motd; cat /etc/motd" });
  expect(out.match(/Welcome to HNX/g)).toHaveLength(2);
  expect(out).toContain("Read-only file system");
});
