// Disk images made and checked by other people's tools: mke2fs, e2fsck and debugfs of Debian's e2fsprogs.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export interface ImageOptions {
  type: "ext2" | "ext4";
  blockSize: 1024 | 2048 | 4096;
  /** Bytes. */
  size: number;
  /** A folder whose files are put in. */
  tree?: string;
  /** More of mke2fs's options. */
  options?: string[];
}

/** A temporary folder that goes with the process. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "hnx-ext-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes an image. Hash seed and UUID are fixed, so that a run repeats. */
export function makeImage(file: string, { type, blockSize, size, tree, options = [] }: ImageOptions): void {
  writeFileSync(file, "");
  truncateSync(file, size);
  const fixed =
    "-E hash_seed=11111111-2222-3333-4444-555555555555 -U 99999999-8888-7777-6666-555555555555".split(" ");
  const args = ["-q", "-F", "-t", type, "-b", String(blockSize), ...fixed, ...options];
  execFileSync("mke2fs", [...args, ...(tree ? ["-d", tree] : []), file], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** An image in memory. */
export function imageBytes(options: ImageOptions): Buffer {
  const folder = temporaryFolder();
  const file = path.join(folder, "image");
  makeImage(file, options);
  const bytes = readFileSync(file);
  rmSync(folder, { recursive: true });
  return bytes;
}

/** What e2fsck has to say about an image: empty if it is clean. */
export function checkImage(file: string): string {
  const { status, stdout, stderr } = spawnSync("e2fsck", ["-fn", file], { encoding: "utf8" });
  return status === 0 ? "" : `e2fsck: status ${status}\n${stdout}${stderr}`;
}

/** What debugfs answers to a request. */
export function debugfs(file: string, request: string): string {
  return execFileSync("debugfs", ["-R", request, file], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}
