// The checker of the Chrome trace format refuses what a viewer could not draw.

import { describe, expect, it } from "vitest";
import { checkChromeTrace } from "../../../toolchain/trace/check.ts";

const at = (ph: string, ts: number, rest: object = {}): object => ({
  name: "x",
  ph,
  pid: 1,
  tid: 2,
  ts,
  ...rest,
});
const arrow = (ph: string, ts: number, rest: object = {}): object =>
  at(ph, ts, { cat: "c", id: 1, ...(ph === "f" && { bp: "e" }), ...rest });
const check = (...traceEvents: unknown[]): string[] => checkChromeTrace(JSON.stringify({ traceEvents }));

describe("refused", () => {
  it.each<[string, unknown[], RegExp]>([
    ["an event that is no object", [5], /event 0: no object/],
    ["no name", [at("i", 1, { s: "t", name: "" })], /no name/],
    ["no lane", [at("i", 1, { s: "t", tid: "a" })], /pid or tid/],
    ["no time", [at("i", NaN, { s: "t" })], /ts is null/],
    ["a negative time", [at("i", -1, { s: "t" })], /ts is -1/],
    ["time that goes back", [at("i", 2, { s: "t" }), at("i", 1, { s: "t" })], /ts 1 comes after 2/],
    ["an unknown phase", [at("Z", 1)], /ph is Z/],
    ["an instant without a scope", [at("i", 1)], /scope/],
    ["a slice that never ends", [at("B", 1)], /lane 1\/2: "x" never ends/],
    ["an end without a beginning", [at("E", 1)], /never began/],
    ["an end in another lane", [at("B", 1), at("E", 2, { tid: 3 })], /never began/],
    ["the end of another slice", [at("B", 1), at("E", 2, { name: "y" })], /"y" ends where "x" is open/],
    ["an arrow that never ends", [at("B", 1), arrow("s", 1), at("E", 2)], /flow c\/x\/1 never ends/],
    ["an arrow that never began", [at("B", 1), arrow("f", 1), at("E", 2)], /never began/],
    ["an arrow in no slice", [arrow("s", 1), arrow("f", 2)], /in no slice/],
    ["an arrow that begins twice", [at("B", 1), arrow("s", 1), arrow("s", 1), at("E", 2)], /begins twice/],
    [
      "an arrow that ends twice",
      [at("B", 1), arrow("s", 1), arrow("f", 1), arrow("f", 1), at("E", 2)],
      /ends twice/,
    ],
    [
      "an arrow that ends in the next slice",
      [at("B", 1), arrow("s", 1), arrow("f", 1, { bp: undefined }), at("E", 2)],
      /enclosing/,
    ],
    [
      "an arrow without an id",
      [at("B", 1), arrow("s", 1, { id: undefined }), at("E", 2)],
      /without category or id/,
    ],
    ["unknown metadata", [at("M", 0)], /metadata "x" is not known/],
    ["metadata without its argument", [at("M", 0, { name: "thread_name", args: {} })], /without its name/],
  ])("%s", (_, events, message) => {
    expect(check(...events).join("\n")).toMatch(message);
  });

  it("text that is no trace", () => {
    expect(checkChromeTrace("{")).toHaveLength(1);
    expect(checkChromeTrace("null")).toEqual(["there is no array traceEvents"]);
    expect(checkChromeTrace('{"traceEvents":{}}')).toEqual(["there is no array traceEvents"]);
  });
});

it("a good trace has nothing wrong", () => {
  const named = at("M", 0, { name: "thread_name", args: { name: "init" } });
  const slice = [at("B", 1), arrow("s", 2), at("E", 3)];
  const other = [at("B", 4, { tid: 3 }), arrow("f", 4, { tid: 3 }), at("E", 5, { tid: 3 })];
  expect(check(named, ...slice, ...other, at("i", 6, { s: "t" }))).toEqual([]);
});
