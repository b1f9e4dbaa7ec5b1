// `hnx bench`: runs the guest's program `bench` with one virtual nanosecond an instruction, walks some operations instruction by
// instruction, prints all that beside the anchors and writes build/bench.json. `hnx bench-check` compares with the baseline.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { baselineOf, findRegressions } from "../bench/baseline.ts";
import { makeDisks } from "../bench/disk_image.ts";
import { measureNetwork } from "../bench/network.ts";
import {
  type Results,
  breakdownResults,
  formatBreakdowns,
  formatTable,
  parseResults,
  sumOf,
} from "../bench/report.ts";
import { walkAll } from "../bench/walk.ts";
import { Failure } from "../common/failure.ts";
import { readMachineOptions } from "../common/options.ts";
import { TEST_INITRD } from "../common/paths.ts";
import { QEMU, kernelCommandLine, qemuArguments } from "../common/qemu.ts";
import { writeOutput } from "../common/stamp.ts";
import { build } from "../pipeline/build.ts";
import { handledByHelp } from "./usage.ts";

const HELP = `usage: hnx bench [--update-baseline]

Counts instructions per operation in the guest, prints a table and writes build/bench.json. With --update-baseline the
rows that repeat exactly go to tests/bench/baseline.json.
`;
const CHECK_HELP = `usage: hnx bench-check [RESULTS.json]

Runs the benchmarks, or takes the results of another run, and fails when a row is more than 5 % above
tests/bench/baseline.json. The last line counts as the tests' does.
`;
const UPDATE = "--update-baseline";
const RESULT_FILE = "build/bench.json";
const BASELINE_FILE = "tests/bench/baseline.json";
const BENCH_COMMAND = "bench";
const INSTRUCTION_COUNT = ["-icount", "shift=0"];
const BENCH_TIMEOUT_MS = 600_000;
/** An average of many rounds, and one round, may differ by this. */
const ROUNDING = 1;
const OUTPUT_MAX_BYTES = 16 * 1024 * 1024;

/** What the guest counts itself. */
function runGuestBenchmark(): Results {
  const append = kernelCommandLine("run", BENCH_COMMAND);
  const disks = makeDisks();
  const extra = INSTRUCTION_COUNT;
  const args = qemuArguments({ ...readMachineOptions({}), append, disks, initrd: TEST_INITRD, extra });
  const run = spawnSync(QEMU, args, {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
    timeout: BENCH_TIMEOUT_MS,
    maxBuffer: OUTPUT_MAX_BYTES,
  });
  if (run.error) throw new Failure(`${QEMU}: ${run.error.message}`);
  const results = parseResults(run.stdout);
  if (run.status !== 0 || Object.keys(results).length === 0) {
    throw new Failure(`the benchmark did not finish (status ${run.status ?? "none"}):\n${run.stdout}`);
  }
  return results;
}

async function measure(): Promise<Results> {
  await build();
  const counted = { ...runGuestBenchmark(), ...(await measureNetwork(INSTRUCTION_COUNT)) };
  const breakdowns = await walkAll();
  for (const [name, parts] of Object.entries(breakdowns)) {
    const walked = sumOf(parts);
    if (Math.abs(walked - (counted[name] ?? walked)) > ROUNDING)
      throw new Failure(`${name}: ${walked} instructions walked, but ${counted[name]} counted`);
  }
  counted.interrupt_to_handler = sumOf(breakdowns.interrupt_to_handler);
  process.stdout.write(`${formatTable(counted)}\n${formatBreakdowns(breakdowns)}`);
  const results = { ...counted, ...breakdownResults(breakdowns) };
  writeOutput(RESULT_FILE, `${JSON.stringify(results, null, 2)}\n`);
  return results;
}

/** Measures and prints; with --update-baseline records, too. */
export async function benchCommand(args: string[]): Promise<number> {
  const update = args.includes(UPDATE);
  if (handledByHelp(update ? args.filter((arg) => arg !== UPDATE) : args, HELP)) return 0;
  const results = await measure();
  if (update) writeOutput(BASELINE_FILE, `${JSON.stringify(baselineOf(results), null, 2)}\n`);
  return 0;
}

function readResults(file: string): Results {
  if (!existsSync(file)) throw new Failure(`there is no ${file}`);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Results;
  } catch (error) {
    throw new Failure(`${file}: ${(error as Error).message}`);
  }
}

/** Compares with the baseline; the status is 1 when something got worse. */
export async function benchCheckCommand(args: string[]): Promise<number> {
  if (handledByHelp(args, CHECK_HELP, true)) return 0;
  const baseline = readResults(BASELINE_FILE);
  const callerFolder = process.env.HNX_CALLER_DIR ?? process.cwd();
  const results = args.length > 0 ? readResults(path.resolve(callerFolder, args[0])) : await measure();
  const problems = findRegressions(baseline, results);
  for (const problem of problems) process.stdout.write(`WORSE ${problem}\n`);
  process.stdout.write(problems.length > 0 ? "0 passed, 1 failed\n" : "1 passed, 0 failed\n");
  return problems.length > 0 ? 1 : 0;
}
