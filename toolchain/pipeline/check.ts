// Step 2: refuses a module that the lowering or the machine cannot carry, naming the function and what is wrong.
// Called by compile.ts. binaryen validates the module and prints it as text, which is then read line by line:
//
//   (import "hw" "now" (func $kernel/hal/now (result i64)))     an import, with the name the linker would need
//   (func $kernel/main/f (param $0 i32)                         the function that the following lines belong to
//    (local $1 f64)                                             a type
//     (memory.grow                                              an instruction

import { Failure } from "../common/failure.ts";

export type ModuleKind = "kernel" | "user" | "library";

export interface CheckResult {
  /** The module has floating-point instructions or values. */
  usesFloat: boolean;
}

interface Rule {
  pattern: RegExp;
  refuse: string;
}

const FLOAT = /(?:^|[\s(])[fF](?:32|64)(?:[\s.)]|$)|(?:^|[\s(.])\w+\.\w+_f(?:32|64)/;

const COMMON_RULES: Rule[] = [
  {
    pattern: /\((?:i32|i64|memory)\.atomic\.|\(atomic\.fence|\bshared\b/,
    refuse: "shared memory or atomics",
  },
  { pattern: /(?:^|[\s(])(?:v128|[if](?:8x16|16x8|32x4|64x2))\b/, refuse: "SIMD" },
  { pattern: /\((?:try|throw|rethrow|try_table|throw_ref)\b/, refuse: "exceptions" },
  {
    pattern: /\((?:memory\.init|data\.drop|table\.(?:grow|init|set|fill|copy))\b/,
    refuse: "bulk table or segment operations",
  },
];
const KERNEL_RULES: Rule[] = [
  { pattern: FLOAT, refuse: "floating point" },
  {
    pattern: /\((?:table|elem)\b/,
    refuse: "a function table (a function used as a value, or a virtual call)",
  },
  { pattern: /\((?:return_)?call_(?:indirect|ref)\b/, refuse: "an indirect call" },
  { pattern: /\(memory\.grow\b/, refuse: "memory.grow (an allocation: `new`, an array or a string)" },
  { pattern: /^\s*\(start\b/, refuse: "a start function (a global whose initializer is not a constant)" },
];
const USER_RULES: Rule[] = [
  { pattern: /^\s*\(start\b/, refuse: "a start function (the module must export it: --exportStart)" },
];
const LIBRARY_RULES: Rule[] = [
  ...USER_RULES,
  {
    pattern: /\(elem\b|\((?:return_)?call_(?:indirect|ref)\b|\(ref\.func\b/,
    refuse: "a function used as a value, or a virtual call, whose address would be in a table",
  },
];
const RULES: Record<ModuleKind, Rule[]> = { kernel: KERNEL_RULES, user: USER_RULES, library: LIBRARY_RULES };
/** What a library may import of another. */
export const LIBRARY_FILE = /^lib[a-z0-9][a-z0-9_-]*\.so$/;

/** Takes names and strings out of a line, so that what is left is instructions and types. */
function bareLine(line: string): string {
  return line.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\$"?[^\s()]+/g, "$");
}

function checkImport(line: string, kind: ModuleKind, allowed: ReadonlySet<string>): string | undefined {
  const match = /^\s*\(import "([^"]*)" "([^"]*)" \((\w+)/.exec(line);
  if (!match) return undefined;
  const [, module, base, what] = match;
  if (what !== "func") return `imports the ${what} "${module}.${base}"; only functions can be imported`;
  if (allowed.has(`${module}.${base}`)) return undefined;
  if (kind === "library") {
    if (LIBRARY_FILE.test(module)) return undefined;
    return `imports the function "${module}.${base}"; a library may import ${[...allowed].join(", ")} and functions of "lib*.so"`;
  }
  return `imports the function "${module}.${base}", which boot/${kind}_imports.h does not define`;
}

/** Checks a module's text. Returns what was found, or throws a Failure that lists every refusal. */
export function checkText(text: string, kind: ModuleKind, allowed: ReadonlySet<string>): CheckResult {
  const rules = [...COMMON_RULES, ...RULES[kind]];
  const refusals = new Set<string>();
  let usesFloat = false;
  let where = "module";
  for (const line of text.split("\n")) {
    const head = /^ \(func \$("[^"]*"|[^\s()]+)/.exec(line);
    if (head) where = `function ${head[1].replaceAll('"', "")}`;
    else if (/^ \(/.test(line)) where = "module";
    if (/^\s*\(data\b/.test(line)) continue;
    const refused = checkImport(line, kind, allowed);
    if (refused) refusals.add(refused);
    const bare = bareLine(line);
    usesFloat ||= FLOAT.test(bare);
    for (const { pattern, refuse } of rules) {
      if (pattern.test(bare)) refusals.add(`${where}: ${refuse} is not allowed in a ${kind} module`);
    }
  }
  if (refusals.size > 0) throw new Failure([...refusals].join("\n"));
  return { usesFloat };
}

/**
 * Checks a module's binary. `allowed` has the "module.name" of every import that C defines.
 * Throws a Failure that lists every refusal.
 */
export async function checkModule(
  bytes: Uint8Array,
  kind: ModuleKind,
  allowed: ReadonlySet<string>,
): Promise<CheckResult> {
  const { default: binaryen } = await import("binaryen");
  const module = binaryen.readBinary(bytes);
  try {
    module.setFeatures(binaryen.Features.All);
    if (!module.validate()) throw new Failure("binaryen finds the module invalid");
    return checkText(module.emitText(), kind, allowed);
  } finally {
    module.dispose();
  }
}

/**
 * The imports that a C header defines: every function `w2c_<module>_<name>` in its preprocessed text, where
 * <module> is one of `modules`, as "module.name".
 */
export function definedImports(preprocessed: string, modules: readonly string[]): Set<string> {
  const pattern = new RegExp(`\\bw2c_(${modules.join("|")})_(\\w+)\\s*\\(`, "g");
  const names = new Set<string>();
  for (const [, module, name] of preprocessed.matchAll(pattern)) names.add(`${module}.${name}`);
  return names;
}
