// crash where Node can follow it: its command line, the traps, and that it says so when it survives.

import { expect, test } from "vitest";
import { Machine } from "./machine.ts";

test("exit with a status", () => {
  expect(new Machine().run(["crash", "exit", "0"]).status).toBe(0);
  expect(new Machine().run(["crash", "exit", "255"])).toEqual({ status: 255, out: "", err: "" });
});

test.each([
  ["exit"],
  ["exit", "256"],
  ["exit", "x"],
  ["exit", ""],
  ["exit", "1", "2"],
  ["nosuch"],
  ["null", "x"],
])("a wrong command line: %s %s", (...operands) => {
  const { status, err } = new Machine().run(["crash", ...operands.filter((word) => word !== undefined)]);
  expect(status).toBe(2);
  expect(err).toMatch(/^crash: .+\ntry 'crash --help'\n$/);
});

test.each(["divide", "unreachable", "oob", "stack"])("%s traps", (kind) => {
  expect(new Machine().run(["crash", kind]).status).toBeGreaterThan(128);
});

test.each(["kernel-write", "exec-data", "wild-syscall"])(
  "%s says that it survived where nothing stops it",
  (kind) => {
    expect(new Machine().run(["crash", kind])).toEqual({
      status: 1,
      out: "",
      err: `crash: ${kind}: survived with 0\n`,
    });
  },
);
