// Does the heavy work in two worker processes: asc, binaryen and clang keep a core busy each, and the machine has
// two. Called by build.ts. The worker is bundled to plain JavaScript first, because the loader that lets this
// process run TypeScript would also take asc and binaryen (20 MB) through its compiler, which costs 10 s.
//
//   build.ts ── job ──▶ worker.ts        build.ts ◀── error or nothing ── worker.ts

import { type ChildProcess, fork } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { Failure } from "../common/failure.ts";
import { ROOT, TOOLS_DIR } from "../common/paths.ts";

/** More than two workers gain nothing on the machine this is made for. */
const WORKERS_MAX = 2;
const WORKER_SOURCE = "toolchain/pipeline/worker.ts";
const WORKER_BUNDLE = `${TOOLS_DIR}/worker.mjs`;

/** The constants headers, or the module of that name. */
export type Job = { kind: "constants" } | { kind: "module"; name: string };
export interface WorkerAnswer {
  error?: string;
}

async function bundleWorker(): Promise<void> {
  const { build } = await import("esbuild");
  await build({
    entryPoints: [WORKER_SOURCE],
    outfile: WORKER_BUNDLE,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    logLevel: "error",
  });
}

function runJob(worker: ChildProcess, job: Job): Promise<string | undefined> {
  return new Promise((resolve) => {
    const onExit = (code: number | null): void => {
      resolve(`a build process ended unexpectedly (${code ?? "by a signal"})`);
    };
    worker.once("exit", onExit);
    worker.once("message", ({ error }: WorkerAnswer) => {
      worker.off("exit", onExit);
      resolve(error);
    });
    worker.send(job);
  });
}

/** Worker processes that live as long as the pool; close() ends them. */
export class WorkerPool {
  private readonly workers: ChildProcess[] = [];

  private worker(index: number): ChildProcess {
    this.workers[index] ??= fork(path.join(ROOT, WORKER_BUNDLE), {
      execArgv: ["--enable-source-maps"],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    return this.workers[index];
  }

  /**
   * Does all jobs, calling `announce` as each starts. After a failure no further job starts; throws a Failure
   * with the messages of those that failed.
   */
  async run(jobs: readonly Job[], announce: (job: Job, index: number) => void): Promise<void> {
    if (jobs.length > 0 && this.workers.length === 0) await bundleWorker();
    const errors: string[] = [];
    let next = 0;
    const serve = async (index: number): Promise<void> => {
      while (next < jobs.length && errors.length === 0) {
        const job = jobs[next];
        announce(job, next++);
        const error = await runJob(this.worker(index), job);
        if (error !== undefined) errors.push(error);
      }
    };
    const count = Math.min(WORKERS_MAX, os.availableParallelism(), jobs.length);
    await Promise.all(Array.from({ length: count }, (_, index) => serve(index)));
    if (errors.length > 0) throw new Failure(errors.join("\n"));
  }

  close(): void {
    for (const worker of this.workers) if (worker.connected) worker.disconnect();
  }
}
