// `hnx lint [--fix]`: types, style and the house rules; with --fix formats first.

import { writeFileSync } from "node:fs";
import { readSourceFiles } from "../lint/files.ts";
import { formatSource } from "../lint/format.ts";
import { runLint } from "../lint/run.ts";
import { handledByHelp } from "./usage.ts";

const HELP = `usage: hnx lint [--fix] [FOLDER…]

Checks types, style and the house rules. With --fix formats the .ts files first, all or those below the folders.
`;

async function formatFiles(folders: readonly string[]): Promise<void> {
  for (const { file, text } of readSourceFiles()) {
    const wanted = folders.length === 0 || folders.some((folder) => file.startsWith(folder));
    if (!file.endsWith(".ts") || !wanted) continue;
    const formatted = await formatSource(text);
    if (formatted !== text) writeFileSync(file, formatted);
  }
}

/** Checks, and returns 1 when a rule found something. */
export async function lintCommand(args: string[]): Promise<number> {
  const fix = args[0] === "--fix";
  if (handledByHelp(fix ? args.slice(1) : args, HELP, fix)) return 0;
  if (fix) await formatFiles(args.slice(1));
  const results = await runLint();
  return results.some(({ problems }) => problems.length > 0) ? 1 : 0;
}
