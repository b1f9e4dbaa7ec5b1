// Mutated images: whatever stands on the disk, the file-system code answers with a result or an errno. It never traps,
// never goes on for ever and never touches what is not its own. A failure names its seed, and HNX_SEED replays it;
// HNX_IMAGES is how many of each kind there are: 5,000 in all.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { MOUNT_RDONLY } from "../../../abi/file.ts";
import { DiskClient } from "./client.ts";
import { type ImageOptions, makeImage, temporaryFolder } from "./image.ts";
import { random } from "./random.ts";

const IMAGES = Number(process.env.HNX_IMAGES ?? 1250);
const SEED = Number(process.env.HNX_SEED ?? 20_261_127);
/** Results of one pass over an image: a run that makes more goes on for ever. */
const MAX_STEPS = 3000;
const MAX_DEPTH = 6;
const KIB = 1024;

function makeTree(folder: string): string {
  const tree = path.join(folder, "tree");
  mkdirSync(path.join(tree, "sub/deeper"), { recursive: true });
  mkdirSync(path.join(tree, "many"));
  for (let i = 0; i < 200; i++) writeFileSync(path.join(tree, "many", `number ${i}`), "");
  writeFileSync(path.join(tree, "small"), "small");
  writeFileSync(path.join(tree, "large"), Buffer.alloc(120 * KIB, 7));
  for (let i = 0; i < 12; i++) {
    writeFileSync(path.join(tree, "holes"), "x".repeat(100), { flag: i ? "a" : "w" });
    truncateSync(path.join(tree, "holes"), (i + 1) * 8 * KIB);
  }
  symlinkSync("small", path.join(tree, "short"));
  symlinkSync("/mnt/" + "sub/../".repeat(20), path.join(tree, "long"));
  return tree;
}

function makeBase(options: Omit<ImageOptions, "tree" | "size">): Buffer {
  const folder = temporaryFolder();
  const file = path.join(folder, "image");
  makeImage(file, { ...options, size: 2048 * KIB, tree: makeTree(folder) });
  try {
    execFileSync("e2fsck", ["-fyD", file], { stdio: "ignore" });
  } catch {
    // Status 1: it changed something.
  }
  return readFileSync(file);
}

/** Blocks that are in use by metadata, found by what is in them: nonzero ones, small numbers first. */
function interestingBlocks(image: Buffer, blockSize: number): number[] {
  const blocks: number[] = [];
  for (let block = 0; block * blockSize < image.length; block++) {
    const bytes = image.subarray(block * blockSize, (block + 1) * blockSize);
    if (bytes.some((byte) => byte !== 0) && !bytes.every((byte) => byte === 7)) blocks.push(block);
  }
  return blocks;
}

const VALUES = [
  0, 1, 2, 7, 8, 11, 12, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
];

/** One to four changes: bits, or fields set to values that break things, mostly where metadata is. */
function mutate(image: Buffer, blocks: number[], blockSize: number, pick: (limit: number) => number): void {
  for (let n = 1 + pick(4); n > 0; n--) {
    const block = pick(4) === 0 ? 0 : blocks[pick(blocks.length)];
    const within =
      block * blockSize <= 1024 && pick(2) === 0 ? 1024 + pick(264) : block * blockSize + pick(blockSize);
    const at = Math.min(within & ~3, image.length - 4);
    const kind = pick(4);
    if (kind === 0) image[at + pick(4)] ^= 1 << pick(8);
    else if (kind === 1) image.writeUInt32LE(VALUES[pick(VALUES.length)], at);
    else if (kind === 2) image.writeUInt16LE(VALUES[pick(VALUES.length)] & 0xffff, at + 2 * pick(2));
    else
      image.copy(
        image,
        at & ~127,
        blocks[pick(blocks.length)] * blockSize,
        blocks[pick(blocks.length)] * blockSize + 128,
      );
  }
}

