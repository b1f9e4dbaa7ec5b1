// The VFS is killed in the middle of a request: its callers get errors, nothing hangs, the machine stays up.

import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findModules } from "../../toolchain/common/config.ts";
import { compileManifest } from "../../toolchain/manifest.ts";
import { buildCpio } from "../../toolchain/pipeline/cpio.ts";
import { COMPILED_MANIFEST_PATH, testEntries } from "../../toolchain/pipeline/initrd.ts";
import { runGuest } from "./qemu.ts";

const INITRD = "build/test/initrd-vfs-death.img";
const KILLER = {
  name: "vfs-killer",
  program: "/sbin/vfs-killer",
  endpoint: 0,
  priority: 19,
  privileges: ["kill"],
  devices: [],
  deny: [],
  memory_max_pages: 16,
  restart: "never",
};

/** The test archive with one more service in its manifest. */
function buildInitrd(): void {
  const manifest = JSON.parse(readFileSync("system.json", "utf8")) as { services: unknown[] };
  manifest.services.push(KILLER);
  const programs = new Set(
    ["console", "vfs", "network", "block", "loader", "vfs-killer"].map((name) => `/sbin/${name}`),
  );
  const table = compileManifest("system.json", JSON.stringify(manifest), programs);
  const entries = testEntries(findModules()).map((entry) =>
    entry.name === COMPILED_MANIFEST_PATH ? { ...entry, data: table } : entry,
  );
  writeFileSync(INITRD, buildCpio(entries));
}

test("a pending open is reset, later ones are refused, and the machine goes on", async () => {
  buildInitrd();
  // Counting instructions makes the moment of the kill the same in every run.
  const { out, status } = await runGuest({
    cmd: "selftest-vfs-death; echo still here; free",
    initrd: INITRD,
    extraArgs: ["-icount", "shift=0"],
  });
  expect(out).toContain("selftest-vfs-death: pending open -104\n");
  expect(out).toContain("selftest-vfs-death: 0 wrong\n");
  expect(out).toMatch(/\[ERROR\] vfs \(pid 3\): killed by pid \d+ at 0x2[0-9a-f]+ in /);
  expect(out).toContain("still here\n");
  expect(out).toMatch(/frames_free \d+\n/);
  expect(status).toBe(0);
});
