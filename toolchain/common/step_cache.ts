// A store of finished steps that several checkouts share: HNX_CACHE=/some/folder. Without it nothing here runs.
// Called by stamp.ts alone. A step that is stale in this checkout is looked for by its options and its inputs'
// contents, which are the very things that say a step is fresh; its outputs are then copied instead of made.
//
//   $HNX_CACHE/<step>/<hash of the stamp>/stamp.json      the stamp, as in build/stamps
//                                        /0, /1, …        its outputs, in the stamp's order
//
// An entry is written in a folder of its own and renamed into place, so that two builds never see half of one.
// A damaged entry is passed over. Nothing is ever removed: the folder is the user's to delete.

import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import path from "node:path";

/** What a step depended on and made; see stamp.ts. */
export interface Stamp {
  key: string;
  inputs: Record<string, string>;
  outputs: string[];
}

function stepFolder(step: string): string | undefined {
  const root = process.env.HNX_CACHE;
  return root ? path.join(root, step.replaceAll("/", "-")) : undefined;
}

function readStamp(entry: string): Stamp | undefined {
  try {
    return JSON.parse(readFileSync(path.join(entry, "stamp.json"), "utf8")) as Stamp;
  } catch {
    return undefined;
  }
}

function fetchOutputs(entry: string, outputs: string[]): boolean {
  if (!outputs.every((_, index) => existsSync(path.join(entry, `${index}`)))) return false;
  outputs.forEach((output, index) => {
    mkdirSync(path.dirname(output), { recursive: true });
    copyFileSync(path.join(entry, `${index}`), output);
  });
  return true;
}

/** Copies the outputs of the stored run of `step` that `matches` accepts, and returns its stamp; else undefined. */
export function fetchStep(step: string, matches: (stamp: Stamp) => boolean): Stamp | undefined {
  const folder = stepFolder(step);
  if (folder === undefined || !existsSync(folder)) return undefined;
  for (const name of readdirSync(folder)) {
    const entry = path.join(folder, name);
    const stamp = readStamp(entry);
    if (stamp !== undefined && matches(stamp) && fetchOutputs(entry, stamp.outputs)) return stamp;
  }
  return undefined;
}

/** Stores a run of `step` that has just succeeded. A store that cannot be written to costs nothing but its use. */
export function storeStep(step: string, stamp: Stamp): void {
  const folder = stepFolder(step);
  if (folder === undefined) return;
  const content = JSON.stringify(stamp);
  const entry = path.join(folder, createHash("sha1").update(content).digest("hex"));
  if (existsSync(entry)) return;
  let draft: string | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    draft = mkdtempSync(path.join(folder, ".new-"));
    for (const [index, output] of stamp.outputs.entries()) copyFileSync(output, path.join(draft, `${index}`));
    writeFileSync(path.join(draft, "stamp.json"), content);
    renameSync(draft, entry);
  } catch {
    if (draft !== undefined) rmSync(draft, { recursive: true, force: true });
  }
}
