import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import os from "node:os";
import path from "node:path";
import binaryen from "binaryen";
import { beforeAll, describe, expect, it } from "vitest";
import { postProcess } from "../../../toolchain/pipeline/post.ts";

const MODULE = `(module
  (import "sys" "f" (func $f (param i32)))
  (memory (export "memory") 2)
  (data (i32.const 16) "abc")
  (table 2 2 funcref)
  (elem (i32.const 1) $g)
  (type $t (func (param i32) (result i32)))
  (global $x (mut i32) (i32.const 7))
  (func $g (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "main") (result i32)
    (global.set $x (i32.const 3))
    (call $f (global.get $x))
    (memory.fill (i32.const 0) (i32.const 0) (i32.const 8))
    (memory.copy (i32.const 0) (i32.const 4) (i32.const 8))
    (drop (memory.grow (i32.const 1)))
    (call_indirect (type $t) (i32.const 8) (i32.const 1))))`;

let source: string;
let header: string;

beforeAll(() => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "hnx-post-"));
  const wasm = path.join(folder, "m.wasm");
  const module = binaryen.parseText(MODULE);
  module.setFeatures(binaryen.Features.All);
  writeFileSync(wasm, module.emitBinary());
  const args = ["node_modules/wabt/bin/wasm2c", wasm, "-n", "m", "-o", path.join(folder, "m.c")];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  source = readFileSync(path.join(folder, "m.c"), "utf8");
  header = readFileSync(path.join(folder, "m.h"), "utf8");
});

const rewrite = (kind: "user" | "kernel", text = source): string =>
  postProcess({ source: text, header, id: "m", kind, initialPages: 2 });

describe("the post-processor", () => {
  it("refuses C in which a rewrite finds nothing", () => {
    expect(() =>
      rewrite("user", source.replace("#define MEM_ADDR(mem, addr, n) &", "#define OTHER &")),
    ).toThrow(/"memory address" matched 0 times, expected 1/);
  });

  it("refuses C in which a rewrite finds too much", () => {
    const line = '#define FORCE_READ_INT(var) __asm__("" ::"r"(var));\n';
    expect(source).toContain(line);
    expect(() => rewrite("user", source.replace(line, line + line))).toThrow(
      /"integer read" matched 2 times/,
    );
  });

  it("refuses C whose copy checks look different", () => {
    const changed = source.replace("RANGE_CHECK(dest, dest_addr, n);", "OTHER_CHECK(dest, dest_addr, n);");
    expect(() => rewrite("user", changed)).toThrow(/"copy check" matched 0 times/);
  });

  it("gives a user module the literal base 0", () => {
    const c = rewrite("user");
    expect(c).toContain("#define MEM_ADDR(mem, addr, n) ((uint8_t*)((uint64_t)(addr)))");
    expect(c).not.toContain("wbase");
  });

  it("gives the kernel an opaque base in every function that uses memory", () => {
    const c = rewrite("kernel");
    expect(c).toContain('__asm__("" : "=r"(wbase) : "0"(WASM_MEM_BASE))');
    expect(c).not.toMatch(/&\w+_inst\.w2c_memory, /);
  });

  it("leaves no data, no range check on memory, no read barrier and no public function", () => {
    const c = rewrite("user");
    expect(c).not.toMatch(/LOAD_DATA\(w2c_m_inst|data_segment_data_w2c/m);
    expect(c).not.toMatch(/memory_fill\([^{]*\{\s*RANGE_CHECK/);
    expect(c).not.toMatch(/memory_copy\([^{]*\{\s*RANGE_CHECK/);
    expect(c).toContain("#define FORCE_READ_INT(var)\n");
    expect(c).not.toMatch(/^u32 w2c_m_main/m);
    expect(c).toMatch(/^static u32 w2c_m_main/m);
    expect(c).not.toContain("instance->");
  });

  it("keeps the function table, and sets the module up with its pages", () => {
    const setup = /static void module_setup\(void\) \{[^}]*\}/.exec(rewrite("user"))?.[0];
    expect(setup).toContain("w2c_m_inst.w2c_memory.pages = 2;");
    expect(setup).toContain("init_globals(&w2c_m_inst);");
    expect(setup).toContain("init_tables(&w2c_m_inst);");
  });

  it("keeps memory.grow of a user module", () => {
    expect(rewrite("user")).toContain("wasm_rt_grow_memory(&w2c_m_inst.w2c_memory");
  });
});
