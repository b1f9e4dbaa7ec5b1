// Which disks the service finds, and which devices it refuses.

import { expect, test } from "vitest";
import { BLOCK_FLAG_CACHE, BLOCK_FLAG_READ_ONLY } from "../../../abi/block.ts";
import { EBADMSG, ENOENT, ENOSYS } from "../../../abi/errno.ts";
import { BLOCK_DESCRIBE, BLOCK_FIND, BLOCK_READ, OP_DESCRIBE } from "../../../abi/ops.ts";
import { RequestData } from "../harness/message.ts";
import { BlockMachine } from "./client.ts";
import { FEATURE, type FakeDisk } from "./fake_disk.ts";
import { BlockKernel } from "./machine.ts";

const SECTOR = 512;
const image = (sectors: number): Buffer => Buffer.alloc(sectors * SECTOR);

test("disks are named in the order of their slots; empty slots and other devices are skipped", () => {
  const kernel = new BlockKernel();
  kernel.addDisk(0, image(10));
  kernel.addDisk(8, image(1), (disk) => (disk.deviceId = 0));
  kernel.addDisk(16, image(1), (disk) => (disk.deviceId = 1));
  kernel.addDisk(24, image(30), (disk) => (disk.offered |= FEATURE.readOnly));
  const machine = new BlockMachine(kernel);
  expect(machine.devices()).toEqual([
    { name: "vda", sectors: 10, first: 0, id: 0, disk: 0, flags: BLOCK_FLAG_CACHE, blockBytes: 512 },
    {
      name: "vdb",
      sectors: 30,
      first: 0,
      id: 1,
      disk: 1,
      flags: BLOCK_FLAG_CACHE | BLOCK_FLAG_READ_ONLY,
      blockBytes: 512,
    },
  ]);
  expect(machine.find("vdb")).toMatchObject({ id: 1, sectors: 30 });
  for (const name of ["", "vd", "vdc", "vda1", "vdaa", "VDA", "x".repeat(255)])
    expect(machine.find(name)).toBe(-ENOENT);
});

test("without a disk the service answers all the same", () => {
  const machine = new BlockMachine(new BlockKernel());
  expect(machine.devices()).toEqual([]);
  expect(machine.call(OP_DESCRIBE, new RequestData()).data.toString("latin1")).toBe("\x05block\x031.0");
  expect(machine.result(499, new RequestData())).toBe(-ENOSYS);
  expect(machine.result(BLOCK_DESCRIBE, new RequestData())).toBe(-EBADMSG);
  expect(machine.result(BLOCK_FIND, new RequestData())).toBe(-EBADMSG);
  expect(machine.result(BLOCK_FIND, new RequestData().u32(0xff))).toBe(-EBADMSG);
  expect(machine.result(BLOCK_READ, new RequestData())).toBe(-EBADMSG);
});

test.each<[string, (disk: FakeDisk) => void, RegExp]>([
  [
    "legacy",
    (disk) => (disk.version = 1),
    /slot 0 has only the interface before virtio 1.0: .*force-legacy=false/,
  ],
  ["not of version 1", (disk) => (disk.offered &= ~(1n << 32n)), /vda: does not agree/],
  ["against the features", (disk) => (disk.refusesFeatures = true), /vda: does not agree/],
  ["unwilling to reset", (disk) => ((disk.refusesReset = true), (disk.status = 15)), /vda: does not agree/],
  ["of an impossible size", (disk) => (disk.claimedSectors = 1n << 60n), /vda: claims an impossible size/],
  ["with blocks of 0 bytes", (disk) => (disk.blockBytes = 0), /vda: has blocks of a size/],
  ["with blocks of 520 bytes", (disk) => (disk.blockBytes = 520), /vda: has blocks of a size/],
  ["with blocks of 8 KiB", (disk) => (disk.blockBytes = 8192), /vda: has blocks of a size/],
  [
    "with small segments",
    (disk) => ((disk.offered |= FEATURE.sizeMax), (disk.sizeMax = 4095)),
    /vda: takes no segment/,
  ],
  ["with few segments", (disk) => (disk.segMax = 32), /vda: takes too few segments/],
  ["without a queue", (disk) => (disk.queueSizeMax = 0), /vda: has no queue/],
  ["with a small queue", (disk) => (disk.queueSizeMax = 32), /vda: has no queue/],
])("a device %s is refused, in the log, and the next one is the first disk", (_name, change, line) => {
  const kernel = new BlockKernel();
  kernel.addDisk(0, image(10), change);
  kernel.addDisk(8, image(20));
  const machine = new BlockMachine(kernel);
  expect(machine.devices()).toMatchObject([{ name: "vda", sectors: 20 }]);
  expect(kernel.log.join("\n")).toMatch(line);
});

test("a device of a later version, or none at all, is passed over in silence", () => {
  const kernel = new BlockKernel();
  kernel.addDisk(0, image(10), (disk) => (disk.version = 3));
  kernel.addDisk(8, image(10), (disk) => (disk.read = () => 0));
  kernel.addDisk(16, image(10), (disk) => (disk.read = () => 0xffffffff));
  expect(new BlockMachine(kernel).devices()).toEqual([]);
  expect(kernel.log).toEqual([]);
});

test("a configuration that never stands still does not hang the service", () => {
  const kernel = new BlockKernel();
  const disk = kernel.addDisk(0, image(10));
  const read = disk.read.bind(disk);
  disk.read = (register) => (register === 0xfc ? ++disk.generation : read(register));
  expect(new BlockMachine(kernel).devices()).toHaveLength(1);
});

test("a ninth disk is left alone, and the log says so", () => {
  const kernel = new BlockKernel();
  for (let slot = 0; slot < 9; slot++) kernel.addDisk(slot, image(8));
  const machine = new BlockMachine(kernel);
  expect(machine.devices().map(({ name }) => name)).toEqual([..."abcdefgh"].map((letter) => `vd${letter}`));
  expect(kernel.log.at(-1)).toBe("there are more disks than are used");
});

test("a disk that does not answer at the start is shut off after two seconds, and its neighbour works", () => {
  const kernel = new BlockKernel();
  const dead = kernel.addDisk(0, image(10), (disk) => (disk.onNotify = () => undefined));
  kernel.addDisk(8, image(20));
  kernel.strayBits = 1n << 32n;
  const machine = new BlockMachine(kernel);
  expect(kernel.log[0]).toBe("vda: does not answer while its partitions are read");
  expect(kernel.clock_ns).toBe(2_000_000_000n);
  expect(dead.status).toBe(0);
  expect(machine.devices().map(({ flags }) => flags & 8)).toEqual([8, 0]);
});
