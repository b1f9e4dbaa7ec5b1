// Step 11: the two initrds. Called by build.ts once all modules are built.
//
//   build/initrd.img        programs with "image": true, system.json as /etc/system.json and, checked and compiled, as
//                           /etc/system.bin, the files of rootfs/
//   build/initrd-test.img   the same and the programs with "image": false (self-tests, benchmarks)

import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { compileManifest } from "../manifest.ts";
import type { Module } from "../common/config.ts";
import { INITRD, TEST_INITRD } from "../common/paths.ts";
import { isFresh, recordStep, writeOutput } from "../common/stamp.ts";
import { type CpioEntry, buildCpio } from "./cpio.ts";
import { programPaths } from "./module.ts";
import { toolKey } from "./toolkey.ts";

const ROOTFS = "rootfs";
const MANIFEST = "system.json";
const MANIFEST_PATH = "etc/system.json";
const COMPILED_MANIFEST = "build/system.bin";
export const COMPILED_MANIFEST_PATH = "etc/system.bin";
const EXECUTABLE_BITS = 0o111;

interface Source {
  name: string;
  file: string;
  isProgram: boolean;
}

function rootfsSources(): Source[] {
  if (!existsSync(ROOTFS)) return [];
  return readdirSync(ROOTFS, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ name: path.relative(ROOTFS, file), file, isProgram: false }));
}

function collectSources(modules: readonly Module[]): Source[] {
  const programs = modules.flatMap(({ name, installPath }) =>
    installPath ? [{ name: installPath, file: programPaths(name).stripped, isProgram: true }] : [],
  );
  const manifest = existsSync(MANIFEST)
    ? [
        { name: MANIFEST_PATH, file: MANIFEST, isProgram: false },
        { name: COMPILED_MANIFEST_PATH, file: COMPILED_MANIFEST, isProgram: false },
      ]
    : [];
  return [...programs, ...manifest, ...rootfsSources()];
}

function readEntry({ name, file, isProgram }: Source): CpioEntry {
  const executable = isProgram || (statSync(file).mode & EXECUTABLE_BITS) !== 0;
  return { name, data: readFileSync(file), executable, pageAligned: isProgram };
}

/** What the test initrd holds, for tests that build one of their own from it. */
export function testEntries(modules: readonly Module[]): CpioEntry[] {
  return collectSources(modules).map(readEntry);
}

function buildArchive(archive: string, modules: readonly Module[]): void {
  const sources = collectSources(modules);
  const step = path.basename(archive);
  const key = `${toolKey()}|${sources.map(({ name, file }) => `${name}=${file}`).join(",")}`;
  if (isFresh(step, key)) return;
  writeOutput(archive, buildCpio(sources.map(readEntry)));
  recordStep(
    step,
    key,
    sources.map(({ file }) => file),
    [archive],
  );
}

/** Checks system.json against the programs there are and compiles it to the table that init reads. */
function buildManifest(modules: readonly Module[]): void {
  if (!existsSync(MANIFEST)) return;
  const programs = new Set(modules.flatMap(({ installPath }) => (installPath ? [`/${installPath}`] : [])));
  const table = compileManifest(MANIFEST, readFileSync(MANIFEST, "utf8"), programs);
  const current = existsSync(COMPILED_MANIFEST) ? readFileSync(COMPILED_MANIFEST) : undefined;
  if (!current?.equals(table)) writeOutput(COMPILED_MANIFEST, table);
}

/** Brings both initrds up to date. */
export function buildInitrds(modules: readonly Module[]): void {
  buildManifest(modules);
  buildArchive(
    INITRD,
    modules.filter(({ link }) => link.inImage),
  );
  buildArchive(TEST_INITRD, modules);
}
