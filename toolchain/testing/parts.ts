// The parts of `make test` and how each is counted. Called by commands/test.ts.
//
//   lint                 every rule counts as one test
//   test-unit            tests/unit/, tests/ring/   under Node, and the ring's protocol in Spin
//   test-sim             tests/sim/           the whole kernel under Node; left out while there is no such folder
//   test-boot            tests/boot/          in QEMU
//   test-vfs-delegation  the one boot test of a file call's whole way, by itself

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { runLint } from "../lint/run.ts";

export interface PartResult {
  name: string;
  passed: number;
  failed: number;
}

interface VitestPart {
  filters: string[];
  exclude?: string[];
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numTotalTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
}

export const VITEST = "node_modules/vitest/vitest.mjs";
const REPORT_DIR = "build/test";
const DELEGATION_TEST = "tests/boot/vfs_delegation.test.ts";

const VITEST_PARTS: Record<string, VitestPart> = {
  "test-unit": { filters: ["tests/unit/", "tests/ring/"] },
  "test-sim": { filters: ["tests/sim/"] },
  "test-boot": { filters: ["tests/boot/"], exclude: [DELEGATION_TEST] },
  "test-vfs-delegation": { filters: [DELEGATION_TEST] },
};

export const PART_NAMES = ["lint", ...Object.keys(VITEST_PARTS)];

/**
 * Counts a vitest report: passed and failed tests, and one failure for each file that could not be run at all.
 * A run that ended badly without a failed test counts as one failure, too.
 */
export function countReport(
  report: VitestReport,
  exitStatus: number | null,
): { passed: number; failed: number } {
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + broken;
  return { passed: report.numPassedTests, failed: failed === 0 && exitStatus !== 0 ? 1 : failed };
}

function runVitest(name: string, { filters, exclude = [] }: VitestPart): PartResult {
  mkdirSync(REPORT_DIR, { recursive: true });
  const report = `${REPORT_DIR}/${name}.json`;
  rmSync(report, { force: true });
  const excludes = exclude.flatMap((file) => ["--exclude", file]);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const { status } = spawnSync(process.execPath, [VITEST, "run", ...filters, ...excludes, ...reporters], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  try {
    return { name, ...countReport(JSON.parse(readFileSync(report, "utf8")) as VitestReport, status) };
  } catch {
    return { name, passed: 0, failed: 1 };
  }
}

/** Whether a part runs what the build makes. */
export function needsBuild(name: string): boolean {
  return name !== "lint" && name !== "test-unit";
}

/** Whether a part has tests in this tree. */
export function hasPart(name: string): boolean {
  const part = VITEST_PARTS[name];
  if (!part) return true;
  return part.filters.some((filter) => {
    if (filter.endsWith(".test.ts")) return existsSync(filter);
    return (
      existsSync(filter) &&
      readdirSync(filter, { recursive: true }).some((file) => isTest(filter, String(file)))
    );
  });
}

function isTest(folder: string, file: string): boolean {
  return file.endsWith(".test.ts") && `${folder}${file}` !== DELEGATION_TEST;
}

/** Runs one part; a part that crashes counts as one failure. */
export async function runPart(name: string): Promise<PartResult> {
  const part = VITEST_PARTS[name];
  if (part) return runVitest(name, part);
  const results = await runLint();
  const failed = results.filter(({ problems }) => problems.length > 0).length;
  return { name, passed: results.length - failed, failed };
}