/** Goes over everything that can be reached. */
function walkTree(vfs: DiskClient): void {
  let steps = 0;
  const visit = (folder: string, depth: number): void => {
    const handle = vfs.open(folder);
    if (handle < 0) return;
    for (
      let batch = vfs.readdir(handle);
      typeof batch !== "number" && batch.length > 0;
      batch = vfs.readdir(handle)
    ) {
      for (const { name } of batch) {
        // Of a large directory most names are only listed: there are many images to go over.
        if (++steps > MAX_STEPS || (steps > 30 && steps % 16 !== 0)) continue;
        if (name === "." || name === "..") continue;
        const file = `${folder}/${name}`;
        vfs.lstat(file);
        vfs.readlink(file);
        const stat = vfs.stat(file);
        if (typeof stat === "number") continue;
        if ((stat.mode & 0xf000) === 0x4000) {
          if (depth < MAX_DEPTH) visit(file, depth + 1);
          continue;
        }
        const opened = vfs.open(file);
        if (opened < 0) continue;
        for (const offset of [0n, 4096n, 60_000n, stat.size - 1n, stat.size / 2n]) {
          if (offset >= 0n) vfs.read(opened, 65_536, offset);
        }
        vfs.close(opened);
      }
      if (steps > MAX_STEPS) break;
    }
    vfs.close(handle);
  };
  visit("/mnt", 0);
  vfs.stat("/mnt/many/number 77");
  vfs.stat("/mnt/sub/deeper/../../small");
}

/** Changes of every kind: what they answer does not matter. */
function changeTree(vfs: DiskClient): void {
  vfs.put("/mnt/new", Buffer.alloc(30_000, 3));
  vfs.put("/mnt/large", Buffer.alloc(5000, 4));
  vfs.truncate("/mnt/large", 13n);
  vfs.truncate("/mnt/holes", 50_000n);
  vfs.mkdir("/mnt/sub/made");
  vfs.rename("/mnt/sub", "/mnt/moved");
  vfs.rename("/mnt/small", "/mnt/many/number 3");
  vfs.link("/mnt/long", "/mnt/many/another");
  vfs.symlink("text", "/mnt/sub/symlink");
  vfs.unlink("/mnt/holes");
  vfs.unlink("/mnt/short");
  vfs.rmdir("/mnt/moved/deeper");
  for (let i = 0; i < 20; i++) vfs.unlink(`/mnt/many/number ${i * 7}`);
  vfs.chmod("/mnt/many", 0o700);
}

const kinds: [string, Omit<ImageOptions, "tree" | "size">][] = [
  ["ext4 with checksums", { type: "ext4", blockSize: 1024, options: ["-O", "^has_journal"] }],
  [
    "ext4 without checksums",
    { type: "ext4", blockSize: 1024, options: ["-O", "^metadata_csum,^has_journal"] },
  ],
  ["ext4, 4 KiB blocks", { type: "ext4", blockSize: 4096, options: ["-O", "^metadata_csum,^has_journal"] }],
  ["ext2", { type: "ext2", blockSize: 1024 }],
];

describe(`${IMAGES} mutated images of each kind, seed ${SEED}`, () => {
  for (const [what, options] of kinds) {
    test(what, () => {
      const base = makeBase(options);
      const blocks = interestingBlocks(base, options.blockSize);
      const contents = Buffer.from(base);
      const vfs = new DiskClient([{ name: "vda", contents, bytes: contents.length }]);
      let refused = 0;
      for (let i = 0; i < IMAGES; i++) {
        base.copy(contents);
        mutate(contents, blocks, options.blockSize, random(SEED + i * 7919));
        try {
          const isWriting = options.type === "ext2" && i % 2 === 0;
          if (vfs.mount("vda", "/mnt", isWriting ? 0 : MOUNT_RDONLY) < 0) {
            refused++;
            continue;
          }
          walkTree(vfs);
          if (isWriting) changeTree(vfs);
          const result = vfs.umount();
          if (!isWriting) expect(result).toBe(0);
        } catch (error) {
          throw new Error(`image ${i} of seed ${SEED}`, { cause: error });
        }
      }
      expect(vfs.block.pending).toEqual([]);
      expect(refused).toBeLessThan(IMAGES / 2);
    });
  }
});
