// The intermediate files of a module and what they say about it. Called by every step after the compilation.

import { readFileSync } from "node:fs";
import path from "node:path";
import type { Module } from "../common/config.ts";
import { OBJ_DIR, WASM_DIR } from "../common/paths.ts";

/** What the later steps know of a module. Addresses are in its linear memory. */
export interface ModuleFacts {
  usesFloat: boolean;
  /** 64 KiB pages. */
  initialPages: number;
  tableSize: number;
  memoryBase: number;
  dataEnd: number;
  heapBase: number;
  /** The C name of the exported start function, if the module has one. */
  initFunction?: string;
}

export interface ModulePaths {
  dir: string;
  wasm: string;
  c: string;
  header: string;
  /** The C that clang gets. */
  processed: string;
  data: string;
  facts: string;
  /** The module for the tests under Node: the same as `wasm`, by the name that they know. */
  published: string;
}

/** The file names of a module's intermediate results. */
export function modulePaths(module: Module): ModulePaths {
  const dir = path.join(OBJ_DIR, module.name);
  const base = path.join(dir, module.id);
  return {
    dir,
    wasm: `${base}.wasm`,
    c: `${base}.c`,
    header: `${base}.h`,
    processed: `${base}.p.c`,
    data: path.join(dir, "data.bin"),
    facts: path.join(dir, "facts.json"),
    published: path.join(WASM_DIR, `${module.name}.wasm`),
  };
}

/** Reads what compileModule left. */
export function readFacts(module: Module): ModuleFacts {
  return JSON.parse(readFileSync(modulePaths(module).facts, "utf8")) as ModuleFacts;
}
