// Directories with hash trees, made by e2fsck -D: a name is found with a few reads, for each way of hashing.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { ENOENT } from "../../../abi/errno.ts";
import { mounted } from "./client.ts";
import { type ImageOptions, debugfs, makeImage, temporaryFolder } from "./image.ts";

const NAMES = 5000;
/** Superblock, descriptors, inode table, root directory, tree and leaf, each with its inode: what one look-up may read. */
const MAX_READS = 12;

const nameOf = (i: number): string => (i % 50 === 0 ? `größe ${i}` : `a file with number ${i}`);

function makeIndexed(options: Omit<ImageOptions, "tree" | "size">, tuning: string[]): Buffer {
  const folder = temporaryFolder();
  const tree = path.join(folder, "tree");
  mkdirSync(path.join(tree, "many"), { recursive: true });
  for (let i = 0; i < NAMES; i++) writeFileSync(path.join(tree, "many", nameOf(i)), "");
  const file = path.join(folder, "image");
  makeImage(file, { ...options, size: 24 << 20, tree, options: ["-N", "6000", ...(options.options ?? [])] });
  for (const request of tuning) execFileSync("debugfs", ["-w", "-R", request, file], { stdio: "ignore" });
  try {
    execFileSync("e2fsck", ["-fyD", file], { stdio: "ignore" });
  } catch {
    // Status 1: it changed something, as it should.
  }
  expect(debugfs(file, "htree_dump /many")).toContain("Root node dump");
  return readFileSync(file);
}

const kinds: [string, Omit<ImageOptions, "tree" | "size">, string[]][] = [
  ["half MD4, ext4, 1 KiB blocks: three levels", { type: "ext4", blockSize: 1024 }, []],
  ["half MD4, ext4, 4 KiB blocks", { type: "ext4", blockSize: 4096 }, []],
  [
    "TEA, unsigned characters",
    { type: "ext2", blockSize: 4096 },
    ["ssv def_hash_version tea", "ssv flags 2"],
  ],
  [
    "legacy, signed characters",
    { type: "ext2", blockSize: 1024 },
    ["ssv def_hash_version legacy", "ssv flags 1"],
  ],
];

describe("look-ups by tree", () => {
  for (const [what, options, tuning] of kinds) {
    test(what, () => {
      const image = makeIndexed(options, tuning);
      for (const i of [0, 50, 2_499, NAMES - 1]) {
        const vfs = mounted(image);
        expect(vfs.stat(`/mnt/many/${nameOf(i)}`)).toMatchObject({ size: 0n });
        expect(vfs.block.done.read).toBeLessThanOrEqual(MAX_READS);
      }
      const vfs = mounted(image);
      for (let i = 0; i < NAMES; i += 3)
        expect(vfs.stat(`/mnt/many/${nameOf(i)}`)).toMatchObject({ size: 0n });
      expect(vfs.stat("/mnt/many/a file with number 5000")).toBe(-ENOENT);
      expect(new Set(vfs.list("/mnt/many") as string[]).size).toBe(NAMES);
    });
  }
});
