// Builds one module from its sources to its ELF, skipping what is up to date. Called by build.ts and worker.ts. (A library's steps
// are in library.ts.)
//
//   compile  .ts → C, data, facts        object  C → .o        link  .o → build/hnx.elf or build/user/<name>.elf

import { existsSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import type { Module } from "../common/config.ts";
import { runTool } from "../common/exec.ts";
import { Failure } from "../common/failure.ts";
import { KERNEL_ELF, KERNEL_IMAGE, KERNEL_LD, OBJCOPY, STRIP, USER_DIR, USER_LD } from "../common/paths.ts";
import { isFresh, recordStep } from "../common/stamp.ts";
import { assemble, compileKernel, compileUser } from "./clang.ts";
import { compileModule } from "./compile.ts";
import { modulePaths, readFacts } from "./facts.ts";
import { librarySteps } from "./library.ts";
import { linkModule } from "./link.ts";
import { PROGRAM_CHECKSUM } from "./parts.ts";
import { sealFile } from "./seal.ts";
import { toolKey } from "./toolkey.ts";

/** memcpy and the like, which clang calls in any module. */
const SHARED_ASSEMBLY = ["boot/mem.S"];

interface Step {
  name: string;
  outputs: string[];
  /** Does the work; returns the files that it depends on. */
  run(): string[] | Promise<string[]>;
}

/** The files of a user program: with debug information for gdb, without for the initrd. */
export function programPaths(name: string): { elf: string; stripped: string } {
  return { elf: `${USER_DIR}/${name}.elf`, stripped: `${USER_DIR}/${name}` };
}

function assemblyIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".S"))
    .sort()
    .map((file) => `${folder}/${file}`);
}

/** The hand-written assembly of a module: all of boot/ for the kernel, the shared part for a program. */
export function assemblySources(module: Module): string[] {
  return module.target === "kernel" ? assemblyIn("boot") : [...SHARED_ASSEMBLY, ...assemblyIn("boot/user")];
}

function assembleAll(sources: string[], dir: string): { objects: string[]; inputs: string[] } {
  const objects = sources.map((source) => path.join(dir, `${path.basename(source, ".S")}.asm.o`));
  const inputs = sources.flatMap((source, i) => assemble(source, objects[i]));
  return { objects, inputs };
}

/**
 * Links the kernel's compiled object with `assembly`: the build's own, or a test's. Intermediate files go to `dir`.
 * → the files that the assembly read.
 */
export function linkKernel(
  module: Module,
  assembly: string[],
  dir: string,
  elf: string,
  image: string,
): string[] {
  const files = modulePaths(module);
  const { objects, inputs } = assembleAll(assembly, dir);
  linkModule({
    id: module.id,
    files: { ...files, dir },
    facts: readFacts(module),
    objects: [...objects, path.join(files.dir, "unity.o")],
    script: KERNEL_LD,
    elf,
  });
  runTool(OBJCOPY, ["-O", "binary", elf, image], "kernel image");
  return inputs;
}

function kernelLinkSteps(module: Module): Step[] {
  const files = modulePaths(module);
  const object = path.join(files.dir, "unity.o");
  return [
    {
      name: "object",
      outputs: [object],
      run: () => [...compileKernel(module, object), files.processed, files.facts],
    },
    {
      name: "link",
      outputs: [KERNEL_ELF, KERNEL_IMAGE],
      run: () => [
        ...linkKernel(module, assemblySources(module), files.dir, KERNEL_ELF, KERNEL_IMAGE),
        ...[object, files.data, files.facts, KERNEL_LD],
      ],
    },
  ];
}

function userLinkSteps(module: Module): Step[] {
  const files = modulePaths(module);
  const object = path.join(files.dir, "unity.o");
  const { elf, stripped } = programPaths(module.name);
  return [
    {
      name: "object",
      outputs: [object],
      run: () => [...compileUser(module, readFacts(module), object), files.processed, files.facts],
    },
    {
      name: "link",
      outputs: [elf, stripped],
      run() {
        mkdirSync(USER_DIR, { recursive: true });
        const { objects, inputs } = assembleAll(assemblySources(module), files.dir);
        const facts = readFacts(module);
        const link = module.link;
        linkModule({
          id: module.id,
          files,
          facts,
          link,
          objects: [...objects, object],
          script: USER_LD,
          elf,
        });
        runTool(STRIP, ["--strip-all", "-o", stripped, elf], `strip ${module.name}`);
        sealFile(stripped, PROGRAM_CHECKSUM);
        return [...inputs, object, files.data, files.facts, USER_LD];
      },
    },
  ];
}

function moduleSteps(module: Module): Step[] {
  if (module.target === "library") return librarySteps(module);
  const files = modulePaths(module);
  const compile: Step = {
    name: "compile",
    outputs: [files.wasm, files.published, files.header, files.processed, files.data, files.facts],
    run: async () => [...(await compileModule(module)), ...module.configFiles],
  };
  return [compile, ...(module.target === "kernel" ? kernelLinkSteps(module) : userLinkSteps(module))];
}

function stepKey(module: Module, step: Step): string {
  const assembly = step.name === "link" ? assemblySources(module) : [];
  return [toolKey(), JSON.stringify([module.options, module.link, assembly])].join("|");
}

/** Says whether nothing has to be done for a module. */
export function isModuleFresh(module: Module): boolean {
  return moduleSteps(module).every((step) => isFresh(`${module.name}.${step.name}`, stepKey(module, step)));
}

/** Brings a module up to date. Throws a Failure that names the module. */
export async function buildModule(module: Module): Promise<void> {
  for (const step of moduleSteps(module)) {
    const stamp = `${module.name}.${step.name}`;
    const key = stepKey(module, step);
    if (isFresh(stamp, key)) continue;
    try {
      recordStep(stamp, key, await step.run(), step.outputs);
    } catch (error) {
      if (error instanceof Failure)
        throw new Failure(`${error.message}\n${module.name}: ${step.name} failed`);
      throw error;
    }
  }
}
