// The signalling protocol, model-checked by Spin: ring.pml in all its interleavings, for an endless stream of items. And
// the same model broken in three ways, each of which Spin must find out, or it proves nothing.
// Needs the Debian package spin, which `make test` installs, and clang for Spin's verifier.

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { CLANG } from "../../toolchain/common/paths.ts";

const MODEL = path.resolve("tests/ring/ring.pml");
/** Steps of the longest path that is followed; a longer one is an error of the verifier (-b), not a pass. */
const MAX_DEPTH = 1_000_000;

interface Verdict {
  errors: number;
  complete: boolean;
  output: string;
}

function run(command: string, args: string[], folder: string): string {
  const { stdout, stderr, status, error } = spawnSync(command, args, { cwd: folder, encoding: "utf8" });
  if (error) throw new Error(`${command}: ${error.message}; ./hnx test installs it`);
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}:\n${stdout}${stderr}`);
  return stdout;
}

/** Builds the verifier of the model with a switch ("" for none). → its folder */
function buildVerifier(breakage: string): string {
  const folder = path.resolve(`build/test/ring-model${breakage}`);
  mkdirSync(folder, { recursive: true });
  const defines = breakage ? [`-D${breakage}`] : [];
  run("spin", [`-P${CLANG} -E -x c`, ...defines, "-a", MODEL], folder);
  run(CLANG, ["-O2", "-w", "-o", "pan", "pan.c"], folder);
  return folder;
}

/** Checks a property (an ltl of the model) over weakly fair schedules. */
function verify(folder: string, property: string): Verdict {
  const output = run("./pan", ["-a", "-f", "-b", `-m${MAX_DEPTH}`, "-N", property], folder);
  const errors = /errors: (\d+)/.exec(output)?.[1];
  if (errors === undefined) throw new Error(`no verdict:\n${output}`);
  return { errors: Number(errors), complete: !output.includes("Search not completed"), output };
}

test("what was put is drained, who waits for room gets it, and a quiet ring comes to rest", () => {
  const folder = buildVerifier("");
  for (const property of ["drained", "room", "rest"]) {
    const { errors, complete, output } = verify(folder, property);
    expect({ property, errors, complete }, output).toEqual({ property, errors: 0, complete: true });
  }
});

test.each(["NO_LOOK_AGAIN", "LATE_STORE", "NO_SIGNAL_OWED"])(
  "a model with %s loses a wake-up",
  (breakage) => {
    const folder = buildVerifier(breakage);
    for (const property of ["drained", "room"]) {
      const { errors, output } = verify(folder, property);
      expect(errors, `${property}: ${output}`).toBe(1);
      expect(output).toContain("acceptance cycle");
    }
  },
);
