// Step 10: constants shared by TypeScript, C and assembly. Called by build.ts before anything else is compiled.
// A constants file is AssemblyScript whose exported globals are constants. It is compiled and run under Node,
// and each of them becomes a line of build/gen/<name>_constants.h, the same for C and for assembly:
//
//   export const TCB_SP: u32 = offsetof<Tcb>("sp");        →        #define TCB_SP 248

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { readConfig } from "../common/config.ts";
import { Failure } from "../common/failure.ts";
import { GEN_DIR, OBJ_DIR } from "../common/paths.ts";
import { isFresh, recordStep, writeOutput } from "../common/stamp.ts";
import { compileAsc } from "./asc.ts";
import { toolKey } from "./toolkey.ts";

export interface Constant {
  name: string;
  value: bigint;
}

/** Numbers of more decimal digits are addresses and masks, which read better in hexadecimal. */
const DECIMAL_MAX = 9999n;

/** The declared AssemblyScript type of each exported global, from the .d.ts that asc writes. */
export function declaredTypes(declarations: string): Map<string, string> {
  const types = new Map<string, string>();
  const single = /export const (\w+): \{\s*\/\*\* @type `(\w+)` \*\//g;
  for (const [, name, type] of declarations.matchAll(single)) types.set(name, type);
  return types;
}

/** Exports of an instance as numbers with their declared sign. Throws a Failure for a value that is no integer. */
export function readConstants(exports: WebAssembly.Exports, types: ReadonlyMap<string, string>): Constant[] {
  const constants: Constant[] = [];
  for (const [name, exported] of Object.entries(exports)) {
    if (!(exported instanceof WebAssembly.Global)) continue;
    const raw: unknown = exported.value;
    if (typeof raw !== "bigint" && !Number.isInteger(raw)) throw new Failure(`${name} is not an integer`);
    const signed = BigInt(raw as number | bigint);
    const type = types.get(name) ?? "i32";
    const bits = typeof raw === "bigint" ? 64 : 32;
    const value = /^(?:u|bool)/.test(type) ? BigInt.asUintN(bits, signed) : signed;
    constants.push({ name: name.replace(/\W/g, "_"), value });
  }
  return constants;
}

/** The header's text. */
export function constantsHeader(source: string, constants: readonly Constant[]): string {
  const format = (value: bigint): string => (value > DECIMAL_MAX ? `0x${value.toString(16)}` : String(value));
  const lines = constants.map(
    ({ name, value }) => `#define ${name} ${value < 0n ? `(${value})` : format(value)}`,
  );
  return [`/* Generated from ${source}. */`, "#pragma once", ...lines, ""].join("\n");
}

async function generate(name: string, source: string, header: string): Promise<string[]> {
  const config = readConfig();
  const wasm = path.join(OBJ_DIR, "constants", `${name}.wasm`);
  const common = { ...config.options, debug: false, sourceMap: false };
  const options = { ...common, ...config.targets.constants, bindings: "raw" };
  const { inputs } = await compileAsc(source, wasm, options);
  const { instance } = await WebAssembly.instantiate(readFileSync(wasm), {});
  const types = declaredTypes(readFileSync(wasm.replace(/wasm$/, "d.ts"), "utf8"));
  writeOutput(header, constantsHeader(source, readConstants(instance.exports, types)));
  return inputs;
}

interface ConstantsStep {
  name: string;
  source: string;
  header: string;
}

/** The constants headers that are out of date. */
export function staleConstants(): ConstantsStep[] {
  return Object.entries(readConfig().constants)
    .map(([name, source]) => ({ name, source, header: path.join(GEN_DIR, `${name}_constants.h`) }))
    .filter(({ name, source }) => existsSync(source) && !isFresh(`${name}.constants`, toolKey()));
}

/** Brings every constants header up to date. */
export async function buildConstants(): Promise<void> {
  for (const { name, source, header } of staleConstants()) {
    const inputs = await generate(name, source, header);
    recordStep(`${name}.constants`, toolKey(), [...inputs, "asconfig.json"], [header]);
  }
}
