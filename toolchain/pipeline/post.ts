// Step 4: turns wasm2c's C into "one static instance at a constant memory base". Called by compile.ts.
// Every rewrite states how often it must match, so that a new wasm2c breaks the build and not the machine.
//
//   before                                       after
//   &((mem)->data[addr])                         a literal base 0 (user) or the opaque local `wbase` (kernel)
//   RANGE_CHECK in memory.copy and .fill         nothing: the MMU checks
//   FORCE_READ asm after each load               nothing: a load that is not used may go
//   LOAD_DATA and its byte arrays                nothing: the data is linked in place (dataimage)
//   comparing two function types byte by byte    comparing their addresses: a module has each type once
//   instance->x                                  w2c_<id>_inst.x, one static instance
//   u32 w2c_<id>_f(…)                            static u32 w2c_<id>_f(…)
//   static u32 w2c_<id>_f(w2c_<id>*, u32);       the same with noinline, for functions that asconfig.json keeps apart
//   #include "<id>.h"                            the text of that header, and the instance
//   –                                            static void module_setup(void), which start-up code calls once
//
// A literal non-zero base must never reach clang: it folds base + offset into one constant and ruins addressing,
// so the kernel's comes out of an empty asm once a function.

import { Failure } from "../common/failure.ts";
import type { ModuleKind } from "./check.ts";
import { mangle } from "./lines.ts";

export interface PostInput {
  source: string;
  header: string;
  /** The name given to wasm2c. */
  id: string;
  kind: ModuleKind;
  initialPages: number;
  /** Patterns of functions that must stay functions: cold ones, whose inlining would burden a hot caller's prologue. */
  keepApart?: readonly string[];
}

/** More matches than any module has: "at least one". */
const MANY = 1_000_000;

class Rewriter {
  constructor(public text: string) {}

  /** Replaces every match and throws when there are fewer than `min` or more than `max`. */
  replace(what: string, pattern: RegExp, to: string | (() => string), min = 1, max = 1): void {
    const matches = this.text.match(new RegExp(pattern, pattern.flags.replace("g", "") + "g"))?.length ?? 0;
    if (matches < min || matches > max) {
      const expected = min === max ? `${min}` : `${min} to ${max === MANY ? "any number" : max}`;
      throw new Failure(
        `post-processor: "${what}" matched ${matches} times, expected ${expected}; is wasm2c another?`,
      );
    }
    this.text = this.text.replace(new RegExp(pattern, pattern.flags.replace("g", "") + "g"), to as string);
  }
}

function rewriteMemory(text: Rewriter, kind: ModuleKind): void {
  const address = kind === "kernel" ? "(uint8_t*)(mem) + (uint64_t)(addr)" : "(uint8_t*)((uint64_t)(addr))";
  text.replace(
    "memory address",
    /#define MEM_ADDR\(mem, addr, n\) &\(\(mem\)->data\[addr\]\)/,
    `#define MEM_ADDR(mem, addr, n) (${address})`,
  );
  if (kind === "kernel") {
    text.replace(
      "function prologue",
      /#else\n#define FUNC_PROLOGUE\n/,
      `#else\n#define FUNC_PROLOGUE \\\n  wasm_rt_memory_t* wbase; __asm__("" : "=r"(wbase) : "0"(WASM_MEM_BASE));\n`,
    );
    text.replace("memory allocation", /^ {2}wasm_rt_allocate_memory\(.*\n/m, "", 0, 1);
    text.replace("memory operand", /&instance->w2c_memory(?=, )/, "wbase", 0, MANY);
  } else {
    text.replace("memory allocation", /^ {2}wasm_rt_allocate_memory\(.*\n/m, "", 0, 1);
  }
  text.replace("fill check", /(static inline void memory_fill\([^{]*\{)\s*RANGE_CHECK\(mem, d, n\);/, "$1");
  text.replace(
    "copy check",
    /(static inline void memory_copy\([^{]*\{)\s*RANGE_CHECK\(dest, dest_addr, n\);\s*RANGE_CHECK\(src, src_addr, n\);/,
    "$1",
  );
  text.replace("data copy", /^ {2}LOAD_DATA\(instance->w2c_memory, .*\n/m, "", 0, MANY);
  text.replace("data bytes", /^static const u8 data_segment_data_\w+\[\] = \{\n[^}]*\};\n/m, "", 0, MANY);
}

function rewriteReads(text: Rewriter): void {
  text.replace("integer read", /#define FORCE_READ_INT\(var\) __asm__.*\n/, "#define FORCE_READ_INT(var)\n");
  text.replace(
    "float read",
    /#define FORCE_READ_FLOAT\(var\) __asm__.*\n/,
    "#define FORCE_READ_FLOAT(var)\n",
    2,
    2,
  );
}

/** `static void module_setup(void)`: the parts of wasm2c's instantiation that are left. */
function setupFunction(text: string, instance: string, initialPages: number): string {
  const calls = ["init_globals", "init_tables", "init_elem_instances"]
    .filter((name) => new RegExp(`^static void ${name}\\(`, "m").test(text))
    .map((name) => `  ${name}(&${instance});`);
  const pages = text.includes(" w2c_memory;") ? [`  ${instance}.w2c_memory.pages = ${initialPages};`] : [];
  return ["static void module_setup(void) {", ...pages, ...calls, "}", ""].join("\n");
}

/** A path element with `*` for any run of letters and digits, as a pattern of wasm2c's mangled names. */
function manglePattern(element: string): string {
  return element.split("*").map(mangle).join("[A-Za-z0-9]*");
}

/** Rewrites one module's C. Throws a Failure when a rewrite matches too often or too rarely. */
export function postProcess({ source, header, id, kind, initialPages, keepApart }: PostInput): string {
  const instance = `w2c_${id}_inst`;
  const text = new Rewriter(source);
  text.replace("header", /#include "[\w.]+\.h"\n/, () => `${header}\nstatic w2c_${id} ${instance};\n`);
  rewriteMemory(text, kind);
  rewriteReads(text);
  for (const name of ["instantiate", "free", "get_func_type"]) {
    text.replace(name, new RegExp(`^\\w+ wasm2c_${id}_${name}\\([^{;]*\\{\n[\\s\\S]*?\n\\}\n`, "m"), "");
    text.replace(name, new RegExp(`^\\w+ wasm2c_${id}_${name}\\([^;]*\\);\n`, "m"), "", 0, 1);
  }
  text.replace(
    "type comparison",
    /return \(a == b\) \|\| LIKELY\(a && b && !memcmp\(a, b, 32\)\);/,
    "return a == b;",
  );
  text.replace("instance", /\binstance->/, `${instance}.`, 0, MANY);
  const results = "u32|u64|void|f32|f64|u32\\*|u64\\*|f32\\*|f64\\*|wasm_rt_\\w+\\*";
  text.replace(
    "linkage",
    new RegExp(`^((?:${results}) w2c_${id}_\\w+\\(w2c_${id}\\*)`, "m"),
    "static $1",
    1,
    MANY,
  );
  for (const pattern of keepApart ?? []) {
    const name = pattern.split("/").map(manglePattern).join("0x2F");
    const prototype = new RegExp(`^(static \\w+ w2c_${id}_${name}\\(w2c_${id}\\*[^;{]*\\);)$`, "m");
    text.replace(`function kept apart (${pattern})`, prototype, "__attribute__((noinline)) $1", 1, MANY);
  }
  text.text += setupFunction(text.text, instance, initialPages);
  return `#pragma clang system_header\n${text.text}`;
}
