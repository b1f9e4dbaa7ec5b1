import { mkdtempSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { Failure } from "../../../toolchain/common/failure.ts";
import { ascArguments } from "../../../toolchain/common/config.ts";
import { compileAsc } from "../../../toolchain/pipeline/asc.ts";

const OPTIONS = { runtime: "stub", memoryBase: 16384, optimizeLevel: 1, use: ["abort="] };

function project(files: Record<string, string>): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "hnx-asc-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return path.relative(process.cwd(), folder);
}

describe("compileAsc", () => {
  it("reports an error with asc's message, file and line, as a Failure", async () => {
    const folder = project({ "main.ts": `export function f(): u32 {\n  return "text";\n}\n` });
    const failure = await compileAsc(`${folder}/main.ts`, `${folder}/out.wasm`, OPTIONS).catch(
      (e: unknown) => e,
    );
    expect(failure).toBeInstanceOf(Failure);
    expect((failure as Failure).exitCode).toBe(1);
    expect((failure as Failure).message).toMatch(/TS2322.*not assignable to type 'u32'/);
    expect((failure as Failure).message).toContain("main.ts(2,10)");
  });

  it("knows every file it read, and that a missing import was looked for", async () => {
    const folder = project({
      "main.ts": `import { x } from "./other";\nexport function f(): u32 { return x; }\n`,
    });
    await expect(compileAsc(`${folder}/main.ts`, `${folder}/out.wasm`, OPTIONS)).rejects.toThrow(/other/);
    writeFileSync(path.join(folder, "other.ts"), "export const x: u32 = 5;\n");
    const { inputs } = await compileAsc(`${folder}/main.ts`, `${folder}/out.wasm`, OPTIONS);
    expect(inputs.map((file) => path.basename(file)).sort()).toEqual(
      expect.arrayContaining(["main.ts", "other.ts"]),
    );
  });

  it("knows where the static data ends, zeros included", async () => {
    const folder = project({
      "main.ts": `const table = memory.data(4096, 16);\nexport function f(): usize { return table; }\n`,
    });
    const { dataEnd, heapBase } = await compileAsc(`${folder}/main.ts`, `${folder}/out.wasm`, OPTIONS);
    expect(dataEnd).toBe(16384 + 4096);
    expect(heapBase).toBeGreaterThanOrEqual(dataEnd);
  });
});

describe("ascArguments", () => {
  it("writes flags, values and lists as asc takes them", () => {
    const options = { debug: true, noAssert: false, memoryBase: 16384, use: ["abort=", "x=y"] };
    expect(ascArguments(options)).toEqual([
      "--debug",
      "--memoryBase",
      "16384",
      "--use",
      "abort=",
      "--use",
      "x=y",
    ]);
  });
});
