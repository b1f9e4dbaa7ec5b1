// The C around a library's module: entries that can be called from outside, and functions through which it calls others.
// Called by compile_library.ts; the text goes before (imports) and after (entries) the post-processed module.
//
//   .quad signature            the eight bytes before an entry
//   hnx_entry_0: b export_0    → static void export_0(frame): unpacks the frame, calls w2c_<id>_<function>, packs the result
//
// The last entry is the place entry: it is told the area's address, sets the module up and runs its start function. An import reads its
// address from the area's header and calls it like everybody else: through library_call, which looks at the signature first.

import { mangle } from "./lines.ts";
import { C_TYPES, type Signature, type ValueType, encodeSignature } from "./signature.ts";

export interface ExportedFunction {
  name: string;
  signature: Signature;
}

export interface ImportedFunction extends ExportedFunction {
  /** File name of the library that has it. */
  library: string;
}

export interface LibraryInterface {
  exports: ExportedFunction[];
  imports: ImportedFunction[];
}

const SLOT_BYTES = 8;

/** A slot's low half as bits of a type, and back. */
function unpack(type: ValueType, slot: number): string {
  return type === "f32" || type === "f64" ? `hnx_take_${type}(f + ${slot})` : `(${C_TYPES[type]})f[${slot}]`;
}
function pack(type: ValueType, slot: number, value: string): string {
  return type === "f32" || type === "f64"
    ? `hnx_put_${type}(f + ${slot}, ${value});`
    : `f[${slot}] = ${value};`;
}

const FLOAT_HELPERS = ["f32", "f64"].flatMap((type) => {
  const [c, bits] = type === "f32" ? ["float", "uint32_t"] : ["double", "uint64_t"];
  return [
    `static inline ${c} hnx_take_${type}(const uint64_t* s) { ${bits} b = (${bits})*s; ${c} v; __builtin_memcpy(&v, &b, sizeof v); return v; }`,
    `static inline void hnx_put_${type}(uint64_t* s, ${c} v) { ${bits} b; __builtin_memcpy(&b, &v, sizeof v); *s = b; }`,
  ];
});

function usesFloat({ exports, imports }: LibraryInterface): boolean {
  return [...exports, ...imports].some(({ signature: { parameters, result } }) =>
    [...parameters, ...(result ? [result] : [])].some((type) => type.startsWith("f")),
  );
}

function importFunction({ library, name, signature }: ImportedFunction, index: number): string {
  const { parameters, result } = signature;
  const c = (type: ValueType): string =>
    ({ i32: "uint32_t", i64: "uint64_t", f32: "float", f64: "double" })[type];
  const structure = `struct w2c_${mangle(library)}`;
  const head = [`${structure}* l`, ...parameters.map((type, i) => `${c(type)} a${i}`)].join(", ");
  const slots = Math.max(parameters.length, 1);
  const packs = parameters.map((type, i) => pack(type, i, `a${i}`)).join(" ");
  const giveBack = result ? ` return ${unpack(result, 0).replace(/\(u(32|64)\)/, "(uint$1_t)")};` : "";
  const call = `library_call(*(uint64_t*)(uint64_t)(hnx_area + ${index * SLOT_BYTES}), ${encodeSignature(signature, name)}ull, f);`;
  return [
    `${structure};`,
    `static inline ${result ? c(result) : "void"} w2c_${mangle(library)}_${mangle(name)}(${head}) {`,
    `  uint64_t f[${slots}]; ${packs} ${call}${giveBack}`,
    "}",
  ].join("\n");
}

/** What goes before the module. */
export function importsC(library: LibraryInterface): string {
  const helpers = usesFloat(library) ? FLOAT_HELPERS : [];
  return ["static uint32_t hnx_area;", ...helpers, ...library.imports.map(importFunction), ""].join("\n");
}

function entry(index: number, word: bigint, label: string): string {
  const lines = [
    '.pushsection .text.entry,\\"ax\\",@progbits',
    ".balign 8",
    `.quad ${word}`,
    `.globl hnx_entry_${index}`,
    `hnx_entry_${index}: b ${label}`,
    ".popsection",
  ];
  return `__asm__("${lines.join("\\n")}");`;
}

function exportFunction({ name, signature }: ExportedFunction, index: number, id: string): string {
  const { parameters, result } = signature;
  const values = ["0", ...parameters.map(unpack)].join(", ");
  const call = `w2c_${id}_${mangle(name)}(${values})`;
  return [
    `static __attribute__((used)) void export_${index}(uint64_t* f) { ${result ? pack(result, 0, call) : `${call};`} }`,
    entry(index, encodeSignature(signature, name), `export_${index}`),
  ].join("\n");
}

/** What goes after the module. areaBytes: all of the area; initFunction: C name of the start function, if there is one. */
export function entriesC(
  { exports }: LibraryInterface,
  id: string,
  areaBytes: number,
  initFunction: string | undefined,
): string {
  const place = exports.length;
  const placeSignature = encodeSignature({ parameters: ["i32"] }, "place");
  return [
    ...exports.map((exported, i) => exportFunction(exported, i, id)),
    `static __attribute__((used)) void export_${place}(uint64_t* f) {`,
    "  hnx_area = (uint32_t)f[0];",
    "  module_setup();",
    `  w2c_${id}_inst.w2c_memory.pages = (hnx_area + ${areaBytes}u) >> 16;`,
    `  w2c_${id}_${mangle("~place")}(0, hnx_area);`,
    ...(initFunction ? [`  ${initFunction}(0);`] : []),
    "}",
    entry(place, placeSignature, `export_${place}`),
    "",
  ].join("\n");
}
