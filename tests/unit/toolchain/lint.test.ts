import { describe, expect, it } from "vitest";
import { checkFormat, formatSource } from "../../../toolchain/lint/format.ts";
import { checkImports, checkKernelWords, importsOf } from "../../../toolchain/lint/imports.ts";
import {
  BOOT_LINES_MAX,
  checkBootCode,
  checkFileSizes,
  checkFunctionSizes,
} from "../../../toolchain/lint/sizes.ts";
import {
  checkLockFile,
  checkPinned,
  checkRegistries,
  checkUnfinished,
} from "../../../toolchain/lint/words.ts";

const source = (file: string, text: string): { file: string; text: string }[] => [{ file, text }];
const lines = (count: number, line = "x;"): string => `${line}\n`.repeat(count);

describe("import directions", () => {
  it.each([
    ["space/apps/ls/main.ts", "../../../kernel/log/log", /space\/ may not import kernel\//],
    ["space/services/vfs/main.ts", "../../../core/ipc/endpoint", /space\/ may not import core\//],
    ["space/lib/fs/open.ts", "../../../ipc_services/protocol", /space\/ may not import ipc_services\//],
    ["core/ipc/endpoint.ts", "../../kernel/sched/queue", /core\/ may not import kernel\//],
    ["core/ipc/endpoint.ts", "../../ipc_services/delegate", /core\/ may not import ipc_services\//],
    ["ipc_services/delegate/open.ts", "../../kernel/log/log", /ipc_services\/ may not import kernel\//],
    ["kernel/main.ts", "../space/services/vfs/tree", /kernel\/ may not import space\//],
    ["abi/errno.ts", "../core/ipc/endpoint", /abi\/ may not import core\//],
    ["kernel/main.ts", "assemblyscript/std", /relative path only/],
  ])("%s may not import %s", (file, target, message) => {
    const found = checkImports(source(file, `import {\n  x,\n} from "${target}";\n`));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  it("lets the arrows through", () => {
    const files = [
      ...source(
        "space/apps/ls/main.ts",
        `import { a } from "../../lib/fs";\nimport { b } from "../../../abi/errno";\n`,
      ),
      ...source(
        "kernel/main.ts",
        `import { a } from "../ipc_services/delegate";\nimport "../core/ipc/endpoint";\n`,
      ),
      ...source(
        "tests/unit/x.test.ts",
        `import { a } from "vitest";\nimport { b } from "../../kernel/main";\n`,
      ),
    ];
    expect(checkImports(files)).toEqual([]);
  });

  it("sees re-exports and bare imports", () => {
    expect(
      importsOf(`export * from "./a";\nimport "./b";\nexport { c } from "./c";\nconst d = 1;\n`),
    ).toEqual(["./a", "./b", "./c"]);
  });
});

describe("kernel words", () => {
  it("finds file-system and network code by its names", () => {
    const found = checkKernelWords(
      source("kernel/x.ts", "let a = 1;\nfunction findInode(): void {}\nlet TCP_PORT = 1;\n"),
    );
    expect(found).toEqual([
      expect.stringContaining("kernel/x.ts:2"),
      expect.stringContaining("kernel/x.ts:3"),
    ]);
  });

  it("does not mind comments, strings and services", () => {
    expect(checkKernelWords(source("kernel/x.ts", `// no tcp here\nlog("tcp");\n/* inode */\n`))).toEqual([]);
    expect(checkKernelWords(source("space/services/vfs/x.ts", "let inode = 1;\n"))).toEqual([]);
  });
});

describe("sizes", () => {
  it("finds a file that is too long", () => {
    expect(checkFileSizes(source("a/long.ts", lines(401)))).toEqual([expect.stringContaining("401 lines")]);
    expect(checkFileSizes(source("a/long.ts", lines(400)))).toEqual([]);
    expect(checkFileSizes(source("docs/long.md", lines(4000)))).toEqual([]);
  });

  it("finds a function that is too long, decorated as AssemblyScript's are", () => {
    const long = `@inline\nexport function much(): void {\n${lines(70)}}\n`;
    expect(checkFunctionSizes(source("kernel/a.ts", long))).toEqual([
      expect.stringContaining("much has 73 lines"),
    ]);
    expect(checkFunctionSizes(source("a.ts", `const f = () => {\n${lines(70)}};\n`))).toHaveLength(1);
    expect(checkFunctionSizes(source("a.ts", `class A {\n  m() {\n${lines(70)}  }\n}\n`))).toHaveLength(1);
  });

  it("lets a screenful and a group of tests through", () => {
    expect(checkFunctionSizes(source("a.ts", `function f() {\n${lines(68)}}\n`))).toEqual([]);
    expect(checkFunctionSizes(source("a.test.ts", `describe("x", () => {\n${lines(200)}});\n`))).toEqual([]);
  });

  it("finds assembly and C outside boot/, and too much of it inside", () => {
    expect(checkBootCode(source("kernel/fast.S", "nop\n"))).toEqual([expect.stringContaining("boot/ only")]);
    expect(checkBootCode(source("boot/a.S", lines(BOOT_LINES_MAX + 1)))).toEqual([
      expect.stringContaining("1201 lines"),
    ]);
    expect(checkBootCode(source("boot/a.S", lines(BOOT_LINES_MAX)))).toEqual([]);
  });
});

describe("words", () => {
  it("finds marks of unfinished work", () => {
    for (const mark of ["TO" + "DO", "FIX" + "ME", "XX" + "X"]) {
      expect(checkUnfinished(source("a.ts", `x;\n// ${mark}: later\n`))).toEqual([
        expect.stringContaining("a.ts:2"),
      ]);
    }
    expect(checkUnfinished(source("a.ts", "// a list of what to do\n"))).toEqual([]);
  });

  it("finds the address of a registry", () => {
    const address = "https://registry.npm" + "js.org/";
    expect(checkRegistries(source(".npmrc", `registry=${address}\n`))).toEqual([
      expect.stringContaining(".npmrc:1"),
    ]);
    expect(checkRegistries(source(".npmrc", "save-exact=true\n"))).toEqual([]);
  });

  it("finds an address in the lock file", () => {
    const lock = (entry: object): string => JSON.stringify({ packages: { "node_modules/a": entry } });
    expect(checkLockFile(source("package-lock.json", lock({ resolved: "https://x/a.tgz" })))).toHaveLength(1);
    expect(checkLockFile(source("package-lock.json", lock({ version: "1.0.0" })))).toEqual([]);
  });

  it("finds a version that is not exact", () => {
    const manifest = (version: string): string => JSON.stringify({ devDependencies: { a: version } });
    for (const version of ["^1.2.3", "~1.2.3", "1.x", "*", "latest", "1.2"]) {
      expect(checkPinned(source("package.json", manifest(version)))).toHaveLength(1);
    }
    for (const version of ["1.2.3", "131.0.0-nightly.20260721"]) {
      expect(checkPinned(source("package.json", manifest(version)))).toEqual([]);
    }
  });
});

describe("formatting", () => {
  it("finds what is not formatted and what does not parse", async () => {
    expect(await checkFormat(source("a.ts", "let a  = 'x'\n"))).toEqual([
      expect.stringContaining("not formatted"),
    ]);
    expect(await checkFormat(source("a.ts", "let = = 1;\n"))).toHaveLength(1);
    expect(await checkFormat(source("a.ts", 'let a = "x";\n'))).toEqual([]);
  });

  it("keeps AssemblyScript's decorators", async () => {
    const text = [
      '@external("hw", "now")',
      "export declare function now(): u64;",
      "@inline @unsafe export function f(): u32 {",
      "  return 1;",
      "}",
      "@unmanaged",
      "export class A {",
      "  a: u32;",
      "}",
      "",
    ].join("\n");
    expect(await formatSource(text)).toBe(text);
    expect(await formatSource(text.replace("return 1", "return  1"))).toBe(text);
  });
});
