// From events to lanes, slices and arrows, on hand-made events.

import { expect, it } from "vitest";
import { MAX_ENDPOINTS, MAX_PROCESSES } from "../../../abi/limits.ts";
import { VFS_READ } from "../../../abi/ops.ts";
import { SYS_EP_REPLY_RECV, SYS_GETPID, SYS_READ } from "../../../abi/syscall.ts";
import * as abi from "../../../abi/trace.ts";
import type { ChromeEvent } from "../../../toolchain/trace/chrome.ts";
import { exportTrace } from "../../../toolchain/trace/export.ts";
import { MACHINE } from "../../../toolchain/trace/timeline.ts";
import { type Event, TICKS_PER_SECOND, traceFile } from "./file.ts";

const CAT = 8;
const VFS = 3;
const NAMES = { [VFS]: "vfs", [CAT]: "cat" };
const word = (sender: number, op: number, endpoint: number): number =>
  ((sender & 127) << 24) | (endpoint << 16) | op;
const readWord = word(CAT, VFS_READ, 1);

/** `cat` reads: its call goes to the VFS, the answer comes back. */
const CALL: Event[] = [
  { kind: abi.TRACE_RUN, pid: CAT },
  { kind: abi.TRACE_SYSTEM_CALL, pid: CAT, argument: SYS_READ },
  { kind: abi.TRACE_SEND, pid: CAT, argument: readWord, detail: 1 },
  { kind: abi.TRACE_RUN, pid: VFS, argument: CAT, detail: abi.TRACE_LEFT_CALLING },
  { kind: abi.TRACE_RECEIVE, pid: VFS, argument: readWord, detail: 1 },
  { kind: abi.TRACE_SYSTEM_CALL, pid: VFS, argument: SYS_EP_REPLY_RECV },
  { kind: abi.TRACE_REPLY, pid: VFS, argument: CAT },
  { kind: abi.TRACE_RUN, pid: CAT, argument: VFS, detail: abi.TRACE_LEFT_RECEIVING },
];

const drawn = (...events: Event[]): ChromeEvent[] =>
  exportTrace(traceFile(NAMES, events)).traceEvents.filter(({ ph }) => ph !== "M");
/** A lane's events as "phase name". */
const lane = (events: ChromeEvent[], tid: number): string[] =>
  events.filter((event) => event.tid === tid).map(({ ph, name }) => `${ph} ${name}`);

it("draws a call as arrows there and back between slices", () => {
  const events = drawn(...CALL);
  expect(lane(events, CAT)).toEqual([
    "B running",
    "B read",
    "s vfs read → vfs",
    "E read",
    "E running",
    "B vfs read → vfs",
    "E vfs read → vfs",
    "B running",
    "f reply",
    "E running",
  ]);
  expect(lane(events, VFS)).toEqual([
    "B running",
    "f vfs read → vfs",
    "B ep_reply_recv",
    "s reply",
    "E ep_reply_recv",
    "E running",
  ]);
  expect(lane(events, 0)).toEqual(["B cat", "E cat", "B vfs", "E vfs", "B cat", "E cat"]);
});

it("has room in a message word for every slot and endpoint", () => {
  expect(MAX_ENDPOINTS - 1).toBeLessThanOrEqual(abi.TRACE_ENDPOINT_MASK);
  expect(MAX_PROCESSES - 1).toBeLessThanOrEqual(0xff);
});

it("names lanes, the processor first", () => {
  const names = exportTrace(traceFile(NAMES, CALL)).traceEvents.filter(({ name }) => name === "thread_name");
  expect(names.map(({ tid, args }) => [tid, args?.name])).toEqual([
    [0, "processor"],
    [CAT, "cat (pid 8)"],
    [VFS, "vfs (pid 3)"],
  ]);
  expect(names.every(({ pid }) => pid === MACHINE)).toBe(true);
});

it("leaves out an arrow whose other end is not in the trace", () => {
  expect(drawn(...CALL.slice(0, 3)).some(({ ph }) => ph === "s")).toBe(false);
  expect(
    drawn(...CALL.slice(3))
      .filter(({ ph }) => ph === "f")
      .map(({ name }) => name),
  ).toEqual(["reply"]);
});

it("pairs asynchronous messages of a priority in their order, those of others apart", () => {
  const send = (op: number, detail: number): Event => {
    return { kind: abi.TRACE_SEND, pid: CAT, argument: word(CAT, op, 1), detail: abi.TRACE_ASYNC | detail };
  };
  const receive = (op: number, detail: number): Event => ({
    ...send(op, detail),
    kind: abi.TRACE_RECEIVE,
    pid: VFS,
  });
  const events = drawn(send(1, 1), send(2, 1), send(3, 3), receive(3, 3), receive(1, 1), receive(2, 1));
  const ends = (ph: string): [string, number | undefined][] =>
    events.filter((event) => event.ph === ph).map(({ name, id }) => [name, id]);
  expect(ends("s").map(([, id]) => id)).toEqual([1, 2, 3]);
  expect(ends("f").map(([, id]) => id)).toEqual([3, 1, 2]);
  expect(new Map(ends("s").map(([name, id]) => [id, name]))).toEqual(
    new Map(ends("f").map(([name, id]) => [id, name])),
  );
});

it("keeps what happens in one tick in order, a nanosecond apart", () => {
  const time = 5000;
  const events = drawn(
    { kind: abi.TRACE_RUN, pid: CAT, time },
    { kind: abi.TRACE_SYSTEM_CALL, pid: CAT, argument: SYS_GETPID, time },
    { kind: abi.TRACE_RETURN, pid: CAT, time },
  );
  const us = ((time - 1000) / TICKS_PER_SECOND) * 1e6;
  const times = events.filter(({ tid }) => tid === CAT).map(({ ts }) => Math.round((ts - us) * 1000));
  expect(times).toEqual([0, 1, 2, 3]);
});

it("shows why a process does not run", () => {
  const left = (detail: number): string[] =>
    lane(
      drawn({ kind: abi.TRACE_RUN, pid: CAT }, { kind: abi.TRACE_RUN, pid: VFS, argument: CAT, detail }),
      CAT,
    );
  expect(left(abi.TRACE_LEFT_READY)).toContain("B ready");
  expect(left(abi.TRACE_LEFT_WAITING)).toContain("B waits for a child");
  expect(left(abi.TRACE_LEFT_RECEIVING)).toEqual(["B running", "E running"]);
  expect(left(abi.TRACE_LEFT_DEAD)).toEqual(["B running", "E running"]);
});

it("ends the lane of a process that is killed while it waits", () => {
  const events = drawn(...CALL.slice(0, 4), { kind: abi.TRACE_END, pid: CAT, argument: 9 });
  expect(lane(events, CAT).slice(-3)).toEqual(["B vfs read → vfs", "i end", "E vfs read → vfs"]);
});
