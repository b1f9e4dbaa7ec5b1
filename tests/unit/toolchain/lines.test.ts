import { describe, expect, it } from "vitest";
import { TraceMap, encodedMap } from "@jridgewell/trace-mapping";
import { type LineResult, addLines, mangle, readOffsets } from "../../../toolchain/pipeline/lines.ts";

const DISASSEMBLY = `
000100 func[1] <kernel/main/f>:
 000101: 20 00                      | local.get 0
 000103: 04 40                      | if
 000105: 41 01                      |   i32.const 1
 000107: 1a                         |   drop
 000108: 0b                         | end
 000109: 0b                         | end
000110 func[2] <g>:
 000111: 41 05                      | i32.const 5
`;

const C = `static u32 w2c_m_kernel0x2Fmain0x2Ff(w2c_m* instance, u32 var_p0) {
  u32 var_i0;
  FUNC_PROLOGUE;
  var_i0 = var_p0;
  if (var_i0) {
    var_i0 = 1u;
  }
  FUNC_EPILOGUE;
  return var_i0;
}
static u32 w2c_m_g(w2c_m* instance) {
  u32 var_i0;
  var_i0 = 5u;
  var_i0 = 6u;
}
`;

/** Offset, source, line − 1, column: asc's map has everything on one line. */
const MAPPINGS: [number, number, number, number][] = [
  [0x101, 0, 11, 0],
  [0x103, 0, 12, 0],
  [0x105, 1, 399, 0],
];

function sourceMap(): string {
  const sources = ["kernel/main.ts", "~lib/rt/tlsf.ts"];
  const map = new TraceMap({ version: 3, sources, names: [], mappings: [MAPPINGS] });
  // asc gives the module's name as the root of sources that are relative to the project.
  return JSON.stringify({ ...encodedMap(map), sourceRoot: "./kernel" });
}

const run = (): LineResult =>
  addLines({ c: C, cFile: "build/m.p.c", id: "m", sourceMap: sourceMap(), disassembly: DISASSEMBLY });

describe("line directives", () => {
  it("leaves a function alone whose statements and instructions do not match", () => {
    const { unaligned, aligned, c } = run();
    expect(unaligned).toEqual(["g"]);
    expect(aligned).toBe(1);
    expect(c).toContain("static u32 w2c_m_g(w2c_m* instance) {\n  u32 var_i0;\n  var_i0 = 5u;\n");
  });

  it("puts each statement on the line of its instruction", () => {
    const lines = run().c.split("\n");
    const before = (statement: string): string => lines[lines.indexOf(statement) - 1];
    expect(before("  var_i0 = var_p0;")).toBe('#line 12 "kernel/main.ts"');
    expect(before("  if (var_i0) {")).toBe('#line 13 "kernel/main.ts"');
    expect(before("    var_i0 = 1u;")).toBe(
      '#line 400 "node_modules/assemblyscript/std/assembly/rt/tlsf.ts"',
    );
  });

  it("goes back to the C file's own line after a function", () => {
    const lines = run().c.split("\n");
    const at = lines.findIndex((line) => line.startsWith("#line") && line.includes("m.p.c"));
    expect(lines[at]).toBe(`#line ${at + 2} "build/m.p.c"`);
  });
});

describe("readOffsets", () => {
  it("leaves out instructions that print no statement", () => {
    expect(readOffsets(DISASSEMBLY).get("kernel0x2Fmain0x2Ff")).toEqual([0x101, 0x103, 0x105]);
  });
});

describe("mangle", () => {
  it("is wasm2c's", () => {
    expect(mangle("~lib/rt/__visit")).toBe("0x7Elib0x2Frt0x2F_0x5Fvisit");
    expect(mangle("_initialize")).toBe("0x5Finitialize");
    expect(mangle("a/Array<u32>#sort")).toBe("a0x2FArray0x3Cu320x3E0x23sort");
  });
});
