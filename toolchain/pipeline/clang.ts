// Step 6: C and assembly → objects. Called by module.ts and kernel.ts.
// One unity object a module: clang sees the module, its imports and its start-up code at once and folds the
// instance and the imports into single instructions.

import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Module } from "../common/config.ts";
import { runTool } from "../common/exec.ts";
import { CLANG, GEN_DIR, KERNEL_C, USER_IMPORTS_H, USER_START_C } from "../common/paths.ts";
import { type ModuleFacts, modulePaths } from "./facts.ts";

/** What every file of the target is compiled with. */
export const TARGET_FLAGS = [
  "--target=aarch64-none-elf",
  "-mcpu=cortex-a72",
  "-ffreestanding",
  "-nostdlibinc",
];

const SOURCE_FLAGS = [
  ...TARGET_FLAGS,
  ...["-g", "-fdebug-compilation-dir=.", "-fno-pic"],
  ...["-I", GEN_DIR, "-I", "boot"],
];
const C_FLAGS = [
  "-std=gnu11",
  "-fno-stack-protector",
  "-fno-strict-aliasing",
  "-fno-delete-null-pointer-checks",
  "-fno-omit-frame-pointer",
  "-momit-leaf-frame-pointer",
  "-Wall",
  "-Wno-unused-function",
];
/** By what a module's settings say is to be spared. */
const OPTIMIZE_FLAG = { speed: "-O2", size: "-Os" };
/** Without it clang turns integer loops into vector code, and the machine would have to save q registers. */
const INTEGER_ONLY = "-mgeneral-regs-only";

const flagsOf = ({ link }: Module): string[] => [...C_FLAGS, OPTIMIZE_FLAG[link.optimize]];

/** The headers a compilation read, from the make rule that clang wrote; none of the compiler's own. */
export function parseDependencies(rule: string): string[] {
  const files = rule
    .replace(/\\\n/g, " ")
    .replace(/^[^:]*:/, "")
    .trim()
    .split(/\s+/);
  return files.filter((file) => file !== "" && !path.isAbsolute(file)).map((file) => path.normalize(file));
}

/** Compiles one file to `object`; warnings go to standard error. Returns the files that it read. */
export function compileObject(object: string, args: string[], what: string): string[] {
  mkdirSync(path.dirname(object), { recursive: true });
  const rule = `${object}.d`;
  const { stderr } = runTool(
    CLANG,
    [...SOURCE_FLAGS, ...args, "-MMD", "-MF", rule, "-c", "-o", object],
    what,
  );
  if (stderr) process.stderr.write(stderr);
  return parseDependencies(readFileSync(rule, "utf8"));
}

/** Assembles one preprocessed assembly file. Returns the files that it read. */
export function assemble(source: string, object: string, defines: string[] = []): string[] {
  return compileObject(object, [...defines, "-x", "assembler-with-cpp", source], source);
}

/** Compiles a user module's unity object. Returns the files that it read. */
export function compileUser(module: Module, facts: ModuleFacts, object: string): string[] {
  const defines = [
    `-DMODULE_NAME="${module.name}"`,
    `-DMODULE_MAIN=w2c_${module.id}_main`,
    ...(facts.initFunction ? [`-DMODULE_INIT=${facts.initFunction}`] : []),
    `-DWASM_RT_TABLE_MAX=${Math.max(facts.tableSize, 1)}`,
    `-DWASM_MEMORY_MAX_PAGES=${module.link.memoryMaxPages}`,
    "-DWASM_MEM_BASE=0",
  ];
  const float = facts.usesFloat ? [] : [INTEGER_ONLY];
  const includes = ["-include", USER_IMPORTS_H, "-include", modulePaths(module).processed];
  return compileObject(
    object,
    [...flagsOf(module), ...float, ...defines, ...includes, "-x", "c", USER_START_C],
    module.name,
  );
}

/** Compiles a library's unity object: position-independent, with nothing but what it exports to others. Returns the files it read. */
export function compileLibraryObject(
  module: Module,
  files: { imports: string; processed: string; entries: string },
  usesFloat: boolean,
  object: string,
): string[] {
  const float = usesFloat ? [] : [INTEGER_ONLY];
  const includes = [USER_IMPORTS_H, files.imports, files.processed].flatMap((file) => ["-include", file]);
  const defines = ["-DHNX_LIBRARY", "-DWASM_RT_TABLE_MAX=1", "-DWASM_MEM_BASE=0"];
  return compileObject(
    object,
    [...flagsOf(module), ...float, ...defines, ...includes, "-x", "c", files.entries],
    module.name,
  );
}

/** Compiles the kernel's unity object. Returns the files that it read. */
export function compileKernel(module: Module, object: string): string[] {
  const processed = modulePaths(module).processed;
  const defines = [`-DKERNEL_MODULE="${processed}"`, "-I", ".", "-DWASM_RT_TABLE_MAX=1"];
  return compileObject(object, [...flagsOf(module), INTEGER_ONLY, ...defines, KERNEL_C], module.name);
}
