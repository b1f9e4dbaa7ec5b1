// Limits that keep the tree readable: file and function length, and how much is not TypeScript. Called by run.ts.

import ts from "typescript";
import { type SourceFile, countLines } from "./files.ts";

export const FILE_LINES_MAX = 400;
export const FUNCTION_LINES_MAX = 70;
export const BOOT_LINES_MAX = 1200;
const CODE = /\.(?:ts|tsx|js|mjs|S|s|c|h|cpp)$/;
const NOT_TYPESCRIPT = /\.(?:S|s|c|h|cpp|cc|hpp|asm)$/;

/** Files of code that are too long. */
export function checkFileSizes(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ file, text }) => CODE.test(file) && countLines(text) > FILE_LINES_MAX)
    .map(({ file, text }) => `${file}: ${countLines(text)} lines, at most ${FILE_LINES_MAX} are allowed`);
}

function isTestGroup(node: ts.Node): boolean {
  const call = node.parent;
  return ts.isCallExpression(call) && /^describe\b/.test(call.expression.getText());
}

function functionName(node: ts.FunctionLikeDeclaration): string {
  const parent = node.parent;
  if (node.name) return node.name.getText();
  return ts.isVariableDeclaration(parent) ? parent.name.getText() : "a function without a name";
}

/** Functions that do not fit a screen. AssemblyScript's decorators on functions do not disturb the parser. */
export function checkFunctionSizes(files: readonly SourceFile[]): string[] {
  const problems: string[] = [];
  for (const { file, text } of files) {
    if (!file.endsWith(".ts")) continue;
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
    const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1;
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node) && "body" in node && node.body && !isTestGroup(node)) {
        const first = lineOf(node.getStart());
        const lines = lineOf(node.end) - first + 1;
        const name = functionName(node);
        if (lines > FUNCTION_LINES_MAX) {
          problems.push(
            `${file}:${first}: ${name} has ${lines} lines, at most ${FUNCTION_LINES_MAX} are allowed`,
          );
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return problems;
}

/** Assembly and C outside boot/, or too much of it. */
export function checkBootCode(files: readonly SourceFile[]): string[] {
  const sources = files.filter(({ file }) => NOT_TYPESCRIPT.test(file));
  const problems = sources
    .filter(({ file }) => !file.startsWith("boot/"))
    .map(({ file }) => `${file}: assembly and C stand in boot/ only`);
  const lines = sources.reduce((sum, { text }) => sum + countLines(text), 0);
  if (lines > BOOT_LINES_MAX) {
    problems.push(`boot/: ${lines} lines of assembly and C in all, at most ${BOOT_LINES_MAX} are allowed`);
  }
  return problems;
}
