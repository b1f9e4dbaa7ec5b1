// The files that the house rules look at. Called by run.ts; rules get them as plain text, so that their tests can
// hand in any text they like.

import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

export interface SourceFile {
  /** Path from the root, with "/". */
  file: string;
  text: string;
}

/** Folders that are not ours: made by a build, by npm or by git, or papers about the project. */
const SKIPPED = new Set(["node_modules", "build", ".git", ".library"]);
const TEXT_NAME =
  /(?:\.(?:ts|tsx|js|mjs|cjs|json|md|sh|S|s|c|h|cpp|ld|yml|yaml|txt)|^(?:Makefile|hnx|run|\.npmrc|\.gitignore|motd))$/;

/** Every text file of the tree, sorted. */
export function readSourceFiles(folder = "."): SourceFile[] {
  const found: SourceFile[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) found.push(...readSourceFiles(file));
    else if (entry.isFile() && TEXT_NAME.test(entry.name))
      found.push({ file, text: readFileSync(file, "utf8") });
  }
  return found.sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** Number of lines of a text. */
export function countLines(text: string): number {
  return text === "" ? 0 : text.replace(/\n$/, "").split("\n").length;
}
