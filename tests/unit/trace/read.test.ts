// The kernel's trace file: what is refused, and that nothing crashes on a damaged one.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as abi from "../../../abi/trace.ts";
import { Failure } from "../../../toolchain/common/failure.ts";
import { exportTrace } from "../../../toolchain/trace/export.ts";
import { checkChromeTrace } from "../../../toolchain/trace/check.ts";
import { formatTrace } from "../../../toolchain/trace/chrome.ts";
import { readTrace } from "../../../toolchain/trace/read.ts";
import { BOOT_TICKS, TICKS_PER_SECOND, traceFile } from "./file.ts";

const good = (): Buffer => traceFile({ 1: "init" }, [{ kind: abi.TRACE_RUN, pid: 1 }]);

function changed(change: (file: Buffer) => void): Buffer {
  const file = good();
  change(file);
  return file;
}

describe("a damaged trace", () => {
  it.each([
    ["nothing", Buffer.alloc(0), /no trace of HNX/],
    ["half a header", good().subarray(0, 20), /no trace of HNX/],
    ["another magic", changed((file) => file.writeUInt32LE(1, 0)), /no trace of HNX/],
    [
      "another version",
      changed((file) => file.writeUInt32LE(9, abi.TRACE_HEADER_VERSION)),
      /version 9, not 1/,
    ],
    ["a cut-off end", good().subarray(0, good().length - 1), /bytes that should have/],
    [
      "too many events",
      changed((file) => file.writeUInt32LE(0xffffffff, abi.TRACE_HEADER_EVENTS)),
      /should have/,
    ],
    [
      "too many names",
      changed((file) => file.writeUInt32LE(0xffffffff, abi.TRACE_HEADER_NAMES)),
      /should have/,
    ],
    [
      "a counter that stands",
      changed((file) => file.writeBigUInt64LE(0n, abi.TRACE_HEADER_HZ)),
      /does not count/,
    ],
    [
      "a name that is too long",
      changed((file) => file.writeUInt32LE(16, abi.TRACE_HEADER_SIZE + abi.TRACE_NAME_LENGTH)),
      /a name of 16 bytes/,
    ],
    ["an unknown event", traceFile({}, [{ kind: abi.TRACE_END + 1 }]), /unknown kind 13/],
    ["event 0", traceFile({}, [{ kind: 0 }]), /unknown kind 0/],
  ])("%s is refused", (_, file, message) => {
    expect(() => readTrace(file)).toThrow(message);
    expect(() => readTrace(file)).toThrow(Failure);
  });
});

describe("any events at all", () => {
  const word = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 0xffffffff }));
  const event = fc.record({
    time: fc.integer({ min: 0, max: 100_000 }),
    kind: fc.integer({ min: abi.TRACE_RUN, max: abi.TRACE_END }),
    detail: fc.integer({ min: 0, max: 255 }),
    pid: fc.integer({ min: 0, max: 5 }),
    argument: word,
  });

  it("become a trace that the checker accepts", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const text = formatTrace(exportTrace(traceFile({ 1: "init", 2: "sh" }, events)));
        expect(checkChromeTrace(text)).toEqual([]);
      }),
    );
  });
});

it("an event of no process, in a damaged trace, has a name, too", () => {
  const event = { time: 0, kind: abi.TRACE_IDLE, detail: abi.TRACE_LEFT_CALLING, pid: 0, argument: 0 };
  expect(checkChromeTrace(formatTrace(exportTrace(traceFile({ 1: "init" }, [event]))))).toEqual([]);
});

it("reads what was written", () => {
  const detail = abi.TRACE_ASYNC | 3;
  const event = { time: 2 ** 40, kind: abi.TRACE_SEND, detail, pid: 0x3fffff01, argument: 0xff10ffff };
  expect(readTrace(traceFile({ 0x3fffff01: "fifteen-letters" }, [event], 7))).toEqual({
    ticksPerSecond: TICKS_PER_SECOND,
    bootTicks: BOOT_TICKS,
    names: new Map([[0x3fffff01, "fifteen-letters"]]),
    events: [event],
    lostEvents: 7,
    lostNames: 0,
  });
});
