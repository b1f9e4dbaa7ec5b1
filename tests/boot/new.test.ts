// `make new-program` and `make new-service`: what they lay out builds, boots and passes its own tests; nothing that exists is
// touched. In a copy of the tree, with what is built already.

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const TIMEOUT_MS = 400_000;
const NOT_COPIED = new Set(["test", "bench"]);

let tree = "";

function copyTree(): string {
  const copy = mkdtempSync(path.join(os.tmpdir(), "hnx-new-"));
  const list = ["ls-files", "--cached", "--others", "--exclude-standard"];
  for (const file of execFileSync("git", list, { encoding: "utf8" }).trim().split("\n"))
    if (existsSync(file)) cpSync(file, path.join(copy, file));
  mkdirSync(path.join(copy, "build"));
  cpSync("build", path.join(copy, "build"), {
    recursive: true,
    filter: (file) => !NOT_COPIED.has(path.relative("build", file).split(path.sep)[0]),
  });
  symlinkSync(path.resolve("node_modules"), path.join(copy, "node_modules"));
  return copy;
}

/** Runs a command in the copy, without what the surrounding test run has set. */
function run(command: string, ...args: string[]): { status: number | null; out: string } {
  const isOurs = (name: string): boolean => /^(?:VITEST|HNX_|FORCE_COLOR|MAKE)/.test(name);
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !isOurs(name)));
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: tree, env, encoding: "utf8" });
  return { status, out: stdout + stderr };
}

const make = (target: string, name: string): ReturnType<typeof run> => run("make", target, `NAME=${name}`);

beforeAll(() => {
  tree = copyTree();
}, TIMEOUT_MS);
afterAll(() => {
  rmSync(tree, { recursive: true, force: true });
});

test("names that are wrong or taken are refused, and nothing is written", () => {
  const before = readFileSync(path.join(tree, "system.json"), "utf8");
  for (const name of ["Upper", "../x", "a", "a b", "-a", "a-", "a".repeat(16), "$(id)"])
    expect(make("new-service", name).out, name).toContain("NAME: 2 to 15 of a-z");
  expect(make("new-service", "vfs").out).toContain('there is a program or service "vfs" already');
  expect(make("new-program", "v-fs").out).toContain('there is a program or service "v-fs" already');
  expect(run("./hnx", "new-program").status).toBe(64);
  expect(readFileSync(path.join(tree, "system.json"), "utf8")).toBe(before);
});

test(
  "a new program and a new service build, boot and pass their own tests",
  () => {
    expect(make("new-program", "new-one")).toMatchObject({ status: 0 });
    const laidOut = make("new-service", "new-two");
    expect(laidOut.status, laidOut.out).toBe(0);
    expect(make("new-service", "new-two").out).toContain('"new-two" already');
    const built = run("./hnx", "build");
    expect(built.status, built.out).toBe(0);
    const tests = ["tests/unit/new-one", "tests/unit/new-two", "tests/boot/new_one", "tests/boot/new_two"];
    const passed = run("npx", "vitest", "run", "--no-color", ...tests);
    expect(passed.out).toMatch(/Test Files +4 passed \(4\)/);
    expect(passed.status, passed.out).toBe(0);
  },
  TIMEOUT_MS,
);
