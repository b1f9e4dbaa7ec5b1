// Words that may not stand in the tree, and the rules for npm packages. Called by run.ts.

import type { SourceFile } from "./files.ts";

/** Put together here, so that this file does not contain what it forbids. */
const UNFINISHED = new RegExp(`\\b(?:${["TO" + "DO", "FIX" + "ME", "XX" + "X"].join("|")})\\b`);
const REGISTRIES = [
  "registry.npm" + "js",
  "registry.yarn" + "pkg",
  "deb.debian" + ".org",
  "npm.pkg.github" + ".com",
];
const EXACT_VERSION = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;
const DEPENDENCY_KINDS = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

function findLines(files: readonly SourceFile[], matches: (line: string) => string | undefined): string[] {
  return files.flatMap(({ file, text }) =>
    text.split("\n").flatMap((line, i) => {
      const message = matches(line);
      return message === undefined ? [] : [`${file}:${i + 1}: ${message}`];
    }),
  );
}

/** Marks of unfinished work. */
export function checkUnfinished(files: readonly SourceFile[]): string[] {
  return findLines(files, (line) => {
    const word = UNFINISHED.exec(line)?.[0];
    return word && `"${word}" marks unfinished work: finish it, or file an issue`;
  });
}

/** Addresses of package registries: which one is used is the machine's affair. */
export function checkRegistries(files: readonly SourceFile[]): string[] {
  return findLines(files, (line) => {
    const registry = REGISTRIES.find((address) => line.includes(address));
    return registry && `names the registry ${registry}; the machine's own configuration chooses it`;
  });
}

function parseJson(files: readonly SourceFile[], name: string): Record<string, unknown> {
  const found = files.find(({ file }) => file === name);
  return found ? (JSON.parse(found.text) as Record<string, unknown>) : {};
}

/** A lock file with addresses in it would fetch from there, whatever the machine's registry is. */
export function checkLockFile(files: readonly SourceFile[]): string[] {
  const packages = (parseJson(files, "package-lock.json").packages ?? {}) as Record<
    string,
    { resolved?: string }
  >;
  return Object.entries(packages)
    .filter(([, { resolved }]) => resolved !== undefined && /^https?:/.test(resolved))
    .map(
      ([name]) =>
        `package-lock.json: ${name} has an address in "resolved"; .npmrc leaves it out, run npm install`,
    );
}

/** Dependencies whose version is not one exact version. */
export function checkPinned(files: readonly SourceFile[]): string[] {
  const manifest = parseJson(files, "package.json");
  return DEPENDENCY_KINDS.flatMap((kind) => Object.entries((manifest[kind] ?? {}) as Record<string, string>))
    .filter(([, version]) => !EXACT_VERSION.test(version))
    .map(([name, version]) => `package.json: ${name} is "${version}", which is no exact version`);
}
