// The tools that tell of the machine: ps top uptime dmesg ipcstat date; sleep, chmod, pwd, clear.

import { expect, test } from "vitest";
import { makeFile } from "./files.ts";
import { Machine } from "./machine.ts";

function run(...argv: string[]): string {
  const { out, err } = new Machine().run(argv);
  return out + err;
}

test("ps lists processes", () => {
  expect(run("ps")).toBe(
    "  PID  PPID S PRI   CPU s   MEM KiB     CALLS  RECEIVED NAME\n" +
      "    1     0 W   8      1.50       40        12         0 init\n" +
      "    2     1 C  17      0.25      400        99      1000 vfs\n",
  );
});

test("top shows a round", () => {
  const out = run("top", "-n", "1");
  expect(out).toMatch(/^2 processes, busy \d+ %, memory free 240000 of 262144 KiB\n/);
  expect(out).toMatch(/ vfs\n/);
  expect(run("top", "-n", "x")).toBe("top: -n: x is not a number\ntry 'top --help'\n");
  expect(run("top", "-d", "0")).toBe("top: -d: 0 seconds are none\ntry 'top --help'\n");
});

test("ipcstat lists endpoints with their owners", () => {
  expect(run("ipcstat")).toBe(
    "   EP STATE        PID QUEUED  RECEIVED NAME\n" +
      "    1 up             2      3      1000 vfs\n" +
      "    4 restarting     0      1         7 -\n",
  );
});

test("dmesg prints whole lines", () => {
  expect(run("dmesg")).toBe("[INFO] b\n");
});

test("uptime", () => {
  expect(run("uptime")).toBe("up 00:00:00, 7 processes\n");
});

test.each([
  [0, "Thu Jan  1 00:00:00 UTC 1970\n", "1970-01-01T00:00:00Z\n"],
  [951_782_400, "Tue Feb 29 00:00:00 UTC 2000\n", "2000-02-29T00:00:00Z\n"],
  [1_709_251_199, "Thu Feb 29 23:59:59 UTC 2024\n", "2024-02-29T23:59:59Z\n"],
  [4_107_542_400, "Mon Mar  1 00:00:00 UTC 2100\n", "2100-03-01T00:00:00Z\n"],
])("date at %i", (seconds, long, iso) => {
  const machine = new Machine();
  machine.wallClock_s = seconds;
  expect(machine.run(["date"]).out).toBe(long);
  expect(machine.run(["date", "-i"]).out).toBe(iso);
  expect(machine.run(["date", "-s"]).out).toBe(`${seconds}\n`);
});

test("date agrees with JavaScript on any day", () => {
  const machine = new Machine();
  for (let day = 0; day < 50_000; day += 997) {
    machine.wallClock_s = day * 86_400 + (day % 86_400);
    const iso = new Date(machine.wallClock_s * 1000).toISOString().replace(".000", "");
    expect(machine.run(["date", "-i"]).out).toBe(`${iso}\n`);
  }
});

test("sleep", () => {
  expect(run("sleep", "1.5", "2m", "0.001")).toBe("");
  expect(run("sleep", "x")).toBe("sleep: x: not a time\ntry 'sleep --help'\n");
  expect(run("sleep", ".")).toBe("sleep: .: not a time\ntry 'sleep --help'\n");
  expect(run("sleep", "99999999999999999999")).toContain("not a time");
});

test("chmod", () => {
  const machine = new Machine();
  const file = machine.files.add("/tmp/f", makeFile("", 0o644));
  for (const [mode, expected] of [
    ["755", 0o755],
    ["u-x", 0o655],
    ["go=", 0o600],
    ["a+r,u+x", 0o744],
    ["+x", 0o755],
    ["-w", 0o555],
    ["-x", 0o444],
  ] as const) {
    expect(machine.run(["chmod", mode, "/tmp/f"]).err).toBe("");
    expect(file.mode & 0o777, mode).toBe(expected);
  }
  expect(machine.run(["chmod", "99", "/tmp/f"]).err).toBe("chmod: 99: not a mode\ntry 'chmod --help'\n");
  expect(machine.run(["chmod", "u", "/tmp/f"]).status).toBe(1);
  expect(machine.run(["chmod", "1", "/nope"]).err).toBe("chmod: /nope: No such file or directory\n");
});

test("pwd and clear", () => {
  expect(run("pwd")).toBe("/\n");
  expect(run("clear")).toBe("\x1b[H\x1b[2J");
});
