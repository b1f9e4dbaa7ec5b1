// The arrows between the folders (docs/ARCHITECTURE.md):  space → abi      kernel → ipc_services → core → abi
// Toolchain and tests see all. Called by run.ts.

import path from "node:path";
import type { SourceFile } from "./files.ts";

const ALLOWED: Record<string, readonly string[]> = {
  abi: ["abi"],
  core: ["core", "abi"],
  ipc_services: ["ipc_services", "core", "abi"],
  kernel: ["kernel", "ipc_services", "core", "abi"],
  space: ["space", "abi"],
};

const IMPORT = /^\s*(?:import|export)\b[^"']*?\bfrom\s*["']([^"']+)["']|^\s*import\s*["']([^"']+)["']/gm;

/** What a file imports, as written. */
export function importsOf(text: string): string[] {
  return [...text.matchAll(IMPORT)].map(([, from, bare]) => from ?? bare);
}

/** Imports against the arrows. */
export function checkImports(files: readonly SourceFile[]): string[] {
  const problems: string[] = [];
  for (const { file, text } of files) {
    const folder = file.split("/")[0];
    const allowed = Object.hasOwn(ALLOWED, folder) ? ALLOWED[folder] : undefined;
    if (!file.endsWith(".ts") || !allowed) continue;
    for (const target of importsOf(text)) {
      if (!target.startsWith(".")) {
        problems.push(`${file}: imports "${target}"; AssemblyScript here imports by relative path only`);
        continue;
      }
      const [to] = path.posix.join(path.posix.dirname(file), target).split("/");
      if (!allowed.includes(to)) problems.push(`${file}: ${folder}/ may not import ${to}/ ("${target}")`);
    }
  }
  return problems;
}

/** Words of file systems and network protocols, as they stand in names. */
const FOREIGN_WORDS = new Set(
  "tmpfs inode inodes dentry dirent superblock ext2 ext4 fat32 tcp udp icmp arp dhcp ethernet ipv4 ipv6 http".split(
    " ",
  ),
);

/** The code of a text without comments and strings. */
export function withoutComments(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (match) =>
    match.replace(/[^\n]/g, " "),
  );
}

/** File-system and network code in the kernel: names made of their words. */
export function checkKernelWords(files: readonly SourceFile[]): string[] {
  const problems: string[] = [];
  for (const { file, text } of files) {
    if (!/^(?:kernel|core)\/.*\.ts$/.test(file)) continue;
    withoutComments(text)
      .split("\n")
      .forEach((line, i) => {
        const words = line.match(/[A-Z]?[a-z0-9]+|[A-Z0-9]+/g) ?? [];
        const foreign = words.find((word) => FOREIGN_WORDS.has(word.toLowerCase()));
        if (foreign) problems.push(`${file}:${i + 1}: "${foreign}" belongs in a service, not in the kernel`);
      });
  }
  return problems;
}
