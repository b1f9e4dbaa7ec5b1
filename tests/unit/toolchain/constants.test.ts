import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { constantsHeader, declaredTypes, readConstants } from "../../../toolchain/pipeline/constants.ts";
import { compileAsc } from "../../../toolchain/pipeline/asc.ts";

const OPTIONS = { runtime: "stub", bindings: "raw", optimizeLevel: 1 };

async function header(source: string): Promise<string> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "hnx-constants-"));
  const entry = path.relative(process.cwd(), path.join(folder, "c.ts"));
  writeFileSync(entry, source);
  const wasm = path.join(path.dirname(entry), "c.wasm");
  await compileAsc(entry, wasm, OPTIONS);
  const { instance } = await WebAssembly.instantiate(readFileSync(wasm), {});
  const types = declaredTypes(readFileSync(wasm.replace(/wasm$/, "d.ts"), "utf8"));
  return constantsHeader("c.ts", readConstants(instance.exports, types));
}

describe("constants", () => {
  it("refuses a number that is no integer", async () => {
    await expect(header("export const HALF: f64 = 0.5;")).rejects.toThrow(/HALF is not an integer/);
  });

  it("writes each exported constant with its declared sign and width", async () => {
    const text = await header(`
      @unmanaged class Tcb { sp: u64; pc: u32; flags: u32; }
      export const TCB_FLAGS: usize = offsetof<Tcb>("flags");
      export const BIG: u32 = 0x80000000;
      export const ERROR: i32 = -5;
      export const BASE: u64 = 0xffffffc000000000;
      export const SYS_WRITE: u32 = 4097;
      export const enum State { Idle, Busy = 7 }
      export function notAConstant(): void {}
    `);
    expect(text.split("\n").filter((line) => line.startsWith("#define"))).toEqual([
      "#define TCB_FLAGS 12",
      "#define BIG 0x80000000",
      "#define ERROR (-5)",
      "#define BASE 0xffffffc000000000",
      "#define SYS_WRITE 4097",
      "#define State_Idle 0",
      "#define State_Busy 7",
    ]);
  });
});
