// Steps 1 to 5 for a library: .ts → wasm for three addresses → one module for any (relocate.ts) → C, and what stands in its note.
// Called by library.ts. Leaves in build/obj/<name>/ what compile.ts leaves for a program, without .ts lines, and:
//
//   at<n>.wasm    the three builds          imports.h, entries.c    library_c.ts          interface.json    LibraryFacts

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type Binaryen from "binaryen";
import type { Module } from "../common/config.ts";
import { runNodeTool } from "../common/exec.ts";
import { Failure } from "../common/failure.ts";
import { USER_IMPORTS_H } from "../common/paths.ts";
import { writeOutput } from "../common/stamp.ts";
import { compileAsc } from "./asc.ts";
import { LIBRARY_FILE, checkText } from "./check.ts";
import { type ModulePaths, modulePaths } from "./facts.ts";
import { type ExportedFunction, type LibraryInterface, entriesC, importsC } from "./library_c.ts";
import { postProcess } from "./post.ts";
import { type Build, relocate } from "./relocate.ts";
import type { Signature, ValueType } from "./signature.ts";
import { readLayout } from "./wasm.ts";

const WASM2C = "node_modules/wabt/bin/wasm2c";
/** Of the area, before the static data: the imports' addresses (abi/library.ts). */
export const AREA_HEADER = 512;
const AREA_UNIT = 65536;
const AREA_MAX = 16 * 1024 * 1024;
/** Where the area lies in the three builds: multiples of a page and of nothing larger, so that nothing can depend on more. */
const BASES = [0x0010_0000, 0x0123_5000, 0x02fe_d000];
/** What a library may ask of the system. */
const ALLOWED_IMPORTS = new Set(["sys.call", "sys.counter"]);

export interface LibraryFacts extends LibraryInterface {
  usesFloat: boolean;
  areaBytes: number;
  relocations: number[];
}

export interface LibraryPaths extends ModulePaths {
  interface: string;
  imports: string;
  entries: string;
}

export function libraryPaths(module: Module): LibraryPaths {
  const paths = modulePaths(module);
  const at = (file: string): string => path.join(paths.dir, file);
  return { ...paths, interface: at("interface.json"), imports: at("imports.h"), entries: at("entries.c") };
}

/** Compiles for one address. → the build, its inputs and the end of its static data in the area. */
async function compileAt(
  module: Module,
  base: number,
): Promise<{ build: Build; inputs: string[]; dataEnd: number; warnings: string }> {
  const wasm = path.join(modulePaths(module).dir, `at${base}.wasm`);
  const options = { ...module.options, memoryBase: base + AREA_HEADER };
  const { inputs, warnings, dataEnd } = await compileAsc(module.entry, wasm, options);
  const bytes = readFileSync(wasm);
  const { default: binaryen } = await import("binaryen");
  const parsed = binaryen.readBinary(bytes);
  try {
    parsed.setFeatures(binaryen.Features.All);
    const text = parsed.emitText();
    return {
      build: { base, text, segments: readLayout(bytes).segments },
      inputs,
      dataEnd: dataEnd - base,
      warnings,
    };
  } finally {
    parsed.dispose();
  }
}

/** Turns the text into a module and reads what it exports and imports. */
async function assembleText(text: string, wasm: string): Promise<LibraryInterface> {
  const { default: binaryen } = await import("binaryen");
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(binaryen.Features.All);
    if (!module.validate()) throw new Failure("binaryen finds the relocated module invalid");
    binaryen.setDebugInfo(true);
    writeFileSync(wasm, module.emitBinary());
    return { exports: readExports(binaryen, module), imports: readImports(text) };
  } finally {
    binaryen.setDebugInfo(false);
    module.dispose();
  }
}

function typeName(binaryen: typeof Binaryen, type: number): ValueType {
  const names = new Map<number, ValueType>([
    [binaryen.i32, "i32"],
    [binaryen.i64, "i64"],
    [binaryen.f32, "f32"],
    [binaryen.f64, "f64"],
  ]);
  const name = names.get(type);
  if (!name) throw new Failure("an exported function has a parameter or result that is no number");
  return name;
}

/** The functions that others may call: all exported ones but the start and place functions. */
function readExports(binaryen: typeof Binaryen, module: Binaryen.Module): ExportedFunction[] {
  const exports: ExportedFunction[] = [];
  for (let i = 0; i < module.getNumExports(); i++) {
    const info = binaryen.getExportInfo(module.getExportByIndex(i));
    if (info.kind !== binaryen.ExternalFunction || /^(?:_initialize|~place)$/.test(info.name)) continue;
    const { params, results } = binaryen.getFunctionInfo(module.getFunction(info.value));
    const types = (type: number): ValueType[] =>
      binaryen.expandType(type).map((each) => typeName(binaryen, each));
    exports.push({ name: info.name, signature: { parameters: types(params), result: types(results)[0] } });
  }
  return exports.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The functions of other libraries that it calls, from the text: `(import "lib.so" "f" (func $x (type $0) (param i32) (result i32)))`. */
function readImports(text: string): LibraryInterface["imports"] {
  const pattern =
    /^ \(import "([^"]*)" "([^"]*)" \(func \S+ \(type \S+\)(?: \(param ([^)]*)\))?(?: \(result (\w+)\))?\)\)$/gm;
  return [...text.matchAll(pattern)]
    .filter(([, library]) => LIBRARY_FILE.test(library))
    .map(([, library, name, params, result]) => {
      const signature: Signature = {
        parameters: params ? (params.trim().split(/\s+/) as ValueType[]) : [],
        result: result as ValueType | undefined,
      };
      return { library, name, signature };
    });
}

function writeC(module: Module, files: LibraryPaths, facts: LibraryFacts): void {
  runNodeTool(WASM2C, [files.wasm, "-n", module.id, "-o", files.c], `wasm2c ${module.name}`);
  const processed = postProcess({
    source: readFileSync(files.c, "utf8"),
    header: readFileSync(files.header, "utf8"),
    id: module.id,
    kind: "library",
    initialPages: 1,
  });
  const init = new RegExp(`\\bw2c_${module.id}_0x5Finitialize\\b`).exec(processed)?.[0];
  writeOutput(files.imports, importsC(facts));
  writeOutput(files.processed, processed);
  writeOutput(files.entries, entriesC(facts, module.id, facts.areaBytes, init));
}

/** Compiles a library to C. Returns the files it depends on; throws a Failure with a message for a person. */
export async function compileLibrary(module: Module): Promise<string[]> {
  const files = libraryPaths(module);
  const compiled = [];
  for (const base of BASES) compiled.push(await compileAt(module, base));
  if (compiled[0].warnings) process.stderr.write(compiled[0].warnings);
  const { usesFloat } = checkText(compiled[0].build.text, "library", ALLOWED_IMPORTS);
  const { text, data, relocations } = relocate(
    compiled.map(({ build }) => build),
    AREA_HEADER,
  );
  const shape = await assembleText(text, files.wasm);
  const wanted = compiled[0].dataEnd + module.link.heapPages * AREA_UNIT;
  const areaBytes = Math.ceil(wanted / AREA_UNIT) * AREA_UNIT;
  if (areaBytes > AREA_MAX)
    throw new Failure(`static data and heap take ${areaBytes} bytes, at most ${AREA_MAX}`);
  const facts: LibraryFacts = { ...shape, usesFloat, areaBytes, relocations };
  writeOutput(files.data, data);
  writeOutput(files.interface, JSON.stringify(facts));
  writeC(module, files, facts);
  writeOutput(files.published, readFileSync(files.wasm));
  return [...compiled[0].inputs, USER_IMPORTS_H];
}
