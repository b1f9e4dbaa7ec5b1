import { describe, expect, it } from "vitest";
import {
  breakdownResults,
  formatBreakdowns,
  formatTable,
  parseResults,
} from "../../../toolchain/bench/report.ts";

describe("what the guest printed", () => {
  it("is refused when a name comes twice", () => {
    expect(() => parseResults("bench a 1\nbench a 2\n")).toThrow(/a twice/);
  });

  it("is read line by line; everything else is left alone", () => {
    expect(parseResults("[INFO] x\r\nbench null_syscall 87\r\nbench stat 1300.5\r\nbench x y\r\n")).toEqual({
      null_syscall: 87,
      stat: 1300.5,
    });
  });
});

describe("tables", () => {
  it("say which budget was missed", () => {
    const table = formatTable({ null_syscall: 91, stat: 1400, notification: 500, own: 5 });
    expect(table).toMatch(/^null_syscall +91 +90 +MISSED/m);
    expect(table).toMatch(/^stat +1,400 +1,400 +ok/m);
    expect(table).toMatch(/^notification +500 +– +–/m);
    expect(table).toMatch(/^own +5$/m);
  });

  it("say where the instructions go, and so does bench.json", () => {
    const breakdowns = { stat: { user: 1, entry_exit: 20, save_restore: 300, kernel: 4000 } };
    expect(formatBreakdowns(breakdowns)).toMatch(/^stat +4,321 +1 +20 +300 +4,000$/m);
    expect(breakdownResults(breakdowns)).toEqual({
      stat_user: 1,
      stat_entry_exit: 20,
      stat_save_restore: 300,
      stat_kernel: 4000,
    });
  });
});
