// Compiles AssemblyScript that only tests need: a module of exports around a library. Each worker writes a file of its own,
// because several test files that use the same module run at once.

import { readFileSync } from "node:fs";
import { compileAsc } from "../../../toolchain/pipeline/asc.ts";
import type { AscOptions } from "../../../toolchain/common/config.ts";

/** entry: the file; name: of the output under build/test; options: added to asc's usual ones. */
export async function compileForTest(
  entry: string,
  name: string,
  options: AscOptions = {},
): Promise<WebAssembly.Module> {
  const output = `build/test/${name}-${process.env.VITEST_POOL_ID ?? "0"}.wasm`;
  await compileAsc(entry, output, {
    optimizeLevel: 1,
    debug: true,
    noAssert: true,
    use: ["abort="],
    runtime: "stub",
    memoryBase: 16384,
    ...options,
  });
  return new WebAssembly.Module(readFileSync(output));
}
