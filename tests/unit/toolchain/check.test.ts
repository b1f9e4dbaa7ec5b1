import binaryen from "binaryen";
import { describe, expect, it } from "vitest";
import {
  type CheckResult,
  type ModuleKind,
  checkModule,
  definedImports,
} from "../../../toolchain/pipeline/check.ts";

const ALLOWED = new Set(["hw.now", "sys.exit"]);

async function check(body: string, kind: ModuleKind): Promise<CheckResult> {
  const module = binaryen.parseText(`(module ${body})`);
  module.setFeatures(binaryen.Features.All);
  const bytes = module.emitBinary();
  module.dispose();
  return checkModule(bytes, kind, ALLOWED);
}

const FLOAT = `(func (export "f") (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))`;
const CLEAN = `(memory 1) (func (export "f") (param i32) (result i32) (i32.load (local.get 0)))`;

describe("the check of kernel.wasm refuses", () => {
  it.each([
    ["floating point", FLOAT, /floating point is not allowed in a kernel module/],
    [
      "a float constant that is stored",
      `(memory 1) (func (f32.store (i32.const 0) (f32.const 1)))`,
      /floating point/,
    ],
    ["a function table", `(table 1 1 funcref)`, /a function table/],
    [
      "an indirect call",
      `(type $t (func)) (table 1 1 funcref) (func (call_indirect (type $t) (i32.const 0)))`,
      /an indirect call/,
    ],
    ["memory.grow", `(memory 1) (func (drop (memory.grow (i32.const 1))))`, /memory\.grow/],
    ["a start function", `(func $s) (start $s)`, /a start function/],
    [
      "an unknown import",
      `(import "hw" "later" (func))`,
      /"hw\.later", which boot\/kernel_imports\.h does not define/,
    ],
    [
      "an import that is no function",
      `(import "env" "memory" (memory 1))`,
      /imports the memory "env\.memory"/,
    ],
    ["SIMD", `(func (drop (v128.const i32x4 0 0 0 0)))`, /SIMD/],
    [
      "atomics",
      `(memory 1 1 shared) (func (drop (i32.atomic.load (i32.const 0))))`,
      /shared memory or atomics/,
    ],
  ])("%s", async (_what, body, message) => {
    await expect(check(body, "kernel")).rejects.toThrow(message);
  });

  it("every fault at once, not only the first", async () => {
    const body = `(memory 1) (func $s (drop (memory.grow (i32.const 1)))) (start $s)`;
    await expect(check(body, "kernel")).rejects.toThrow(
      /start function[\s\S]*memory\.grow|memory\.grow[\s\S]*start/,
    );
  });
});

describe("the check of a user module", () => {
  it.each([
    ["an import that C does not define", `(import "env" "seed" (func (result f64)))`, /"env\.seed"/],
    ["shared memory", `(memory 1 1 shared)`, /shared memory/],
    ["a start function", `(func $s) (start $s)`, /--exportStart/],
    ["an exception", `(tag $e) (func (throw $e))`, /exceptions/],
  ])("refuses %s", async (_what, body, message) => {
    await expect(check(body, "user")).rejects.toThrow(message);
  });

  it("sees floating point", async () => {
    expect((await check(FLOAT, "user")).usesFloat).toBe(true);
  });

  it("sees none in integers and in data that reads like an instruction", async () => {
    expect((await check(`${CLEAN} (data (i32.const 0) "(f64.add f32 )")`, "user")).usesFloat).toBe(false);
  });

  it("allows tables, indirect calls and memory.grow", async () => {
    const body = `(memory 1) (type $t (func)) (table 1 1 funcref) (elem (i32.const 0) $f)
      (func $f (drop (memory.grow (i32.const 1)))) (func (call_indirect (type $t) (i32.const 0)))`;
    expect((await check(body, "user")).usesFloat).toBe(false);
  });
});

describe("definedImports", () => {
  it("takes the named import modules and no others", () => {
    const text = "u64 w2c_hw_now(struct w2c_hw* h) {} void w2c_sched_wake (int) {} void w2c_sys_exit(int) {}";
    expect([...definedImports(text, ["hw", "sched"])].sort()).toEqual(["hw.now", "sched.wake"]);
  });
});
