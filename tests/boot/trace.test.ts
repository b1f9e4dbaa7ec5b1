// A trace of a whole run: `hnx run --trace`, its arrows, the ring's limit, and what happens when it cannot be had.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { MAX_TRACE_EVENTS } from "../../abi/trace.ts";
import { checkChromeTrace } from "../../toolchain/trace/check.ts";
import { type ChromeTrace, formatTrace } from "../../toolchain/trace/chrome.ts";
import { exportTrace } from "../../toolchain/trace/export.ts";
import { runGuest } from "./qemu.ts";

const folder = mkdtempSync(path.join(tmpdir(), "hnx-trace-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `cmd` with a trace. → what the machine left, as JSON */
async function record(cmd: string, name: string): Promise<ChromeTrace> {
  const file = path.join(folder, name);
  const { out, status } = await runGuest({ cmd, bootArguments: `trace=${file}` });
  expect(out).toContain("[INFO] kernel: recording events\n");
  expect(status).toBe(0);
  const trace = exportTrace(readFileSync(file));
  expect(checkChromeTrace(formatTrace(trace))).toEqual([]);
  return trace;
}

/** "call: from lane → to lane" of each arrow. */
function arrowsOf({ traceEvents }: ChromeTrace): string[] {
  const named = traceEvents.filter(({ name }) => name === "thread_name");
  const names = new Map(named.map(({ tid, args }) => [tid, String(args?.name)]));
  const process = (tid: number | undefined): string =>
    names.get(tid ?? -1)?.replace(/ \(pid \d+\)$/, "") ?? "?";
  const ends = new Map(traceEvents.filter(({ ph }) => ph === "f").map(({ id, tid }) => [id, tid]));
  return traceEvents
    .filter(({ ph }) => ph === "s")
    .map(({ name, tid, id }) => `${name}: ${process(tid)} → ${process(ends.get(id))}`);
}

describe("hnx run --trace", () => {
  test("shows what cat does, with arrows to the services and back", () => {
    const file = path.join(folder, "cat.json");
    const { status, stdout } = spawnSync("./hnx", ["run", "--trace", file, "cat /etc/motd"], {
      encoding: "utf8",
    });
    expect(status).toBe(0);
    expect(stdout).toContain("Welcome to HNX");
    const text = readFileSync(file, "utf8");
    expect(checkChromeTrace(text)).toEqual([]);
    const arrows = arrowsOf(JSON.parse(text) as ChromeTrace).filter((arrow) => arrow.includes("cat"));
    expect(arrows).toEqual([
      "vfs open → vfs: cat → vfs",
      "reply: vfs → cat",
      "vfs read → vfs: cat → vfs",
      "reply: vfs → cat",
      "vfs write → console: cat → console",
      "reply: console → cat",
      "vfs read → vfs: cat → vfs",
      "reply: vfs → cat",
      "vfs close → vfs: cat → vfs",
      "reply: vfs → cat",
    ]);
  });

  test("refuses a folder that does not exist", () => {
    const { status, stderr } = spawnSync("./hnx", ["run", "--trace", "/nowhere/a.json", "true"], {
      encoding: "utf8",
    });
    expect(stderr).toContain("TRACE: there is no folder /nowhere");
    expect(status).toBe(64);
  });
});

describe("the ring", () => {
  test("keeps the newest events and counts the lost ones", async () => {
    const calls = "bench null_syscall; "; // 20,000 events: an entry and a return for each of 10,000 calls
    const trace = await record(`${calls.repeat(4)}true`, "long.trace");
    expect(trace.otherData.events).toBe(MAX_TRACE_EVENTS);
    expect(trace.otherData.events_lost).toBeGreaterThan(0);
    const last = trace.traceEvents.filter(({ name }) => name === "end").at(-1);
    expect(last?.args?.status).toBe(0);
  });

  test("shows a crash as a fault, and the end of the process with its status", async () => {
    const { traceEvents } = await record("crash null; true", "crash.trace");
    expect(traceEvents.some(({ name, args }) => name === "end" && args?.status === 11)).toBe(true);
  });
});

describe("no trace", () => {
  test("without a file name", async () => {
    const { out, status } = await runGuest({ cmd: "true", bootArguments: "trace=" });
    expect(out).toContain("[WARN] kernel: no trace: trace= needs a file name");
    expect(status).toBe(0);
  });

  test("with a file name that is too long", async () => {
    const { out, status } = await runGuest({ cmd: "true", bootArguments: `trace=${"a".repeat(256)}` });
    expect(out).toContain("[WARN] kernel: no trace: trace= needs a file name");
    expect(status).toBe(0);
  });

  test("when the host does not take it, and the exit status is the command's", async () => {
    const { out, status } = await runGuest({ cmd: "false", bootArguments: `trace=${folder}/no/such/folder` });
    expect(out).toContain("[WARN] kernel: the trace is lost");
    expect(status).toBe(1);
  });

  test("when the command, not the boot arguments, names it", async () => {
    const file = path.join(folder, "untouched");
    writeFileSync(file, "untouched");
    const { out } = await runGuest({ cmd: `echo trace=${file}` });
    expect(out).not.toContain("recording");
    expect(readFileSync(file, "utf8")).toBe("untouched");
  });
});
