// File systems on disks, on the machine: images that mke2fs made are read, what is written is checked by e2fsck and read back
// by debugfs, and whatever happens to a disk or its driver is an error for who uses it and nothing worse.
// HNX_DISK_FULL=1: with the sizes of issue 4 (5,000 files, one of 1 GiB, and a directory of 20,000), some minutes instead of one.

import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  createReadStream,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { checkImage, makeImage } from "../unit/ext/image.ts";
import { runGuest } from "./qemu.ts";

const FOLDER = "build/test/disk";
const MIB = 1024 * 1024;
const FULL = process.env.HNX_DISK_FULL === "1";
const SIZES = FULL
  ? { files: 5000, sparse: 1024 * MIB, many: 20_000, image: 512 * MIB }
  : { files: 500, sparse: 16 * MIB, many: 2000, image: 64 * MIB };
const OPERATIONS = 5000;
const SEED = Number(process.env.HNX_SEED ?? 1234);
const TIMEOUT_MS = FULL ? 900_000 : 110_000;
const LONG_NAME = 255;
const LARGEST_FILE = 30_000;

const file = (name: string): string => path.join(FOLDER, name);

/** "sum  path" of every file below `folder`, as the guest's md5sum -r prints them for `mounted`. */
async function sumsOf(folder: string, mounted: string): Promise<string[]> {
  const lines: string[] = [];
  for (const name of readdirSync(folder)) {
    const at = path.join(folder, name);
    if (statSync(at).isDirectory()) {
      if (name !== "lost+found") lines.push(...(await sumsOf(at, `${mounted}/${name}`)));
      continue;
    }
    const hash = createHash("md5");
    for await (const part of createReadStream(at)) hash.update(part as Buffer);
    lines.push(`${hash.digest("hex")}  ${mounted}/${name}`);
  }
  return lines;
}

