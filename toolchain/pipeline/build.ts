// The whole build: constants, modules, kernel image, initrds. Called by every command that needs them.
// Says nothing when there is nothing to do; otherwise one line a module on standard error.

import { type Module, findModules } from "../common/config.ts";
import { Failure } from "../common/failure.ts";
import { forgetAllHashes } from "../common/stamp.ts";
import { staleConstants } from "./constants.ts";
import { buildInitrds } from "./initrd.ts";
import { isModuleFresh } from "./module.ts";
import { type Job, WorkerPool } from "./pool.ts";

function select(all: Module[], names: readonly string[]): Module[] {
  for (const name of names) {
    if (!all.some((module) => module.name === name)) throw new Failure(`there is no module "${name}"`, 64);
  }
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

async function buildModules(pool: WorkerPool, wanted: readonly Module[]): Promise<void> {
  const jobs: Job[] = wanted
    .filter((module) => !isModuleFresh(module))
    .map(({ name }) => ({ kind: "module", name }));
  await pool.run(jobs, (job, index) => {
    if (job.kind === "module") process.stderr.write(`[${index + 1}/${jobs.length}] ${job.name}\n`);
  });
}

/** Builds the named modules, or everything with the images when no name is given. */
export async function build(names: readonly string[] = []): Promise<void> {
  const all = findModules();
  const wanted = select(all, names);
  const pool = new WorkerPool();
  try {
    if (staleConstants().length > 0) {
      await pool.run([{ kind: "constants" }], () => process.stderr.write("[gen] constants\n"));
      forgetAllHashes();
    }
    await buildModules(pool, wanted);
  } finally {
    pool.close();
  }
  forgetAllHashes();
  if (names.length === 0) buildInitrds(all);
}
