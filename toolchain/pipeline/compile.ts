// Steps 1 to 5 for one module: .ts → C ready for clang, and what the link needs to know about the module.
// Called by module.ts. Leaves in build/obj/<name>/:
//
//   <id>.wasm .map    asc's output (also copied to build/wasm/<name>.wasm for the tests under Node)
//   <id>.c .h         wasm2c's output          <id>.p.c    the same, post-processed, with .ts lines
//   data.bin          linear memory from the memory base to its last byte that is not zero
//   facts.json        ModuleFacts

import { readFileSync } from "node:fs";
import type { Module } from "../common/config.ts";
import { runNodeTool, runTool } from "../common/exec.ts";
import { Failure } from "../common/failure.ts";
import { CLANG, GEN_DIR, KERNEL_IMPORTS_H, USER_IMPORTS_H } from "../common/paths.ts";
import { writeOutput } from "../common/stamp.ts";
import { compileAsc } from "./asc.ts";
import { checkModule, definedImports } from "./check.ts";
import { TARGET_FLAGS } from "./clang.ts";
import { type ModuleFacts, modulePaths } from "./facts.ts";
import { addLines } from "./lines.ts";
import { postProcess } from "./post.ts";
import { buildDataImage, readLayout } from "./wasm.ts";

const WASM2C = "node_modules/wabt/bin/wasm2c";
const OBJDUMP = "node_modules/wabt/bin/wasm-objdump";

/** The header that defines a module's imports, and the names of the import modules that it may define. */
export function importHeader(module: Module): { header: string; modules: string[] } {
  return module.target === "kernel"
    ? { header: KERNEL_IMPORTS_H, modules: ["hw", "sched"] }
    : { header: USER_IMPORTS_H, modules: ["sys", "raw"] };
}

function allowedImports(module: Module): Set<string> {
  const { header, modules } = importHeader(module);
  const args = [...TARGET_FLAGS, "-E", "-P", "-I", GEN_DIR, "-I", "boot", "-x", "c", header];
  return definedImports(runTool(CLANG, args, header).stdout, modules);
}

function memoryBase(module: Module): number {
  const base = module.options.memoryBase;
  if (typeof base !== "number" || !Number.isInteger(base) || base < 0) {
    throw new Failure(
      "the option memoryBase must be a decimal number: asc silently takes anything else as 0",
    );
  }
  return base;
}

async function compileWasm(module: Module, wasm: string): Promise<{ inputs: string[]; facts: ModuleFacts }> {
  const options = { ...module.options };
  if (module.target !== "kernel") options.maximumMemory = module.link.memoryMaxPages;
  const { inputs, warnings, dataEnd, heapBase } = await compileAsc(module.entry, wasm, options);
  if (warnings) process.stderr.write(warnings);
  const bytes = readFileSync(wasm);
  const kind = module.target === "kernel" ? "kernel" : "user";
  const { usesFloat } = await checkModule(bytes, kind, allowedImports(module));
  const layout = readLayout(bytes);
  const base = memoryBase(module);
  writeOutput(modulePaths(module).data, buildDataImage(layout.segments, base));
  const { initialPages, tableSize } = layout;
  return { inputs, facts: { usesFloat, initialPages, tableSize, memoryBase: base, dataEnd, heapBase } };
}

/** Compiles a module to C. Returns the files it depends on; throws a Failure with a message for a person. */
export async function compileModule(module: Module): Promise<string[]> {
  const files = modulePaths(module);
  const { inputs, facts } = await compileWasm(module, files.wasm);
  runNodeTool(WASM2C, [files.wasm, "-n", module.id, "-o", files.c], `wasm2c ${module.name}`);
  const processed = postProcess({
    source: readFileSync(files.c, "utf8"),
    header: readFileSync(files.header, "utf8"),
    id: module.id,
    kind: module.target === "kernel" ? "kernel" : "user",
    initialPages: facts.initialPages,
    keepApart: module.keepApart,
  });
  facts.initFunction = new RegExp(`\\bw2c_${module.id}_0x5Finitialize\\b`).exec(processed)?.[0];
  const lined = addLines({
    c: processed,
    cFile: files.processed,
    id: module.id,
    sourceMap: readFileSync(`${files.wasm}.map`, "utf8"),
    disassembly: runNodeTool(OBJDUMP, ["-d", files.wasm], `wasm-objdump ${module.name}`).stdout,
  });
  writeOutput(files.processed, lined.c);
  writeOutput(
    files.facts,
    JSON.stringify({ ...facts, lines: { aligned: lined.aligned, unaligned: lined.unaligned } }),
  );
  writeOutput(files.published, readFileSync(files.wasm));
  return [...inputs, importHeader(module).header];
}
