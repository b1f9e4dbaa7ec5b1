// A build process: does the jobs that pool.ts sends, one at a time, and answers each with its error or none.

import { findModules } from "../common/config.ts";
import { Failure, describeError } from "../common/failure.ts";
import { enterRoot } from "../common/paths.ts";
import { forgetAllHashes } from "../common/stamp.ts";
import { buildConstants } from "./constants.ts";
import { buildModule } from "./module.ts";
import type { Job, WorkerAnswer } from "./pool.ts";

async function perform(job: Job): Promise<WorkerAnswer> {
  try {
    forgetAllHashes();
    if (job.kind === "constants") {
      await buildConstants();
      return {};
    }
    const module = findModules().find(({ name }) => name === job.name);
    if (!module) throw new Failure(`there is no module ${job.name}`);
    await buildModule(module);
    return {};
  } catch (error) {
    return { error: describeError(error) };
  }
}

enterRoot();
process.on("message", (job: Job) => {
  void perform(job).then((answer) => process.send?.(answer));
});
