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

interface Stamp {
  key: string;
  inputs: Record<string, string>;
  outputs: string[];
}

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

/** Says whether `step` may be skipped. */
export function isFresh(step: string, key: string): boolean {
  let stamp: Stamp;
  try {
    stamp = JSON.parse(readFileSync(stampFile(step), "utf8")) as Stamp;
  } catch {
    return false;
  }
  if (stamp.key !== key || !stamp.outputs.every((file) => existsSync(file))) return false;
  return Object.entries(stamp.inputs).every(([file, hash]) => hashFile(file) === hash);
}

/** Records that `step` has just succeeded with these inputs and outputs. */
export function recordStep(step: string, key: string, inputs: Iterable<string>, outputs: string[]): void {
  outputs.forEach(forgetHash);
  const stamp: Stamp = { key, inputs: {}, outputs };
  for (const file of [...new Set(inputs)].sort()) stamp.inputs[file] = hashFile(file);
  mkdirSync(STAMP_DIR, { recursive: true });
  writeFileSync(stampFile(step), JSON.stringify(stamp));
}

/** Writes a file, and makes its folder when that is missing. */
export function writeOutput(file: string, content: string | Uint8Array): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  forgetHash(file);
}
