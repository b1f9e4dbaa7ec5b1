// `hnx test [part…]`: builds, runs the parts and prints what each gave and the sum of all, as the last line:
//
//   12 passed, 0 failed

import { Failure, describeError } from "../common/failure.ts";
import { EXIT_USAGE } from "../common/options.ts";
import { build } from "../pipeline/build.ts";
import { PART_NAMES, type PartResult, hasPart, needsBuild, runPart } from "../testing/parts.ts";
import { handledByHelp } from "./usage.ts";

const HELP = `usage: hnx test [PART…]

Builds and runs the tests: all parts, or those named. Parts: ${PART_NAMES.join(" ")}
`;

/** Builds; a failure is a test that failed, and parts that need the images are not tried. */
async function buildSucceeds(): Promise<boolean> {
  try {
    await build();
    return true;
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    return false;
  }
}

async function runParts(parts: readonly string[]): Promise<PartResult[]> {
  const built = await buildSucceeds();
  const results: PartResult[] = built ? [] : [{ name: "build", passed: 0, failed: 1 }];
  for (const name of parts) {
    process.stdout.write(`\n== ${name}\n`);
    results.push(built || !needsBuild(name) ? await runPart(name) : { name, passed: 0, failed: 1 });
  }
  return results;
}

/** Builds and tests; the status is 1 when anything failed. */
export async function testCommand(args: string[]): Promise<number> {
  if (handledByHelp(args, HELP, true)) return 0;
  const unknown = args.find((name) => !PART_NAMES.includes(name));
  if (unknown !== undefined) throw new Failure(`there is no part "${unknown}"\n${HELP}`, EXIT_USAGE);
  const parts = (args.length > 0 ? args : PART_NAMES).filter(hasPart);
  const results = await runParts(parts);
  process.stdout.write("\n");
  for (const { name, passed, failed } of results) {
    process.stdout.write(`${failed > 0 ? "FAILED" : "ok    "} ${name}: ${passed} passed, ${failed} failed\n`);
  }
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed > 0 ? 1 : 0;
}
