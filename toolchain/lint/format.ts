// Formatting, by prettier, for TypeScript and AssemblyScript alike. Called by run.ts and `hnx lint --fix`.
// prettier's parsers refuse a decorator on a function, which AssemblyScript has (`@inline function f()`). So each
// decorator in the first column is turned into a comment of the same length before, and back into itself after:
//
//   @external("hw", "now")            /*xternal("hw", "now"*/
//   export declare function now()     export declare function now()

import { format } from "prettier";
import type { SourceFile } from "./files.ts";

const OPTIONS = { parser: "typescript", printWidth: 110 } as const;
const DECORATORS =
  /^(?:@\w+(?:\([^)\n]*\))?\s+)+(?=@|export|function|declare|const|let|class|abstract|namespace)/gm;
const DECORATOR = /@\w+(?:\([^)\n]*\))?/g;
const MARK = /\/\*\w[^\n]*?\*\//g;

/** Replaces decorators in the first column by comments of the same length; `originals` gets them in order. */
export function maskDecorators(text: string, originals: string[]): string {
  return text.replace(DECORATORS, (run) =>
    run.replace(DECORATOR, (decorator) => {
      originals.push(decorator);
      return `/*${decorator.slice(2, -2)}*/`;
    }),
  );
}

/** Puts the decorators back. */
export function unmaskDecorators(text: string, originals: readonly string[]): string {
  const masks = originals.map((decorator) => `/*${decorator.slice(2, -2)}*/`);
  let next = 0;
  return text.replace(MARK, (comment) => (comment === masks[next] ? originals[next++] : comment));
}

/** The formatted text of a source file. Throws prettier's SyntaxError for a text that does not parse. */
export async function formatSource(text: string): Promise<string> {
  const originals: string[] = [];
  const masked = maskDecorators(text, originals);
  return unmaskDecorators(await format(masked, OPTIONS), originals);
}

/** Files that are not formatted. */
export async function checkFormat(files: readonly SourceFile[]): Promise<string[]> {
  const problems: string[] = [];
  for (const { file, text } of files) {
    if (!file.endsWith(".ts")) continue;
    try {
      if ((await formatSource(text)) !== text)
        problems.push(`${file}: is not formatted; \`./hnx lint --fix\` does it`);
    } catch (error) {
      problems.push(`${file}: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  return problems;
}
