// Programs that crash: one report line each, and everything they had comes back.

import { describe, expect, test } from "vitest";
import { runGuest } from "./qemu.ts";

const KINDS: [string, RegExp][] = [
  ["null", /crash \(pid \d+\): read of unmapped memory at 0x0 in crash\/memory\/crashNull$/],
  [
    "kernel-write",
    /crash \(pid \d+\): write to protected memory at 0xffffffc000200000 in crash\/memory\/crashKernelWrite$/,
  ],
  ["exec-data", /crash \(pid \d+\): execution of memory that is not code at 0x[0-9a-f]+ in crash\/\S+$/],
  ["stack", /crash \(pid \d+\): stack overflow at 0x2[0-9a-f]+ in crash\/memory\/recurse$/],
  [
    "wild-syscall",
    /crash \(pid \d+\): wild system call at 0x2[0-9a-f]+ in crash\/execution\/crashWildSyscall$/,
  ],
  ["spin-kill", /crash \(pid \d+\): killed by pid \d+ at 0x2[0-9a-f]+ in crash\/spin\/crashSpin$/],
  ["far", /crash \(pid \d+\): read of unmapped memory at 0x800000000 in crash\/\S+$/],
  ["wrap", /crash \(pid \d+\): read of unmapped memory at 0x100000004000 in crash\/\S+$/],
  ["float", /crash \(pid \d+\): floating point without the program's flag at 0x2[0-9a-f]+ in crash\/\S+$/],
  ["divide", /crash \(pid \d+\): division by zero at 0x2[0-9a-f]+ in crash\/\S+$/],
  ["unreachable", /crash \(pid \d+\): unreachable executed at 0x2[0-9a-f]+ in crash\/\S+$/],
  ["oob", /crash \(pid \d+\): read of unmapped memory at 0xfffffff0 in crash\/\S+$/],
];
const ALL = KINDS.map(([kind]) => `crash ${kind}`).join("; ");

describe("crash", () => {
  test("each kind is one report line with program, cause, address and function; the machine goes on", async () => {
    const { out, status } = await runGuest({ cmd: `${ALL}; cat /etc/motd` });
    const reports = out.split("\n").filter((line) => line.startsWith("[ERROR]"));
    expect(reports).toHaveLength(KINDS.length);
    KINDS.forEach(([kind, report], index) => {
      expect(reports[index], kind).toMatch(report);
    });
    expect(out).toContain("Welcome to HNX");
    expect(status).toBe(0);
  });

  test("frames, objects and handles are what they were", async () => {
    const { out, status } = await runGuest({
      cmd: `selftest-counts ${KINDS.map(([kind]) => kind).join(" ")} exit`,
    });
    expect(out).toContain(`selftest-counts: ${KINDS.length + 1} kinds, 0 leave something behind\n`);
    expect(status).toBe(0);
  });

  test("statuses are those of the signals", async () => {
    expect((await runGuest({ cmd: "crash null" })).status).toBe(128 + 11);
    expect((await runGuest({ cmd: "crash wild-syscall" })).status).toBe(128 + 31);
    expect((await runGuest({ cmd: "crash divide" })).status).toBe(128 + 5);
  });
});
