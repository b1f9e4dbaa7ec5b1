// Reading what mke2fs made of a tree: every file, directory and link of it, with every block size and both types.

import { createHash } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { DiskClient, mounted } from "./client.ts";
import { type ImageOptions, imageBytes, temporaryFolder } from "./image.ts";

const MIB = 1 << 20;

function fill(size: number, seed: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = seed;
  for (let at = 0; at + 4 <= size; at += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes.writeUInt32LE(state, at);
  }
  return bytes;
}

/** A tree with all that a disk can have in small. */
function makeTree(): string {
  const tree = temporaryFolder();
  for (const size of [
    0,
    1,
    59,
    60,
    61,
    1023,
    1024,
    4096,
    4097,
    12 * 1024,
    13 * 1024,
    50_000,
    300_000,
    5 * MIB,
  ]) {
    writeFileSync(path.join(tree, `file-${size}`), fill(size, size + 1));
  }
  writeFileSync(path.join(tree, "sparse"), "start");
  truncateSync(path.join(tree, "sparse"), 40 * MIB);
  writeFileSync(path.join(tree, "holes"), "");
  for (const at of [0, 100_000, 3 * MIB, 30 * MIB]) {
    writeFileSync(path.join(tree, "holes"), fill(5000, at), { flag: "r+" });
    truncateSync(path.join(tree, "holes"), at + 5000);
  }
  for (const length of [1, 58, 59, 60, 61, 200, 1000])
    symlinkSync("t".repeat(length), path.join(tree, `link-${length}`));
  symlinkSync("/mnt/file-61", path.join(tree, "link-absolute"));
  symlinkSync("deep/er", path.join(tree, "link-directory"));
  mkdirSync(path.join(tree, "deep/er/and/deeper"), { recursive: true });
  writeFileSync(path.join(tree, "deep/er/and/deeper/file"), "found");
  mkdirSync(path.join(tree, "many"));
  for (let i = 0; i < 1500; i++)
    writeFileSync(path.join(tree, "many", `name number ${i} ${"x".repeat(i % 60)}`), String(i));
  writeFileSync(path.join(tree, "n".repeat(255)), "long name");
  return tree;
}

function sum(bytes: Buffer): string {
  return createHash("md5").update(bytes).digest("hex");
}

/** Compares a directory of the VFS with the host's, and all below it. */
function compare(vfs: DiskClient, inside: string, outside: string): number {
  const names = readdirSync(outside).sort();
  const listed = vfs.list(inside);
  expect((listed as string[]).filter((name) => name !== "lost+found")).toEqual(names);
  let files = 0;
  for (const name of names) {
    const host = path.join(outside, name);
    const stat = lstatSync(host);
    if (stat.isDirectory()) files += compare(vfs, `${inside}/${name}`, host);
    else if (stat.isSymbolicLink()) expect(vfs.readlink(`${inside}/${name}`)).toBe(readlinkSync(host));
    else expect([name, sum(vfs.get(`${inside}/${name}`) as Buffer)]).toEqual([name, sum(readFileSync(host))]);
    expect(vfs.lstat(`${inside}/${name}`)).toMatchObject({ mode: stat.mode });
    files++;
  }
  return files;
}

const tree = makeTree();
const kinds: [string, ImageOptions][] = [
  ["ext4, 4 KiB", { type: "ext4", blockSize: 4096, size: 64 * MIB, tree }],
  ["ext4, 1 KiB", { type: "ext4", blockSize: 1024, size: 64 * MIB, tree }],
  ["ext4, 2 KiB", { type: "ext4", blockSize: 2048, size: 64 * MIB, tree }],
  ["ext2, 4 KiB", { type: "ext2", blockSize: 4096, size: 64 * MIB, tree }],
  ["ext2, 1 KiB", { type: "ext2", blockSize: 1024, size: 64 * MIB, tree }],
  [
    "ext4 without checksums",
    { type: "ext4", blockSize: 1024, size: 64 * MIB, tree, options: ["-O", "^metadata_csum"] },
  ],
  [
    "ext4 with meta_bg",
    { type: "ext4", blockSize: 1024, size: 64 * MIB, tree, options: ["-O", "meta_bg,^resize_inode"] },
  ],
  ["ext2 with old inodes", { type: "ext2", blockSize: 1024, size: 64 * MIB, tree, options: ["-I", "128"] }],
];

describe("a tree", () => {
  for (const [what, options] of kinds) {
    test(what, () => {
      const vfs = mounted(imageBytes(options));
      expect(compare(vfs, "/mnt", tree)).toBeGreaterThan(1500);
      expect(vfs.get("/mnt/link-absolute")).toEqual(fill(61, 62).fill(0, 60));
      expect(vfs.get("/mnt/link-directory/and/../and/deeper/file")).toEqual(Buffer.from("found"));
      expect(vfs.umount()).toBe(0);
      expect(vfs.list("/mnt")).toEqual([]);
      expect(vfs.block.pending).toEqual([]);
    });
  }
});
