// All rules, in order. Called by `hnx lint` and by the test runner, which counts each rule as a test.

import { readSourceFiles, type SourceFile } from "./files.ts";
import { checkFormat } from "./format.ts";
import { checkImports, checkKernelWords } from "./imports.ts";
import { checkBootCode, checkFileSizes, checkFunctionSizes } from "./sizes.ts";
import { checkEslint, checkTypes } from "./tools.ts";
import { checkLockFile, checkPinned, checkRegistries, checkUnfinished } from "./words.ts";

export interface RuleResult {
  rule: string;
  problems: string[];
}

type Rule = (files: readonly SourceFile[]) => string[] | Promise<string[]>;

const RULES: Record<string, Rule> = {
  types: () => checkTypes(),
  eslint: () => checkEslint(),
  format: checkFormat,
  imports: checkImports,
  "kernel words": checkKernelWords,
  "file size": checkFileSizes,
  "function size": checkFunctionSizes,
  "assembly and C": checkBootCode,
  "unfinished work": checkUnfinished,
  registries: checkRegistries,
  "lock file": checkLockFile,
  "pinned versions": checkPinned,
};

/** Runs every rule and prints what it found. */
export async function runLint(): Promise<RuleResult[]> {
  const files = readSourceFiles();
  const results: RuleResult[] = [];
  for (const [rule, check] of Object.entries(RULES)) {
    const problems = await check(files);
    results.push({ rule, problems });
    process.stdout.write(`${problems.length === 0 ? "ok    " : "FAILED"} lint: ${rule}\n`);
    for (const problem of problems) process.stdout.write(`  ${problem}\n`);
  }
  return results;
}