/** The lines of the guest's md5sum, sorted by their paths. */
function sumsIn(out: string): string[] {
  return out.split("\n").filter((line) => /^[0-9a-f]{32} {2}\//.test(line));
}

const byPath = (lines: string[]): string[] => lines.sort((a, b) => (a.slice(34) < b.slice(34) ? -1 : 1));

/** A tree with many files, some large, one sparse, long names and symbolic links. */
function makeTree(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.join(folder, "many"), { recursive: true });
  for (let i = 0; i < SIZES.files; i++) {
    const directory = path.join(folder, `d${i % 50}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, `file ${i}`), Buffer.alloc((i * 7919) % LARGEST_FILE, `${i},`));
  }
  for (let i = 0; i < SIZES.many; i++) writeFileSync(path.join(folder, "many", `entry-${i}`), "");
  writeFileSync(path.join(folder, "sparse"), "begin");
  truncateSync(path.join(folder, "sparse"), SIZES.sparse);
  writeFileSync(path.join(folder, "n".repeat(LONG_NAME)), "long");
  writeFileSync(path.join(folder, "ü☃😀"), "not ASCII");
  symlinkSync("d1/file 1", path.join(folder, "short link"));
  symlinkSync(`${"d1/../".repeat(20)}d2/file 2`, path.join(folder, "long link"));
  symlinkSync("d3", path.join(folder, "link to a directory"));
}

/** A folder with one file in it. */
function fewFiles(): string {
  mkdirSync(file("few"), { recursive: true });
  writeFileSync(path.join(file("few"), "a"), "A\n");
  return file("few");
}

/** QEMU's arguments for a disk that qemuArguments() cannot describe; drive: of -drive, without if and id. */
function onlyDisk(drive: string): string[] {
  return [
    "-drive",
    `if=none,id=only,${drive}`,
    "-device",
    "virtio-blk-device,drive=only,bus=virtio-mmio-bus.0",
  ];
}

beforeAll(() => mkdirSync(FOLDER, { recursive: true }));

test(
  "every file of an ext4 tree that mke2fs made has the host's checksum",
  async () => {
    const tree = file("tree");
    makeTree(tree);
    makeImage(file("ext4.img"), { type: "ext4", blockSize: 4096, size: SIZES.image, tree });
    rmSync(path.join(tree, "link to a directory"));
    const { out, status } = await runGuest({
      cmd: "mount /dev/vda /mnt; md5sum -r /mnt; umount /mnt",
      disks: [file("ext4.img")],
      timeoutMs: TIMEOUT_MS,
    });
    expect(byPath(sumsIn(out))).toEqual(byPath(await sumsOf(tree, "/mnt")));
    expect(status).toBe(0);
  },
  TIMEOUT_MS,
);

test("5,000 random operations on ext2 leave what e2fsck finds clean, and debugfs reads what the guest read", async () => {
  const image = file("random.img");
  makeImage(image, { type: "ext2", blockSize: 1024, size: 128 * MIB });
  const { out, status } = await runGuest({
    cmd: `mount /dev/vda /mnt; selftest-disk /mnt ${SEED} ${OPERATIONS}; md5sum -r /mnt; umount /mnt`,
    disks: [image],
    timeoutMs: TIMEOUT_MS,
  });
  expect(out).toMatch(/selftest-disk: 5000 operations, \d+ did something, 0 failed\n/);
  expect(checkImage(image)).toBe("");
  const copy = file("random");
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy);
  execFileSync("debugfs", ["-R", `rdump / ${copy}`, image], { stdio: "ignore" });
  const dangling = out.split("\n").filter((line) => line.startsWith("md5sum: /mnt/"));
  expect(dangling.every((line) => /(No such file|Too many levels)/.test(line))).toBe(true);
  const found = spawnSync("find", [copy, "-follow", "-type", "f"], { encoding: "utf8" }).stdout;
  const files = found.split("\n").filter((line) => line !== "" && !line.includes("/lost+found"));
  const expected = files.map(
    (name) => `${createHash("md5").update(readFileSync(name)).digest("hex")}  ${name.replace(copy, "/mnt")}`,
  );
  expect(expected.length).toBeGreaterThan(50);
  expect(byPath(sumsIn(out))).toEqual(byPath(expected));
  expect(status === 0 || dangling.length > 0).toBe(true);
});

test("files in memory and open descriptors survive a restart of the VFS", async () => {
  const { out } = await runGuest({
    cmd: "echo hello > /tmp/a; svc restart vfs; cat /tmp/a; echo more >> /tmp/a; cat /tmp/a; ls /tmp",
  });
  expect(out).toMatch(/vfs \(pid \d+\): killed/);
  expect(out).toContain("hello\nhello\nmore\na\n");
});

test("a block service that dies gives -EIO, and its disks work again when they are mounted anew", async () => {
  const image = file("killed.img");
  makeImage(image, { type: "ext2", blockSize: 4096, size: 32 * MIB });
  const { out } = await runGuest({
    cmd:
      "mount /dev/vda /mnt; echo kept > /mnt/kept; sync; ls /mnt; svc restart block; echo lost > /mnt/lost; " +
      "md5sum /mnt/lost+found/none; umount /mnt; mount /dev/vda /mnt; cat /mnt/kept; echo new > /mnt/new; umount /mnt; echo end",
    disks: [image],
  });
  expect(out).toContain("md5sum: /mnt/lost+found/none: Input/output error\n");
  expect(out).toContain("umount: /mnt: Input/output error\n");
  expect(out).toContain("kept\nend\n");
  expect(checkImage(image)).toBe("");
});

test("a full disk is ENOSPC, and what was there stays", async () => {
  const image = file("full.img");
  makeImage(image, { type: "ext2", blockSize: 1024, size: 2 * MIB });
  const { out } = await runGuest({
    cmd:
      "mount /dev/vda /mnt; echo kept > /mnt/kept; dd if=/dev/zero of=/mnt/big bs=4K; cat /mnt/kept; rm /mnt/big; " +
      "echo again > /mnt/again; cat /mnt/again; umount /mnt",
    disks: [image],
  });
  expect(out).toContain("dd: /mnt/big: No space left on device\n");
  expect(out).toContain("kept\nagain\n");
  expect(checkImage(image)).toBe("");
});

test("a disk that fails a write: fsync and umount say so, what was there before is still read, the machine goes on", async () => {
  const image = file("failing.img");
  makeImage(image, { type: "ext2", blockSize: 4096, size: 32 * MIB, tree: fewFiles() });
  const { out, status } = await runGuest({
    cmd: "mount /dev/vda /mnt; echo new > /mnt/new; umount /mnt; mount -r /dev/vda /mnt; cat /mnt/a; umount /mnt; echo end",
    extraArgs: onlyDisk(
      `driver=raw,file.driver=blkdebug,file.image.driver=file,file.image.filename=${image},` +
        "file.inject-error.0.event=none,file.inject-error.0.iotype=write,file.inject-error.0.errno=5",
    ),
  });
  expect(out).toContain("umount: /mnt: Input/output error\nA\nend\n");
  expect(status).toBe(0);
  expect(checkImage(image)).toBe("");
});

test("a read-only disk is read, and every change is EROFS", async () => {
  const image = file("readonly.img");
  makeImage(image, { type: "ext2", blockSize: 1024, size: 4 * MIB, tree: fewFiles() });
  const before = readFileSync(image);
  const { out } = await runGuest({
    cmd: "mount /dev/vda /mnt; cat /mnt/a; echo x > /mnt/b; rm /mnt/a; mkdir /mnt/c; mv /mnt/a /mnt/d; umount /mnt",
    extraArgs: onlyDisk(`format=raw,readonly=on,file=${image}`),
  });
  expect(out).toContain("\nA\n");
  expect(out.match(/Read-only file system/g)).toHaveLength(4);
  expect(readFileSync(image).equals(before)).toBe(true);
});
