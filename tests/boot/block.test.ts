// The block service on real virtio-blk devices: what it reads and writes is compared with the images by the host.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { crc32 } from "../unit/block/crc32.ts";
import { writeGpt } from "../unit/block/partition_tables.ts";
import { Random } from "../unit/block/random.ts";
import { initrdWithKiller } from "./manifest.ts";
import { runGuest } from "./qemu.ts";

const DIRECTORY = "build/test/block";
const SECTOR = 512;
const MIB = 1024 * 1024;
const BAD_SECTOR = 100;
const SLOT_OF_SECOND_DISK = 8;

const file = (name: string): string => `${DIRECTORY}/${name}.img`;

function makeImage(name: string, bytes: number, seed: number): Buffer {
  const random = new Random(seed);
  const image = Buffer.alloc(bytes);
  for (let i = SECTOR; i < bytes; i += 4) image.writeUInt32LE(random.below(2 ** 32), i);
  writeFileSync(file(name), image);
  return image;
}

/** QEMU's arguments for a second disk that qemuArguments() cannot describe; drive: of -drive, without if and id. */
function secondDisk(drive: string): string[] {
  return [
    "-drive",
    `if=none,id=second,${drive}`,
    "-device",
    `virtio-blk-device,drive=second,bus=virtio-mmio-bus.${SLOT_OF_SECOND_DISK}`,
  ];
}

beforeAll(() => mkdirSync(DIRECTORY, { recursive: true }));

test("four disks are found in order, and their contents arrive whole", async () => {
  const images = [8, 3, 1, 2].map((size, i) => makeImage(`read${i}`, size * MIB + i * 4096, i));
  const { out, status } = await runGuest({
    cmd: "selftest-block list; selftest-block sum vda; selftest-block sum vdb; selftest-block sum vdc; selftest-block sum vdd",
    disks: images.map((_, i) => file(`read${i}`)),
  });
  images.forEach((image, i) => {
    const name = `vd${"abcd"[i]}`;
    expect(out).toContain(`${name} ${image.length / SECTOR} sectors at 0, flags 4\n`);
    expect(out).toContain(`selftest-block: sum ${name}: ${crc32(image)}\n`);
  });
  expect(status).toBe(0);
});

test("what is written and flushed is on the host's disk, in its partition and nowhere else", async () => {
  const image = makeImage("write", 8 * MIB, 5);
  const [first, last] = [2048, 8191];
  writeGpt(image, [{ index: 1, first, last }]);
  writeFileSync(file("write"), image);
  const { out } = await runGuest({
    cmd: "selftest-block write vda2 42; selftest-block sum vda2",
    disks: [file("write")],
  });
  const after = readFileSync(file("write"));
  const written = after.subarray(first * SECTOR, (last + 1) * SECTOR);
  expect(out).toContain(`selftest-block: write vda2: ${crc32(written)}\n`);
  expect(out).toContain(`selftest-block: sum vda2: ${crc32(written)}\n`);
  expect(written.equals(image.subarray(first * SECTOR, (last + 1) * SECTOR))).toBe(false);
  written.copy(image, first * SECTOR);
  expect(after.equals(image)).toBe(true);
});

test("a read-only disk is read and not written", async () => {
  const image = makeImage("readonly", MIB, 6);
  makeImage("first", MIB, 7);
  const { out } = await runGuest({
    cmd: "selftest-block sum vdb; selftest-block write vdb 1; selftest-block list",
    disks: [file("first")],
    extraArgs: secondDisk(`format=raw,readonly=on,file=${file("readonly")}`),
  });
  expect(out).toContain(`selftest-block: sum vdb: ${crc32(image)}\n`);
  expect(out).toContain("selftest-block: write vdb: -30\n");
  expect(out).toContain("vdb 2048 sectors at 0, flags 5\n");
});

test("a disk that fails a request gives -EIO for that request, and works on", async () => {
  makeImage("failing", MIB, 8);
  makeImage("first", MIB, 7);
  const { out } = await runGuest({
    cmd: `selftest-block read vdb ${BAD_SECTOR - 1}; selftest-block read vdb ${BAD_SECTOR}; selftest-block read vdb ${BAD_SECTOR + 1}; selftest-block sum vda`,
    disks: [file("first")],
    extraArgs: secondDisk(
      `driver=raw,file.driver=blkdebug,file.image.driver=file,file.image.filename=${file("failing")},` +
        `file.inject-error.0.event=none,file.inject-error.0.errno=5,file.inject-error.0.sector=${BAD_SECTOR}`,
    ),
  });
  expect(out.match(/selftest-block: read vdb: -?\d+/g)).toEqual([
    "selftest-block: read vdb: 0",
    "selftest-block: read vdb: -5",
    "selftest-block: read vdb: 0",
  ]);
  expect(out).toContain(`selftest-block: sum vda: ${crc32(readFileSync(file("first")))}\n`);
});

test("requests that must be refused are, and clients that die with requests on their way leave nothing behind", async () => {
  const image = makeImage("hostile", 8 * MIB, 9);
  const abandon = "selftest-block abandon vda; ".repeat(12);
  // A disk does requests in any order: those of the dead may still be on their way, and hold their memory, when others are done.
  const counts = "selftest-block sum vda; sleep 1; free; ";
  const { out, status } = await runGuest({
    cmd: `selftest-block hostile vda; ${abandon}${counts}${abandon}${abandon}${counts}selftest-block sum vda`,
    disks: [file("hostile")],
  });
  expect(out).toMatch(/selftest-block: \d\d checked, 0 wrong\n/);
  const objects = [...out.matchAll(/^objects (\d+)$/gm)].map(([, count]) => Number(count));
  expect(objects).toHaveLength(2);
  expect(objects[1]).toBe(objects[0]);
  // The last hostile step wrote the first sector.
  expect(readFileSync(file("hostile")).subarray(SECTOR).equals(image.subarray(SECTOR))).toBe(true);
  expect(status).toBe(0);
});

test("a device with only the legacy interface is refused with what to do about it", async () => {
  makeImage("first", MIB, 7);
  const { out } = await runGuest({
    cmd: "selftest-block list",
    disks: [file("first")],
    extraArgs: ["-global", "virtio-mmio.force-legacy=true"],
  });
  expect(out).toMatch(
    /\[WARN\] block: virtio slot 0 has only the interface before virtio 1\.0: .*force-legacy=false/,
  );
  expect(out).not.toContain("vda");
});

test("killing the block service in the middle of reads gives its client an error, and the machine goes on", async () => {
  const image = makeImage("killed", MIB, 10);
  const { out, status } = await runGuest({
    cmd: "selftest-block until-death vda; echo still here",
    disks: [file("killed")],
    initrd: initrdWithKiller("never"),
  });
  expect(out).toContain("[INFO] service-killer: endpoint 4: its server is dead\n");
  expect(out).toMatch(/selftest-block: ended with -(?:104|111)\n/);
  expect(out).toContain("selftest-block: 10 later reads refused\nstill here\n");
  expect(status).toBe(0);
  expect(readFileSync(file("killed")).equals(image)).toBe(true);
});
