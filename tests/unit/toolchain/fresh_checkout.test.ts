// Every command of ./hnx loads in a checkout where nothing has been built yet: what it needs, it builds first.

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../../toolchain/common/paths.ts";

const NOT_CHECKED_OUT = ["build", "node_modules", ".git"];
let checkout: string;

beforeAll(() => {
  checkout = mkdtempSync(path.join(tmpdir(), "hnx-fresh-"));
  const filter = (source: string): boolean => !NOT_CHECKED_OUT.includes(path.relative(ROOT, source));
  cpSync(ROOT, checkout, { recursive: true, filter });
  symlinkSync(path.join(ROOT, "node_modules"), path.join(checkout, "node_modules"));
});

afterAll(() => rmSync(checkout, { recursive: true, force: true }));

function hnx(...args: string[]): string {
  const run = spawnSync(process.execPath, ["--import", "tsx", "toolchain/cli.ts", ...args], {
    cwd: checkout,
    encoding: "utf8",
  });
  expect(`${run.status} ${run.stderr}`, args.join(" ")).toBe("0 ");
  return run.stdout;
}

test("every command but setup says what it is for", () => {
  const listed = [...hnx("help").matchAll(/^ {2}([a-z-]+) {2,}\S/gm)].map(([, name]) => name);
  expect(listed).toContain("soak");
  for (const name of listed.filter((command) => command !== "setup"))
    expect(hnx(name, "--help"), name).toContain(`usage: hnx ${name}`);
});
