// Relocating a module at the level of wasm: what becomes what, and what is refused.

import { describe, expect, it } from "vitest";
import { checkText } from "../../../toolchain/pipeline/check.ts";
import { checkRelocations } from "../../../toolchain/pipeline/library.ts";
import { type Build, relocate } from "../../../toolchain/pipeline/relocate.ts";
import { encodeSignature } from "../../../toolchain/pipeline/signature.ts";

const BASES = [0x10_0000, 0x123_5000, 0x2fe_d000];
const HEADER = 512;

/** A module's text: `body` for a function, `global` for a global's value, at a base. */
function text(body: string, global: string): string {
  return [
    "(module",
    " (global $g (mut i32) (i32.const GLOBAL))".replace("GLOBAL", global),
    " (memory $0 17)".replace("17", String(body.length % 7)),
    ' (data $0 (i32.const 5) "x")',
    ' (export "f" (func $f))',
    ' (export "memory" (memory $0))',
    " (func $f (result i32)",
    `  (i32.const ${body})`,
    " )",
    ")",
    "",
  ].join("\n");
}

/** Three builds, whose constant, global and data word are functions of the base. */
function builds(
  constant: (base: number) => number,
  global = (): number => 0,
  word = (base: number): number => base * 0,
): Build[] {
  return BASES.map((base) => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32LE(word(base) >>> 0, 4);
    return {
      base,
      text: text(String(constant(base)), String((global as (base: number) => number)(base))),
      segments: [{ offset: base + HEADER, bytes }],
    };
  });
}

describe("a module", () => {
  it("whose constants are no addresses stays as it is", () => {
    const {
      text: result,
      data,
      relocations,
    } = relocate(
      builds(() => 42),
      HEADER,
    );
    expect(result).toContain("  (i32.const 42)");
    expect(result).not.toContain("(global.get $~base)\n");
    expect(data.length).toBe(0);
    expect(relocations).toEqual([]);
  });

  it("has a base and an offset in place of an address", () => {
    const { text: result } = relocate(
      builds((base) => base + 700),
      HEADER,
    );
    expect(result).toContain("(i32.add (global.get $~base) (i32.const 700))");
  });

  it("has globals that are addresses set when it is placed", () => {
    const { text: result } = relocate(
      builds(() => 1, ((base: number) => base + 600) as () => number),
      HEADER,
    );
    expect(result).toContain(" (global $g (mut i32) (i32.const 0))");
    expect(result).toContain("  (global.set $g (i32.add (global.get $~base) (i32.const 600)))");
  });

  it("has its static data beside it, with relocations for addresses", () => {
    const {
      text: result,
      data,
      relocations,
    } = relocate(
      builds(
        () => 1,
        undefined,
        (base) => base + 520,
      ),
      HEADER,
    );
    expect(result).not.toContain("(data");
    expect(data.readUInt32LE(4)).toBe(520);
    expect(relocations).toEqual([4]);
  });

  it.each<[string, Build[], RegExp]>([
    ["a page number", builds((base) => base >> 12), /function f: a constant depends on where/],
    ["twice an address", builds((base) => 2 * base), /is not an address/],
    ["a negated address", builds((base) => -base), /is not an address/],
    [
      "a hash of an address in its data",
      builds(
        () => 1,
        undefined,
        (base) => base * 31,
      ),
      /static data at 516/,
    ],
    [
      "an address below its area",
      builds(
        () => 1,
        undefined,
        (base) => base - 8,
      ),
      /below the library's area/,
    ],
    [
      "a constant that is an address by chance in two",
      builds((base) => (base === BASES[2] ? 5 : base)),
      /the third build has 5/,
    ],
    [
      "a word that is an address by chance in two",
      builds(
        () => 1,
        undefined,
        (base) => (base === BASES[2] ? 5 : base),
      ),
      /another in the third build/,
    ],
  ])("with %s is refused", (_, all, reason) => {
    expect(() => relocate(all, HEADER)).toThrow(reason);
  });

  it("that is another function for another base is refused", () => {
    const all = builds(() => 1);
    all[1].text = all[1].text.replace("(i32.const 1)", "(i32.const 1)\n  (drop)");
    expect(() => relocate(all, HEADER)).toThrow(/the module is another for another address/);
  });
});

describe("a library's module", () => {
  const check = (line: string): unknown => checkText(`(module\n${line}\n)`, "library", new Set(["sys.call"]));
  it.each([
    [" (elem $0 (i32.const 1) $f)", /a function used as a value/],
    [" (func $f\n  (call_indirect (type $0)", /a function used as a value/],
    [' (import "env" "x" (func $x))', /a library may import sys.call and functions of "lib\*.so"/],
    [' (import "libX.so" "x" (func $x))', /a library may import/],
  ])("with %s is refused", (line, reason) => {
    expect(() => check(line)).toThrow(reason);
  });

  it("may import functions of other libraries, and grow no further than its heap", () => {
    expect(() => check(' (import "libx.so" "x" (func $x))')).not.toThrow();
    expect(() => check(" (func $f\n  (memory.grow")).not.toThrow();
  });
});

describe("a library's object", () => {
  const listing = (section: string, type: string): string =>
    `Relocation section '.rela${section}' at offset 0x1 contains 1 entries:\n0000000000000008  0000000100000101 ${type}  0 .x + 0\n`;
  it("may refer to itself by distance, and to anything in debug information", () => {
    expect(() => checkRelocations(listing(".text", "R_AARCH64_ADR_PREL_PG_HI21"), "x")).not.toThrow();
    expect(() => checkRelocations(listing(".debug_info", "R_AARCH64_ABS64"), "x")).not.toThrow();
  });
  it("may hold no absolute address", () => {
    expect(() => checkRelocations(listing(".rodata", "R_AARCH64_ABS64"), "x")).toThrow(/an absolute address/);
  });
});

describe("a signature", () => {
  it("has its parameters from the low end, its result and the mark above", () => {
    expect(encodeSignature({ parameters: ["i32", "f64"], result: "i64" }, "x")).toBe(0x5a5_2_0000_0000_0041n);
    expect(encodeSignature({ parameters: [] }, "x")).toBe(0x5a5_0_0000_0000_0000n);
  });
  it("has twelve parameters at most", () => {
    expect(() =>
      encodeSignature({ parameters: Array.from({ length: 13 }, () => "i32" as const) }, "x"),
    ).toThrow(/at most 12/);
  });
});
