// What, besides a step's own inputs, its result depends on: the pipeline's sources, the npm packages and the
// compiler. Called by everything that stamps a step.

import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { hashFile } from "../common/stamp.ts";

const PIPELINE_FOLDERS = ["toolchain/pipeline", "toolchain/common"];
const COMPILER = "/usr/bin/clang-19";

let remembered: string | undefined;

function compilerIdentity(): string {
  try {
    const { size, mtimeMs } = statSync(COMPILER);
    return `${size}:${mtimeMs}`;
  } catch {
    return "elsewhere";
  }
}

/** One string that changes when any tool of the pipeline does. */
export function toolKey(): string {
  if (remembered === undefined) {
    const sources = PIPELINE_FOLDERS.flatMap((folder) =>
      readdirSync(folder)
        .sort()
        .map((file) => hashFile(path.join(folder, file))),
    );
    const all = [hashFile("package-lock.json"), compilerIdentity(), ...sources].join(",");
    remembered = createHash("sha1").update(all).digest("base64");
  }
  return remembered;
}
