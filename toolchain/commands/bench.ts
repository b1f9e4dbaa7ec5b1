// `hnx bench`: runs the guest's program `bench` with one virtual nanosecond an instruction, prints the results beside
// the anchors and writes build/bench.json. `hnx bench-check` compares them with tests/bench/baseline.json.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { type Results, findRegressions, formatTable, parseResults } from "../bench/report.ts";
import { Failure } from "../common/failure.ts";
import { readMachineOptions } from "../common/options.ts";
import { TEST_INITRD } from "../common/paths.ts";
import { QEMU, kernelCommandLine, qemuArguments } from "../common/qemu.ts";
import { writeOutput } from "../common/stamp.ts";
import { build } from "../pipeline/build.ts";
import { handledByHelp } from "./usage.ts";

const HELP = `usage: hnx bench

Counts instructions per operation in the guest, prints a table and writes build/bench.json.
`;
const CHECK_HELP = `usage: hnx bench-check [--record]

Runs the benchmarks and fails when one that repeats exactly is more than 5 % slower than in tests/bench/baseline.json.
With --record writes that file.
`;
const RESULT_FILE = "build/bench.json";
/** The disk of the block rows: something to read. */
const DISK_FILE = "build/bench/disk.img";
const DISK_BYTES = 16 * 1024 * 1024;
const DISK_PATTERN = "HNX ";
const BASELINE_FILE = "tests/bench/baseline.json";
const BENCH_COMMAND = "bench";
const INSTRUCTION_COUNT = ["-icount", "shift=0"];
const BENCH_TIMEOUT_MS = 600_000;
const OUTPUT_MAX_BYTES = 16 * 1024 * 1024;

async function measure(): Promise<Results> {
  await build();
  const options = readMachineOptions({});
  const append = kernelCommandLine("run", BENCH_COMMAND);
  writeOutput(DISK_FILE, Buffer.alloc(DISK_BYTES, DISK_PATTERN));
  const disks = [DISK_FILE];
  const args = qemuArguments({ ...options, append, disks, initrd: TEST_INITRD, extra: INSTRUCTION_COUNT });
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
  writeOutput(RESULT_FILE, `${JSON.stringify(results, null, 2)}\n`);
  process.stdout.write(formatTable(results));
  return results;
}

/** Measures and prints. */
export async function benchCommand(args: string[]): Promise<number> {
  if (handledByHelp(args, HELP)) return 0;
  await measure();
  return 0;
}

/** Measures and compares; the status is 1 when something got slower. */
export async function benchCheckCommand(args: string[]): Promise<number> {
  const record = args.includes("--record");
  if (handledByHelp(record ? args.filter((arg) => arg !== "--record") : args, CHECK_HELP)) return 0;
  if (!record && !existsSync(BASELINE_FILE)) {
    throw new Failure(`there is no ${BASELINE_FILE}; \`./hnx bench-check --record\` writes it`);
  }
  const results = await measure();
  if (record) {
    writeOutput(BASELINE_FILE, `${JSON.stringify(results, null, 2)}\n`);
    return 0;
  }
  const baseline = JSON.parse(readFileSync(BASELINE_FILE, "utf8")) as Results;
  const problems = findRegressions(baseline, results);
  for (const problem of problems) process.stdout.write(`SLOWER ${problem}\n`);
  return problems.length > 0 ? 1 : 0;
}
