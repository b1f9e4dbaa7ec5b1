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
  ["float", /crash \(pid \d+\): floating point without the program's flag at 0x2[0-9a-f]+ in crash\/\S+$/],
  ["divide", /crash \(pid \d+\): division by zero at 0x2[0-9a-f]+ in crash\/\S+$/],
  ["unreachable", /crash \(pid \d+\): unreachable executed at 0x2[0-9a-f]+ in crash\/\S+$/],
  ["oob", /crash \(pid \d+\): read of unmapped memory at 0xfffffff0 in crash\/\S+$/],
];
const ALL = KINDS.map(([kind]) => `crash ${kind}`).join("; ");

function counts(out: string): string[] {
  return out
    .split("\n")
    .filter((line) => /^(frames_free|processes|endpoints|objects|handles) \d+$/.test(line));
}

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

  // The first round fills the loader's cache of program texts, which stays.
  test("frames and objects are what they were", async () => {
    const { out } = await runGuest({ cmd: `free; ${ALL}; free; ${ALL}; ${ALL}; free` });
    const all = counts(out);
    expect(all).toHaveLength(15);
    expect(all.slice(10)).toEqual(all.slice(5, 10));
  });

  test("statuses are those of the signals", async () => {
    expect((await runGuest({ cmd: "crash null" })).status).toBe(128 + 11);
    expect((await runGuest({ cmd: "crash wild-syscall" })).status).toBe(128 + 31);
    expect((await runGuest({ cmd: "crash divide" })).status).toBe(128 + 5);
  });
});
