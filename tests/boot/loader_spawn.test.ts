// Programs started from files that the build did not make, with attributes, many at once.

import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { makeImage, temporaryFolder } from "../unit/ext/image.ts";
import { runGuest } from "./qemu.ts";

const MIB = 1 << 20;
const EXECUTABLE = 0o755;

test("a program copied after the build runs, 64 at once, with attributes, and is replaced", async () => {
  const { out, status } = await runGuest({ cmd: "selftest-spawn", timeoutMs: 100_000 });
  expect(out).toMatch(/selftest-spawn: 0 wrong\n/);
  expect(status).toBe(0);
}, 120_000);

test("a program that mke2fs put on an ext4 image runs from there, 64 at once, and all frames are back", async () => {
  const tree = temporaryFolder();
  mkdirSync("build/test", { recursive: true });
  copyFileSync("build/user/selftest-spawn", path.join(tree, "copied"));
  chmodSync(path.join(tree, "copied"), EXECUTABLE);
  makeImage("build/test/programs.img", { type: "ext4", blockSize: 4096, size: 16 * MIB, tree });
  const { out, status } = await runGuest({
    cmd: "mount -r /dev/vda /mnt && /mnt/copied many /mnt/copied",
    disks: ["build/test/programs.img"],
    timeoutMs: 100_000,
  });
  expect(out).toMatch(/^selftest-spawn: 0 wrong$/m);
  expect(status).toBe(0);
}, 120_000);
