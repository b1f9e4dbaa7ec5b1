// What is compiled and how. Reads asconfig.json, finds the user modules by their place in the tree and applies
// each one's optional module.json. Called by build.ts and by everything that needs a module's name or target.
//
//   asconfig.json    options: for every asc run · targets: added by kind · modules: listed ones (the kernel)
//                    constants: name → file whose exported globals become build/gen/<name>_constants.h
//   space/services/<name>/main.ts   target service, /sbin/<name> in the initrd
//   space/apps/<name>/main.ts       target app, /bin/<name> in the initrd
//   space/libraries/<name>/main.ts  target library, /lib/lib<name>.so; the module is called lib<name>.so
//   …/<name>/module.json            asc options by asc's names, and stack_pages, memory_max_pages, heap_pages (libraries), image,
//                                   optimize: "speed", or "size" as for apps whose module.json does not say otherwise

import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { Failure } from "./failure.ts";

export type AscValue = string | number | boolean | string[];
export type AscOptions = Record<string, AscValue>;

export interface LinkSettings {
  /** Machine stack, 4 KiB pages. */
  stackPages: number;
  /** Largest linear memory, 64 KiB pages. */
  memoryMaxPages: number;
  /** Of a library: room for what it allocates, 64 KiB pages. */
  heapPages: number;
  /** Whether the program is in the default initrd; the test initrd has all of them. */
  inImage: boolean;
  /** What clang is to spare: bytes, or instructions. */
  optimize: "size" | "speed";
}

export interface Module {
  name: string;
  /** The name in C: letters and digits only, because wasm2c doubles underscores in a module's name. */
  id: string;
  target: string;
  entry: string;
  options: AscOptions;
  link: LinkSettings;
  /** Where the program goes in the initrd; undefined for the kernel. */
  installPath?: string;
  /** Patterns of function names (as in a source map: folder/file/function) that clang must not inline. */
  keepApart: string[];
  /** Files whose change must rebuild the module although the compiler does not read them. */
  configFiles: string[];
}

interface Config {
  options: AscOptions;
  targets: Record<string, AscOptions>;
  modules: Record<string, { entry: string; target: string; keepApart?: string[] }>;
  constants: Record<string, string>;
  defaults: Record<string, unknown>;
}

const CONFIG_FILE = "asconfig.json";
const NAME_PATTERN = /^[a-z][a-z0-9_-]*(?:\.so)?$/;
const USER_KINDS = [
  { folder: "space/services", target: "service", install: "sbin" },
  { folder: "space/apps", target: "app", install: "bin" },
  { folder: "space/libraries", target: "library", install: "lib" },
];
/** A library's heap is part of its area, which has a limit (abi/library.ts). */
const HEAP_PAGES_MAX = 255;
/** Linear memory is addressed with 32 bits: 65,536 wasm pages of 64 KiB at most. */
const WASM_PAGES_MAX = 65536;
const STACK_PAGES_MAX = 1024;

function readJson(file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Failure(`${file}: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Failure(`${file}: must hold one JSON object`);
  }
  return value as Record<string, unknown>;
}

/** Reads asconfig.json. */
export function readConfig(): Config {
  const config = readJson(CONFIG_FILE);
  for (const part of ["options", "targets", "modules", "constants", "defaults"]) {
    if (typeof config[part] !== "object") throw new Failure(`${CONFIG_FILE}: "${part}" is missing`);
  }
  return config as unknown as Config;
}

function takeCount(file: string, settings: Record<string, unknown>, key: string, max: number): number {
  const value = settings[key];
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > max) {
    throw new Failure(
      `${file}: "${key}" must be a whole number from 1 to ${max}, not ${JSON.stringify(value)}`,
    );
  }
  return value as number;
}

/** Splits a module.json over its target's settings and the defaults into link settings and asc options. */
export function splitSettings(
  file: string,
  settings: Record<string, unknown>,
): { link: LinkSettings; asc: AscOptions } {
  const { stack_pages, memory_max_pages, heap_pages, image, optimize, ...asc } = settings;
  if (typeof image !== "boolean") throw new Failure(`${file}: "image" must be true or false`);
  if (optimize !== "size" && optimize !== "speed")
    throw new Failure(`${file}: "optimize" must be "size" or "speed", not ${JSON.stringify(optimize)}`);
  const link: LinkSettings = {
    stackPages: takeCount(file, { stack_pages }, "stack_pages", STACK_PAGES_MAX),
    memoryMaxPages: takeCount(file, { memory_max_pages }, "memory_max_pages", WASM_PAGES_MAX),
    heapPages: takeCount(file, { heap_pages }, "heap_pages", HEAP_PAGES_MAX),
    inImage: image,
    optimize,
  };
  return { link, asc: asc as AscOptions };
}

function makeModule(config: Config, name: string, target: string, entry: string, install?: string): Module {
  if (!NAME_PATTERN.test(name)) {
    throw new Failure(`${entry}: a module's folder is named with a-z, 0-9, "_" and "-", not "${name}"`);
  }
  const targetOptions = config.targets[target];
  if (!targetOptions) throw new Failure(`${CONFIG_FILE}: no target "${target}" (module ${name})`);
  const file = path.join(path.dirname(entry), "module.json");
  const own = install && existsSync(file) ? readJson(file) : {};
  const { link, asc } = splitSettings(file, { ...config.defaults, ...targetOptions, ...own });
  return {
    name,
    id: name.replace(/[-_.]/g, ""),
    target,
    entry,
    options: { ...config.options, ...asc },
    link,
    keepApart: config.modules[name]?.keepApart ?? [],
    installPath: install && `${install}/${name}`,
    configFiles: [CONFIG_FILE, file],
  };
}

/** Every module of the tree: listed ones first, then services and apps by name. */
export function findModules(config: Config = readConfig()): Module[] {
  const modules: Module[] = [];
  for (const [name, { entry, target }] of Object.entries(config.modules)) {
    if (existsSync(entry)) modules.push(makeModule(config, name, target, entry));
  }
  for (const { folder, target, install } of USER_KINDS) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder).sort()) {
      const entry = `${folder}/${name}/main.ts`;
      const moduleName = target === "library" ? `lib${name}.so` : name;
      if (existsSync(entry)) modules.push(makeModule(config, moduleName, target, entry, install));
    }
  }
  const seen = new Map<string, string>();
  for (const { id, entry } of modules) {
    const other = seen.get(id);
    if (other) throw new Failure(`${entry}: the name is taken by ${other}`);
    seen.set(id, entry);
  }
  return modules;
}

/** asc's command-line form of an option set. */
export function ascArguments(options: AscOptions): string[] {
  const args: string[] = [];
  for (const [name, value] of Object.entries(options)) {
    if (value === false) continue;
    if (value === true) args.push(`--${name}`);
    else for (const item of Array.isArray(value) ? value : [value]) args.push(`--${name}`, String(item));
  }
  return args;
}
