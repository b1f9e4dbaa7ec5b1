// Step 1: AssemblyScript → WebAssembly. Called by compile.ts and constants.ts.
// Runs asc in this process, so that every file it reads (or looks for and misses) is known and can be stamped.
// asc's own diagnostic, with file and line, is the message of the Failure.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type Binaryen from "binaryen";
import { Failure } from "../common/failure.ts";
import { type AscOptions, ascArguments } from "../common/config.ts";
import { readLayout } from "./wasm.ts";

export interface AscResult {
  /** Files read or looked for, relative to the root. */
  inputs: string[];
  /** Warnings asc printed although it succeeded. */
  warnings: string;
  /** First address after the static data. */
  dataEnd: number;
  /** First address that the allocator may use: after the static data and asc's own stack of references. */
  heapBase: number;
}

class TextSink {
  text = "";

  write(chunk: string | Uint8Array): boolean {
    this.text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
    return true;
  }
}

/** asc's own constant for the end of its static data and of its stack of references. */
const HEAP_BASE = "~lib/memory/__heap_base";

/**
 * Reads the end of the static data, zeros included, before asc's optimizer drops segments of zeros and folds the
 * constant away. A module that neither allocates nor keeps references has no such constant.
 */
async function readDataLayout(module: Binaryen.Module): Promise<{ dataEnd: number; heapBase: number }> {
  const { default: binaryen } = await import("binaryen");
  const { segments } = readLayout(module.emitBinary());
  const dataEnd = segments.reduce((end, { offset, bytes }) => Math.max(end, offset + bytes.length), 0);
  const global = module.getGlobal(HEAP_BASE);
  if (!global) return { dataEnd, heapBase: dataEnd };
  const info = binaryen.getExpressionInfo(binaryen.getGlobalInfo(global).init) as Binaryen.ConstInfo;
  return { dataEnd, heapBase: Number(info.value) };
}

/** asc reads this by itself when it sees it; ours is read by config.ts and has parts that are not asc's. */
const ASC_OWN_CONFIG = "asconfig.json";

/** What the compiler reads instead of a source file's text; the path is relative to the root. */
export type SourceChange = (file: string, text: string) => string;

/**
 * Compiles `entry` to `outFile` (and, by the options, outFile.map or the bindings beside it). Tests that need another program
 * than the tree's give `change`. Throws a Failure with asc's diagnostics.
 */
export async function compileAsc(
  entry: string,
  outFile: string,
  options: AscOptions,
  change: SourceChange = (_, text) => text,
): Promise<AscResult> {
  const { default: asc } = await import("assemblyscript/asc");
  const inputs = new Set<string>();
  const stdout = new TextSink();
  const stderr = new TextSink();
  mkdirSync(path.dirname(outFile), { recursive: true });
  let layout = { dataEnd: 0, heapBase: 0 };
  const layoutReader = {
    async afterCompile(module: Binaryen.Module): Promise<void> {
      layout = await readDataLayout(module);
    },
  };
  const args = [entry, ...ascArguments(options), "--outFile", outFile];
  const { error } = await asc.main(args, {
    stdout,
    stderr,
    readFile(name: string, base: string): string | null {
      if (name === ASC_OWN_CONFIG) return null;
      const file = path.join(base, name);
      inputs.add(path.normalize(file));
      return existsSync(file) ? change(path.normalize(file), readFileSync(file, "utf8")) : null;
    },
    writeFile(name: string, content: string | Uint8Array, base: string): void {
      writeFileSync(path.join(base, name), content);
    },
    listFiles: () => [],
    transforms: [layoutReader as never],
  });
  if (error) throw new Failure(`${stderr.text}${stdout.text}`.trim() || error.message);
  return { inputs: [...inputs], warnings: stderr.text, ...layout };
}
