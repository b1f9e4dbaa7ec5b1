// Makes a library's module independent of where its static data will lie. Called by compile_library.ts.
//
// The module was compiled for three addresses of its area. What differs between the first two by exactly the difference of the
// addresses is an address: a constant becomes the area's address, a global, plus an offset; a word of static data becomes a
// relocation. Anything else that differs is refused. The third build is the proof: what the result would be for its address must
// be what the compiler made for it. docs/LIBRARIES.md says why that is enough.
//
//   (i32.const 1049120)  vs  (i32.const 19092000)      →  (i32.add (global.get $~base) (i32.const 544))
//   (global $x (mut i32) (i32.const 1049168))  vs  …   →  (i32.const 0), and ~place sets it
//   (data …), (memory …)                               →  taken out: the data goes into the file beside the code

import { Failure } from "../common/failure.ts";
import type { DataSegment } from "./wasm.ts";

export interface Build {
  /** Address of the area. */
  base: number;
  /** The module as binaryen prints it. */
  text: string;
  segments: DataSegment[];
}

export interface Relocated {
  /** The module's text, with ~place. */
  text: string;
  /** Static data from the area's header to its last byte that is not zero, addresses in it as offsets in the area. */
  data: Buffer;
  /** Offsets in `data` of those addresses, ascending. */
  relocations: number[];
}

const BASE = "$~base";
const PLACE = "~place";
const WORD_BYTES = 4;
const CONSTANT = /\(i32\.const (-?\d+)\)/g;
const GLOBAL = /^ \(global (\$(?:"[^"]*"|\S+)) (?:i32|\(mut i32\)) \(i32\.const (-?\d+)\)\)$/;
const SKIPPED = /^ \((?:data|memory) /;
/** Named as asc's own programs have it in wasm2c's output. */
const MEMORY_LINE = " (memory $memory 1)";
const MEMORY_EXPORT = / \(export "memory" \(memory \$\S+\)\)$/;

/** The two builds' values of one constant. → its offset in the area, or undefined: the two are the same. */
function offsetOf(first: number, second: number, builds: Build[], where: string): number | undefined {
  if (first === second) return undefined;
  const offset = first - builds[0].base;
  if (second - builds[1].base !== offset) {
    throw new Failure(
      `${where}: a constant depends on where the static data lies, and is not an address in it ` +
        `(${first} and ${second}): a library's code may add to addresses and compare them, nothing else`,
    );
  }
  return offset;
}

function sameShape(lines: string[][]): void {
  const bare = (line: string): string => (SKIPPED.test(line) ? "" : line.replace(CONSTANT, "(i32.const)"));
  const [first, ...others] = lines;
  for (const other of others) {
    const at = first.findIndex((line, i) => bare(line) !== bare(other[i] ?? "another end"));
    if (other.length !== first.length || at >= 0) {
      throw new Failure(
        `the module is another for another address of its static data, at ${first[at] ?? "its end"}`,
      );
    }
  }
}

/** The constants of a line. */
function constantsOf(line: string): number[] {
  return [...line.matchAll(CONSTANT)].map(([, value]) => Number(value));
}

/** Rewrites one line; `third` is what it must be for the third address. */
function rewriteLine(lines: string[], builds: Build[], where: string): string {
  const [first, second, third] = lines.map(constantsOf);
  let next = 0;
  return lines[0].replace(CONSTANT, (constant) => {
    const i = next++;
    const offset = offsetOf(first[i], second[i], builds, where);
    if (third[i] !== (offset === undefined ? first[i] : builds[2].base + offset)) {
      throw new Failure(`${where}: the third build has ${third[i]} for a constant that two builds gave away`);
    }
    return offset === undefined ? constant : `(i32.add (global.get ${BASE}) (i32.const ${offset}))`;
  });
}

/** The function that sets the area's address and every global that is one. */
function placeFunction(globals: { name: string; offset: number }[]): string[] {
  const sets = globals.map(
    ({ name, offset }) => `  (global.set ${name} (i32.add (global.get ${BASE}) (i32.const ${offset})))`,
  );
  return [
    ` (export "${PLACE}" (func $${PLACE}))`,
    ` (global ${BASE} (mut i32) (i32.const 0))`,
    ` (func $${PLACE} (param $0 i32)`,
    `  (global.set ${BASE} (local.get $0))`,
    ...sets,
    " )",
  ];
}

function relocateText(builds: Build[]): string {
  const lines = builds.map(({ text }) => text.trimEnd().split("\n"));
  sameShape(lines);
  const globals: { name: string; offset: number }[] = [];
  let where = "module";
  const out = lines[0].flatMap((line, i) => {
    const head = /^ \(func \$("[^"]*"|[^\s()]+)/.exec(line);
    if (head) where = `function ${head[1].replaceAll('"', "")}`;
    else if (/^ \(/.test(line)) where = "module";
    if (/^ \(data /.test(line)) return [];
    if (/^ \(memory /.test(line)) return [MEMORY_LINE];
    if (MEMORY_EXPORT.test(line)) return [' (export "memory" (memory $memory))'];
    const versions = lines.map((all) => all[i]);
    const global = GLOBAL.exec(line);
    const rewritten = rewriteLine(versions, builds, global ? `global ${global[1]}` : where);
    if (!global || rewritten === line) return [rewritten];
    globals.push({ name: global[1], offset: Number(global[2]) - builds[0].base });
    return [` (global ${global[1]} (mut i32) (i32.const 0))`];
  });
  return [...out.slice(0, -1), ...placeFunction(globals), out[out.length - 1], ""].join("\n");
}

/** The bytes of the area from `header` to the end of the last segment. */
function imageOf({ base, segments }: Build, header: number): Buffer {
  const start = base + header;
  const end = segments.reduce((last, { offset, bytes }) => Math.max(last, offset + bytes.length), start);
  const image = Buffer.alloc(Math.ceil((end - start) / WORD_BYTES) * WORD_BYTES);
  for (const { offset, bytes } of segments) {
    if (offset < start) throw new Failure(`a data segment at ${offset} lies below the area's header`);
    image.set(bytes, offset - start);
  }
  return image;
}

function relocateData(builds: Build[], header: number): { data: Buffer; relocations: number[] } {
  const [first, second, third] = builds.map((build) => imageOf(build, header));
  const relocations: number[] = [];
  const data = Buffer.from(first);
  // Trailing zeros need no segment, so images of equal data may differ in length by them.
  const word = (image: Buffer, at: number): number => (at < image.length ? image.readUInt32LE(at) : 0);
  for (let at = 0; at < first.length; at += WORD_BYTES) {
    const offset = offsetOf(word(first, at), word(second, at), builds, `static data at ${header + at}`);
    const expected = offset === undefined ? word(first, at) : (builds[2].base + offset) >>> 0;
    if (word(third, at) !== expected)
      throw new Failure(`static data at ${header + at} is another in the third build`);
    if (offset === undefined) continue;
    if (offset < 0) throw new Failure(`static data at ${header + at} points below the library's area`);
    data.writeUInt32LE(offset, at);
    relocations.push(at);
  }
  let used = data.length;
  while (used > 0 && data[used - 1] === 0) used--;
  return {
    data: data.subarray(
      0,
      Math.max(Math.ceil(used / WORD_BYTES), (relocations.at(-1) ?? -WORD_BYTES) / WORD_BYTES + 1) *
        WORD_BYTES,
    ),
    relocations,
  };
}

/** Relocates a module that was compiled three times. `header`: bytes of the area before the static data. */
export function relocate(builds: Build[], header: number): Relocated {
  return { text: relocateText(builds), ...relocateData(builds, header) };
}
