// What goes wrong with a disk while it is in use, on the machine: its service or the VFS is killed in the middle of reads and
// writes, it has no inodes left, it fails to read. Who uses it gets an error, what was there before is there, the machine goes on.

import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { checkImage, debugfs, makeImage } from "../unit/ext/image.ts";
import { runGuest } from "./qemu.ts";

const FOLDER = "build/test/disk-faults";
const MIB = 1024 * 1024;
/** More than the block cache holds, so that reading it again and again keeps the disk busy. */
const big = randomBytes(20 * MIB);
const bigSum = createHash("md5").update(big).digest("hex");
const file = (name: string): string => path.join(FOLDER, name);

beforeAll(() => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(file("tree"), { recursive: true });
  writeFileSync(file("tree/big"), big);
  writeFileSync(file("tree/small"), "A\n");
});

function imageWithTree(name: string): string {
  makeImage(file(name), { type: "ext2", blockSize: 4096, size: 64 * MIB, tree: file("tree") });
  return file(name);
}

const AGAIN = "mount /dev/vda /mnt; cat /mnt/small; md5sum /mnt/big; umount /mnt; echo end";
const everything = `A\n${bigSum}  /mnt/big\nend\n`;

test("the block service is killed while it reads: the reader ends with EIO, and nothing is lost", async () => {
  const image = imageWithTree("reading.img");
  const { out, status } = await runGuest({
    cmd:
      "mount /dev/vda /mnt; { while dd if=/mnt/big of=/dev/null bs=64K; do true; done; echo ended; } & sleep 0.3; " +
      `svc restart block; wait; umount /mnt; ${AGAIN}`,
    disks: [image],
  });
  expect(out).toMatch(/block \(pid \d+\): killed/);
  expect(out).toContain("dd: /mnt/big: Input/output error\n");
  expect(out).toContain(`ended\numount: /mnt: Input/output error\n${everything}`);
  expect(status).toBe(0);
  expect(checkImage(image)).toBe("");
});

test("the block service is killed while it writes: the writer gets EIO, older files are whole", async () => {
  const image = imageWithTree("writing.img");
  const { out, status } = await runGuest({
    cmd:
      "mount /dev/vda /mnt; { while dd if=/dev/zero of=/mnt/new bs=64K count=200; do sync; done; echo ended; } & sleep 0.3; " +
      `svc restart block; wait; umount /mnt; ${AGAIN}`,
    disks: [image],
  });
  expect(out).toMatch(/block \(pid \d+\): killed/);
  expect(out).toContain("/mnt/new: Input/output error\n");
  expect(out).toContain(`umount: /mnt: Input/output error\n${everything}`);
  expect(status).toBe(0);
  mend(image);
});

test("the VFS is killed while it writes to a disk: the writer gets an error, memory and disk keep what they had", async () => {
  const image = imageWithTree("vfs.img");
  const { out, status } = await runGuest({
    cmd:
      "mount /dev/vda /mnt; echo kept > /tmp/kept; mkdir /mnt/d; " +
      "{ while dd if=/dev/zero of=/mnt/d/new bs=64K count=200; do true; done; echo ended; } & " +
      `sleep 0.3; svc restart vfs; wait; cat /tmp/kept; ${AGAIN}`,
    disks: [image],
  });
  expect(out).toMatch(/vfs \(pid \d+\): killed/);
  // Killed in an open, that is asked for again, and then the disk is not there.
  expect(out).toMatch(/dd: \/mnt\/d\/new: (Bad file descriptor|Connection reset by peer|No such file)/);
  expect(out).toContain(`ended\nkept\n${everything}`);
  expect(status).toBe(0);
  mend(image);
});

/** Without a journal a disk that was cut off in a write needs e2fsck; it mends it, and the old files are what they were. */
function mend(image: string): void {
  const mended = spawnSync("e2fsck", ["-fy", image], { encoding: "utf8" });
  expect([0, 1]).toContain(mended.status);
  expect(checkImage(image)).toBe("");
  expect(debugfs(image, "cat /small")).toBe("A\n");
  debugfs(image, `dump /big ${file("dumped")}`);
  const sum = spawnSync("md5sum", [file("dumped")], { encoding: "utf8" }).stdout;
  expect(sum.slice(0, bigSum.length)).toBe(bigSum);
}

test("a disk without inodes is ENOSPC for what needs one, and other things go on", async () => {
  const image = file("inodes.img");
  makeImage(image, { type: "ext2", blockSize: 1024, size: 4 * MIB, options: ["-N", "16"] });
  const { out } = await runGuest({
    cmd:
      "mount /dev/vda /mnt; echo kept > /mnt/kept; touch /mnt/1 /mnt/2 /mnt/3 /mnt/4 /mnt/5; mkdir /mnt/d; ln -s x /mnt/l; " +
      "ln /mnt/kept /mnt/k2; echo more >> /mnt/kept; cat /mnt/k2; rm /mnt/1; mkdir /mnt/d && echo made; umount /mnt; echo end",
    disks: [image],
  });
  expect(out).toMatch(/touch: \/mnt\/5: No space left on device\n/);
  expect(out).toMatch(/mkdir: .*\/mnt\/d: No space left on device\n/);
  expect(out).toMatch(/ln: .*No space left on device\n/);
  expect(out).toContain("kept\nmore\nmade\nend\n");
  expect(checkImage(image)).toBe("");
});

test("a sector that cannot be read is EIO for its page alone: what lies around it is read, and so are other files", async () => {
  const image = imageWithTree("unreadable.img");
  const block = Number(/\d+/.exec(debugfs(image, "bmap /big 1000"))?.[0]);
  const drive =
    `driver=raw,file.driver=blkdebug,file.image.driver=file,file.image.filename=${image},` +
    `file.inject-error.0.event=none,file.inject-error.0.iotype=read,file.inject-error.0.errno=5,` +
    `file.inject-error.0.sector=${block * 8}`;
  const { out, status } = await runGuest({
    cmd:
      "mount /dev/vda /mnt; md5sum /mnt/big; cat /mnt/small; dd if=/mnt/big of=/tmp/before bs=4K count=1000; " +
      "dd if=/mnt/big of=/tmp/after bs=4K skip=1001; md5sum /tmp/before /tmp/after; umount /mnt; echo end",
    extraArgs: [
      "-drive",
      `if=none,id=only,${drive}`,
      "-device",
      "virtio-blk-device,drive=only,bus=virtio-mmio-bus.0",
    ],
  });
  const sum = (bytes: Buffer): string => createHash("md5").update(bytes).digest("hex");
  expect(out).toContain("md5sum: /mnt/big: Input/output error\nA\n");
  expect(out).toContain(`${sum(big.subarray(0, 1000 * 4096))}  /tmp/before\n`);
  expect(out).toContain(`${sum(big.subarray(1001 * 4096))}  /tmp/after\nend\n`);
  expect(status).toBe(0);
  expect(checkImage(image)).toBe("");
});
