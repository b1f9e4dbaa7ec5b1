// Reads, writes and flushes that work: what goes where, in which order, and how it is answered.

import { expect, test } from "vitest";
import { BLOCK_MAX_PENDING, BLOCK_MAX_SECTORS, BLOCK_MAX_SEGMENTS } from "../../../abi/block.ts";
import { E2BIG, EIO } from "../../../abi/errno.ts";
import { BLOCK_FLUSH, BLOCK_READ, BLOCK_WRITE } from "../../../abi/ops.ts";
import { BlockMachine, ENDPOINT, requestData } from "./client.ts";
import { FEATURE, STATUS } from "./fake_disk.ts";
import { Random } from "./random.ts";

const SECTOR = 512;
const PAGE = 4096;
const SLOTS = 7;
const RANDOM_STEPS = 3000;

function randomImage(sectors: number, seed = 1): Buffer {
  const random = new Random(seed);
  return Buffer.from(
    Array.from({ length: sectors * SECTOR }, (_, i) => (i < SECTOR ? 0 : random.below(256))),
  );
}

test("a read puts the disk's sectors into the object, and nothing else anywhere", () => {
  const image = randomImage(100);
  const machine = BlockMachine.with(image);
  const object = machine.kernel.addObject(4);
  const attachment = machine.attach(object);
  expect(machine.read(0, 7, 12, attachment, 1536)).toBe(12);
  const expected = Buffer.alloc(4 * PAGE);
  image.copy(expected, 1536, 7 * SECTOR, 19 * SECTOR);
  expect(object.bytes.equals(expected)).toBe(true);
});

test("a request of 128 KiB at any offset fits, and touching pages become one segment", () => {
  const machine = BlockMachine.with(randomImage(600), (disk) => (disk.offered &= ~FEATURE.segMax));
  const disk = machine.kernel.disks.get(0);
  let segments: number[] = [];
  disk!.onNotify = () => {
    segments = disk!.pending[0].data.map(({ size }) => size);
    disk!.finishAll();
  };
  const scattered = machine.attach(machine.kernel.addObject(40));
  const contiguous = machine.attach(machine.kernel.addObject(40, true));
  expect(machine.read(0, 0, BLOCK_MAX_SECTORS, scattered, 512)).toBe(BLOCK_MAX_SECTORS);
  expect(segments).toHaveLength(BLOCK_MAX_SEGMENTS);
  expect(machine.write(0, 0, BLOCK_MAX_SECTORS, contiguous, 512)).toBe(BLOCK_MAX_SECTORS);
  expect(segments).toEqual([BLOCK_MAX_SECTORS * SECTOR]);
});

test("segments stay within what the device takes", () => {
  const machine = BlockMachine.with(randomImage(600), (disk) => {
    disk.offered |= FEATURE.sizeMax;
    disk.sizeMax = 3 * PAGE;
  });
  const attachment = machine.attach(machine.kernel.addObject(40, true));
  expect(machine.read(0, 0, 128, attachment)).toBe(128);
});

test("pieces that come to too many segments are refused; on a page each they always fit", () => {
  const machine = BlockMachine.with(randomImage(600));
  const attachment = machine.attach(machine.kernel.addObject(64));
  const pieces = (offset: number) =>
    Array.from({ length: 29 }, (_, i) => ({ attachment, offset: offset + 2 * i * PAGE }));
  const read = (offset: number) =>
    machine.transfer(BLOCK_READ, requestData(0, 0n, 29 * 4, 0n, pieces(offset)));
  expect(read(512)).toBe(29 * 4);
  expect(read(3072)).toBe(-E2BIG);
});

test("random transfers, calls and asynchronous ones, agree with a model", () => {
  const random = new Random(Number(process.env.HNX_SEED ?? 20_260_727));
  const image = randomImage(400);
  const machine = BlockMachine.with(image);
  const objects = [machine.kernel.addObject(8), machine.kernel.addObject(30, true)];
  const attachments = objects.map((object) => machine.attach(object));
  machine.connect();
  const disk = Buffer.from(image);
  const memories = objects.map(({ bytes }) => Buffer.from(bytes));
  for (let step = 0; step < RANDOM_STEPS; step++) {
    const isRead = random.below(2) === 0;
    const pieceSectors = 1 + random.below(8);
    const first = random.below(200);
    const pieces = Array.from({ length: 1 + random.below(6) }, () => random.below(objects.length)).map(
      (index) => ({
        index,
        attachment: attachments[index],
        offset: SECTOR * random.below(objects[index].bytes.length / SECTOR - pieceSectors),
      }),
    );
    pieces.forEach(({ index, offset }, i) => {
      const at = (first + i * pieceSectors) * SECTOR;
      const memory = memories[index].subarray(offset, offset + pieceSectors * SECTOR);
      if (isRead) disk.copy(memory, 0, at);
      else memory.copy(disk, at);
    });
    const sectors = pieces.length * pieceSectors;
    const data = requestData(0, BigInt(first), sectors, BigInt(step), pieces);
    const op = isRead ? BLOCK_READ : BLOCK_WRITE;
    if (random.below(2) === 0)
      expect(machine.transfer(op, data), `seed ${random.seed} step ${step}`).toBe(sectors);
    else {
      machine.submit(op, data);
      machine.interrupts();
      expect(machine.kernel.sent.pop()).toEqual({
        endpoint: ENDPOINT,
        cookie: BigInt(step),
        result: BigInt(sectors),
      });
    }
  }
  expect(image.equals(disk), `seed ${random.seed}`).toBe(true);
  objects.forEach(({ bytes }, i) => expect(bytes.equals(memories[i]), `seed ${random.seed}`).toBe(true));
});

