// Incremental steps. A step is skipped when its options, all its inputs and its outputs are what they were
// when it last succeeded. Called by build.ts and the pipeline; one JSON file a step in build/stamps:
//
//   { "key": "options and tool versions", "inputs": { "path": "hash" | "" }, "outputs": ["path"] }
//
// Inputs are compared by content, so a checkout or a touch rebuilds nothing. An empty hash says that the file
// did not exist: the compiler looked for it, so its appearance has to rebuild too.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { STAMP_DIR } from "./paths.ts";
import { fetchStep, type Stamp, storeStep } from "./step_cache.ts";

const hashes = new Map<string, string>();

/** Content hash of a file, or "" when there is none. Remembered for the life of the process. */
export function hashFile(file: string): string {
  let hash = hashes.get(file);
  if (hash === undefined) {
    hash = readHash(file);
    hashes.set(file, hash);
  }
  return hash;
}

function readHash(file: string): string {
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch {
    return "";
  }
  return createHash("sha1").update(content).digest("base64");
}

/** Forgets a remembered hash: the file has just been written. */
export function forgetHash(file: string): void {
  hashes.delete(file);
}

/** Forgets all remembered hashes: another process may have written files. */
export function forgetAllHashes(): void {
  hashes.clear();
}

function stampFile(step: string): string {
  return path.join(STAMP_DIR, `${step.replaceAll("/", "-")}.json`);
}

function writeStamp(step: string, stamp: Stamp): void {
  mkdirSync(STAMP_DIR, { recursive: true });
  writeFileSync(stampFile(step), JSON.stringify(stamp));
}

function readStamp(step: string): Stamp | undefined {
  try {
    return JSON.parse(readFileSync(stampFile(step), "utf8")) as Stamp;
  } catch {
    return undefined;
  }
}

function isOf(stamp: Stamp, key: string): boolean {
  return stamp.key === key && Object.entries(stamp.inputs).every(([file, hash]) => hashFile(file) === hash);
}

/** Says whether `step` may be skipped, if need be after its outputs came from the shared store (step_cache.ts). */
export function isFresh(step: string, key: string): boolean {
  const stamp = readStamp(step);
  if (stamp !== undefined && stamp.outputs.every((file) => existsSync(file)) && isOf(stamp, key)) return true;
  const stored = fetchStep(step, (candidate) => isOf(candidate, key));
  if (stored === undefined) return false;
  stored.outputs.forEach(forgetHash);
  writeStamp(step, stored);
  return true;
}

/** Records that `step` has just succeeded with these inputs and outputs. */
export function recordStep(step: string, key: string, inputs: Iterable<string>, outputs: string[]): void {
  outputs.forEach(forgetHash);
  const stamp: Stamp = { key, inputs: {}, outputs };
  for (const file of [...new Set(inputs)].sort()) stamp.inputs[file] = hashFile(file);
  writeStamp(step, stamp);
  storeStep(step, stamp);
}

/** Writes a file, and makes its folder when that is missing. */
export function writeOutput(file: string, content: string | Uint8Array): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  forgetHash(file);
}
