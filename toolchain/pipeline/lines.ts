// Step 5: gives the C the lines of the TypeScript it came from, so that gdb shows and stops at .ts lines.
// Called by compile.ts, after the post-processor (so that a line can be set back to the C file's own).
//
// asc's source map says   byte offset in the .wasm → file, line
// wasm-objdump says       function → [offset of each instruction]
// wasm2c prints one C statement for each instruction that computes something, in order.
// So the two sequences are laid side by side, function by function. Where their lengths differ (wasm2c leaves
// out unreachable code) the function keeps C lines; compile.ts reports how many did.
//
//   #line 12 "kernel/main.ts"
//   var_i0 = var_l1;

import { type EncodedSourceMap, TraceMap, originalPositionFor } from "@jridgewell/trace-mapping";

export interface LineInput {
  c: string;
  /** Name of the C file that the result is written to. */
  cFile: string;
  id: string;
  sourceMap: string;
  disassembly: string;
}

export interface LineResult {
  c: string;
  aligned: number;
  unaligned: string[];
}

/** Instructions for which wasm2c prints no statement of their own. */
const SILENT_INSTRUCTION = /^(?:block|loop|end|drop|nop|else|local\[)/;
/** C lines of a function's body that come from no instruction of their own. */
const SILENT_LINE = new RegExp(
  `^\\s*(?:${[
    "\\}.*",
    "var_[BL]\\w*:;?\\s*",
    "(?:[us]32|[us]64|f32|f64|wasm_rt_memory_t\\*) .*[;,]\\s*",
    "var_\\w+(?:, var_\\w+)*[;,]\\s*",
    "FUNC_\\w+;",
    "return.*",
    "(?:case \\d+|default): .*",
    "#.*",
    "wasm_rt_segue_\\w+\\(.*",
    "",
  ].join("|")})$`,
);
/** asc's library has no place in the tree; its sources are in the npm package. */
const LIBRARY_PREFIX = "~lib/";
const LIBRARY_FOLDER = "node_modules/assemblyscript/std/assembly/";

/** wasm2c's form of a name: every character that C does not allow as 0xHH. */
export function mangle(name: string): string {
  const escape = (text: string): string =>
    [...Buffer.from(text, "utf8")]
      .map((byte) => `0x${byte.toString(16).toUpperCase().padStart(2, "0")}`)
      .join("");
  return name.replace(/[^A-Za-z0-9_]/gu, escape).replace(/^_|(?<=_)_/g, "0x5F");
}

/** Function name → byte offsets of the instructions that compute something. */
export function readOffsets(disassembly: string): Map<string, number[]> {
  const functions = new Map<string, number[]>();
  let current: number[] | undefined;
  for (const line of disassembly.split("\n")) {
    const head = /^[0-9a-f]+ func\[\d+\] <(.*)>:/.exec(line);
    if (head) functions.set(mangle(head[1]), (current = []));
    const code = /^ ([0-9a-f]+): [0-9a-f ]+\| +(\S+)/.exec(line);
    if (code && current && !SILENT_INSTRUCTION.test(code[2])) current.push(parseInt(code[1], 16));
  }
  return functions;
}

function lineDirective(map: TraceMap, offset: number): string | undefined {
  const { source, line } = originalPositionFor(map, { line: 1, column: offset });
  if (source === null || line === null) return undefined;
  const file = source.startsWith(LIBRARY_PREFIX)
    ? LIBRARY_FOLDER + source.slice(LIBRARY_PREFIX.length)
    : source;
  return `#line ${line} "${file}"`;
}

/** The lines of one function with directives, or undefined when statements and instructions do not match. */
function alignFunction(lines: string[], offsets: number[], map: TraceMap): string[] | undefined {
  const body = lines.slice(1, -1);
  const computes = body.map((line) => !SILENT_LINE.test(line));
  if (computes.filter(Boolean).length !== offsets.length) return undefined;
  const first = offsets
    .map((offset) => lineDirective(map, offset))
    .find((directive) => directive !== undefined);
  const out = first === undefined ? [lines[0]] : [first, lines[0]];
  let current = first;
  let next = 0;
  body.forEach((line, i) => {
    if (computes[i]) current = lineDirective(map, offsets[next++]) ?? current;
    if (current !== undefined) out.push(current);
    out.push(line);
  });
  out.push(lines[lines.length - 1]);
  return out;
}

/** Adds line directives to a module's C. */
export function addLines({ c, cFile, id, sourceMap, disassembly }: LineInput): LineResult {
  // asc names the sources from the project's folder but gives the module's name as their root: without it they are right.
  const map = new TraceMap({ ...(JSON.parse(sourceMap) as EncodedSourceMap), sourceRoot: "" });
  const offsets = readOffsets(disassembly);
  const head = new RegExp(`^(?:static )?\\w+ w2c_${id}_(\\w+)\\(w2c_${id}\\*.*\\) \\{$`);
  const lines = c.split("\n");
  const out: string[] = [];
  const unaligned: string[] = [];
  let aligned = 0;
  for (let i = 0; i < lines.length; i++) {
    const name = head.exec(lines[i])?.[1];
    const known = name === undefined ? undefined : offsets.get(name);
    if (name === undefined || known === undefined) {
      out.push(lines[i]);
      continue;
    }
    const end = lines.indexOf("}", i);
    const result = alignFunction(lines.slice(i, end + 1), known, map);
    if (result) {
      aligned++;
      out.push(...result);
      out.push(`#line ${out.length + 2} "${cFile}"`);
    } else {
      unaligned.push(name);
      out.push(...lines.slice(i, end + 1));
    }
    i = end;
  }
  return { c: out.join("\n"), aligned, unaligned };
}