test("what the disk does not hold at a time waits in order; completions may come in any order", () => {
  const machine = BlockMachine.with(randomImage(100));
  const disk = machine.kernel.disks.get(0)!;
  const attachment = machine.attach(machine.kernel.addObject(1));
  machine.connect();
  disk.onNotify = () => undefined;
  for (let i = 0; i < 20; i++)
    machine.submit(BLOCK_READ, requestData(0, BigInt(i), 1, BigInt(i), [{ attachment, offset: 0 }]));
  expect(disk.pending.map(({ sector }) => sector)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  disk.finish(6);
  disk.finish(0);
  machine.interrupts();
  expect(machine.kernel.sent.map(({ cookie }) => cookie)).toEqual([6n, 0n]);
  disk.take();
  expect(disk.pending.map(({ sector }) => sector)).toEqual([1, 2, 3, 4, 5, 7, 8]);
  while (disk.pending.length > 0) {
    disk.finishAll();
    machine.interrupts();
    disk.take();
  }
  expect(machine.kernel.sent).toHaveLength(20);
  expect(machine.kernel.acknowledged.length).toBeGreaterThan(2);
});

test("the device is told once a batch, and not at all while it looks by itself", () => {
  const machine = BlockMachine.with(randomImage(100));
  const disk = machine.kernel.disks.get(0)!;
  const attachment = machine.attach(machine.kernel.addObject(1));
  machine.connect();
  disk.onNotify = () => undefined;
  const before = disk.notifications;
  for (let i = 0; i < 2 * SLOTS; i++)
    machine.submit(BLOCK_READ, requestData(0, 0n, 1, BigInt(i), [{ attachment, offset: 0 }]));
  expect(disk.notifications - before).toBe(SLOTS);
  disk.finishAll();
  machine.interrupts();
  expect(disk.notifications - before).toBe(SLOTS + 1);
  disk.quiet = true;
  disk.finishAll();
  machine.interrupts();
  expect(machine.read(0, 0, 1, attachment)).toBeUndefined();
  expect(disk.notifications - before).toBe(SLOTS + 1);
});

test("a flush reaches a disk with a cache, and costs nothing where there is none", () => {
  const cached = BlockMachine.with(randomImage(10));
  expect(cached.flush(0)).toBe(0);
  expect(cached.kernel.disks.get(0)!.flushes).toBe(1);
  const uncached = BlockMachine.with(randomImage(10), (disk) => (disk.offered &= ~FEATURE.flush));
  expect(uncached.flush(0)).toBe(0);
  expect(uncached.kernel.disks.get(0)!.flushes).toBe(0);
  uncached.connect();
  uncached.submit(BLOCK_FLUSH, requestData(0, 0n, 0, 5n, []));
  expect(uncached.kernel.sent).toEqual([{ endpoint: ENDPOINT, cookie: 5n, result: 0n }]);
});

test.each([
  ["an I/O error", STATUS.ioError],
  ["an unknown request", STATUS.unsupported],
  ["a status that means nothing", 77],
  ["no status", 0xff],
])("%s is -EIO for that request alone", (_name, status) => {
  const machine = BlockMachine.with(randomImage(100), (disk) => disk.failing.set(50, status));
  const attachment = machine.attach(machine.kernel.addObject(1));
  expect(machine.read(0, 50, 1, attachment)).toBe(-EIO);
  expect(machine.write(0, 50, 1, attachment)).toBe(-EIO);
  expect(machine.read(0, 49, 1, attachment)).toBe(1);
});

test("completions that find no room are kept and come later, each once", () => {
  const machine = BlockMachine.with(randomImage(100));
  const attachment = machine.attach(machine.kernel.addObject(1));
  machine.connect();
  machine.kernel.room = 3;
  for (let i = 0; i < BLOCK_MAX_PENDING; i++)
    machine.submit(BLOCK_READ, requestData(0, 0n, 1, BigInt(i), [{ attachment, offset: 0 }]));
  machine.interrupts();
  expect(machine.kernel.sent).toHaveLength(3);
  machine.service.tick(0n);
  expect(machine.kernel.sent).toHaveLength(3);
  machine.kernel.room = 10;
  machine.service.tick(0n);
  expect(machine.kernel.sent).toHaveLength(13);
  machine.kernel.room = Infinity;
  machine.service.tick(0n);
  machine.service.tick(0n);
  const cookies = machine.kernel.sent.map(({ cookie }) => Number(cookie)).sort((a, b) => a - b);
  expect(cookies).toEqual(Array.from({ length: BLOCK_MAX_PENDING }, (_, i) => i));
  expect(new Set(machine.kernel.sent.map(({ result }) => result))).toEqual(new Set([1n]));
});
