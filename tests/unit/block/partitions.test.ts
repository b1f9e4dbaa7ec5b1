// Partition tables: good ones of every kind, damaged ones, hostile ones.

import { expect, test } from "vitest";
import { BLOCK_FLAG_PARTITION, BLOCK_MAX_PARTITIONS } from "../../../abi/block.ts";
import { EBUSY, ENXIO } from "../../../abi/errno.ts";
import { BLOCK_CLAIM } from "../../../abi/ops.ts";
import { RequestData } from "../harness/message.ts";
import { BlockMachine } from "./client.ts";
import { mbrSector, signHeader, writeGpt, writeLogical, writeMbr } from "./partition_tables.ts";
import { Random } from "./random.ts";

const SECTOR = 512;
const SECTORS = 2000;
const MUTATED_TABLES = 1000;

interface Found {
  partitions: [name: string, first: number, sectors: number][];
  log: string;
  machine: BlockMachine;
}

function scan(image: Buffer, blockBytes = SECTOR): Found {
  const machine = BlockMachine.with(image, (disk) => (disk.blockBytes = blockBytes));
  const [, ...partitions] = machine.devices();
  for (const { flags, disk } of partitions)
    expect([flags & BLOCK_FLAG_PARTITION, disk]).toEqual([BLOCK_FLAG_PARTITION, 0]);
  return {
    partitions: partitions.map(({ name, first, sectors }) => [name, first, sectors]),
    log: machine.kernel.log.join("\n"),
    machine,
  };
}

const empty = (): Buffer => Buffer.alloc(SECTORS * SECTOR);

function mbrImage(): Buffer {
  const image = empty();
  writeMbr(image, [
    { type: 0x83, first: 10, sectors: 90 },
    undefined,
    { type: 0x0f, first: 200, sectors: 800 },
    { type: 0x82, first: 100, sectors: 50 },
  ]);
  writeLogical(image, 200, [
    { first: 210, sectors: 100 },
    { first: 400, sectors: 50 },
    { first: 350, sectors: 20 },
  ]);
  return image;
}
const MBR_PARTITIONS = [
  ["vda1", 10, 90],
  ["vda4", 100, 50],
  ["vda5", 210, 100],
  ["vda6", 400, 50],
  ["vda7", 350, 20],
];

function gptImage(): Buffer {
  const image = empty();
  writeGpt(image, [
    { index: 0, first: 34, last: 133 },
    { index: 1, first: 500, last: 500 },
    { index: 127, first: 1000, last: SECTORS - 34 },
  ]);
  return image;
}
const GPT_PARTITIONS = [
  ["vda1", 34, 100],
  ["vda2", 500, 1],
  ["vda128", 1000, SECTORS - 1033],
];

test("MBR with primary and logical partitions", () => {
  const { partitions, log } = scan(mbrImage());
  expect(partitions).toEqual(MBR_PARTITIONS);
  expect(log).toBe(`vda: ${SECTORS} sectors, MBR, 5 partitions`);
});

test("GPT", () => {
  const { partitions, log } = scan(gptImage());
  expect(partitions).toEqual(GPT_PARTITIONS);
  expect(log).toBe(`vda: ${SECTORS} sectors, GPT, 3 partitions`);
});

test("the backup GPT is used when the first is bad, whatever is bad about it", () => {
  for (const at of [SECTOR, SECTOR + 8, SECTOR + 40, SECTOR + 80, 2 * SECTOR, 2 * SECTOR + 127 * 128 + 5]) {
    const image = gptImage();
    image[at] ^= 0x20;
    const { partitions, log } = scan(image);
    expect(partitions, `byte ${at}`).toEqual(GPT_PARTITIONS);
    expect(log).toContain("the first GPT is bad, the backup is used");
  }
});

test("with both GPTs bad there are no partitions, and the disk is there", () => {
  const image = gptImage();
  image[SECTOR + 30] ^= 1;
  image[(SECTORS - 1) * SECTOR + 30] ^= 1;
  const { partitions, log } = scan(image);
  expect(partitions).toEqual([]);
  expect(log).toContain("both GPTs are bad");
});

test("entries of other sizes, and blocks of 4 KiB", () => {
  const wide = empty();
  writeGpt(wide, [{ index: 3, first: 100, last: 199 }], { entryBytes: 512, entries: 20 });
  expect(scan(wide).partitions).toEqual([["vda4", 100, 100]]);
  const image = Buffer.alloc(400 * 4096);
  writeGpt(image, [{ index: 0, first: 10, last: 19 }], { unit: 4096 });
  expect(scan(image, 4096).partitions).toEqual([["vda1", 80, 80]]);
  const mbr = Buffer.alloc(400 * 4096);
  writeMbr(mbr, [{ type: 0x83, first: 10, sectors: 5 }]);
  expect(scan(mbr, 4096).partitions).toEqual([["vda1", 80, 40]]);
});

test.each([
  ["an empty disk", empty()],
  ["a disk of one sector", Buffer.alloc(SECTOR)],
  ["a disk without sectors", Buffer.alloc(0)],
  ["a boot sector that is no table", Buffer.concat([mbrSector([]).fill(0x41, 0, 510), Buffer.alloc(SECTOR)])],
  ["a GPT without its protective MBR", Buffer.concat([Buffer.alloc(SECTOR), gptImage().subarray(SECTOR)])],
])("%s has no partitions", (_name, image) => {
  const { partitions, log } = scan(image);
  expect(partitions).toEqual([]);
  expect(log).toContain("no partition table");
});

test("a GPT header with wild numbers and a right checksum is refused", () => {
  const fields: [offset: number, value: bigint, bytes: 4 | 8][] = [
    [12, 91n, 4],
    [12, 513n, 4],
    [12, 0xffffffffn, 4],
    [24, 2n, 8],
    [48, BigInt(SECTORS), 8],
    [48, (1n << 64n) - 1n, 8],
    [72, BigInt(SECTORS), 8],
    [72, (1n << 64n) - 1n, 8],
    [80, 1025n, 4],
    [80, 0xffffffffn, 4],
    [84, 0n, 4],
    [84, 64n, 4],
    [84, 130n, 4],
    [84, 1024n, 4],
    [84, 0x80000000n, 4],
  ];
  for (const [offset, value, bytes] of fields) {
    const image = gptImage();
    const header = image.subarray(SECTOR, SECTOR + 92);
    if (bytes === 4) header.writeUInt32LE(Number(value), offset);
    else header.writeBigUInt64LE(value, offset);
    signHeader(header);
    const { partitions, log } = scan(image);
    expect(partitions, `${offset}: ${value}`).toEqual(GPT_PARTITIONS);
    expect(log, `${offset}: ${value}`).toContain("the backup is used");
  }
});

test("partitions off the disk, over one another, or upside down are left out; the others stay", () => {
  const image = empty();
  writeGpt(image, [
    { index: 0, first: 34, last: 99 },
    { index: 1, first: 99, last: 110 },
    { index: 2, first: 300, last: 299 },
    { index: 3, first: 1, last: 20 },
    { index: 4, first: 1900, last: SECTORS },
    { index: 5, first: 111, last: 120 },
  ]);
  const gpt = scan(image);
  expect(gpt.partitions).toEqual([
    ["vda1", 34, 66],
    ["vda6", 111, 10],
  ]);
  expect(gpt.log).toContain("a partition that overlaps another is left out");
  writeMbr(image, [
    { type: 0x83, first: 0, sectors: 10 },
    { type: 0x83, first: 10, sectors: 0xffffffff },
    { type: 0x83, first: 1999, sectors: 1 },
    { type: 0x83, first: 0xffffffff, sectors: 2 },
  ]);
  const mbr = scan(image);
  expect(mbr.partitions).toEqual([["vda3", 1999, 1]]);
  expect(mbr.log).toContain("a partition that is not on the disk is left out");
});

test("chains of logical partitions that go round, leave their partition or do not end", () => {
  const extended = { type: 0x05, first: 100, sectors: 500 };
  const chain = (sector: Buffer): Found => {
    const image = empty();
    writeMbr(image, [extended]);
    sector.copy(image, 100 * SECTOR);
    return scan(image);
  };
  const logical = { type: 0x83, first: 1, sectors: 10 };
  expect(chain(mbrSector([logical, { type: 0x05, first: 0, sectors: 9 }])).partitions).toEqual([
    ["vda5", 101, 10],
  ]);
  expect(chain(mbrSector([logical, { type: 0x05, first: 500, sectors: 9 }])).partitions).toEqual([
    ["vda5", 101, 10],
  ]);
  expect(chain(mbrSector([{ ...logical, sectors: 500 }])).partitions).toEqual([]);
  expect(chain(mbrSector([{ ...logical, first: 0 }])).partitions).toEqual([]);
  const loop = empty();
  writeMbr(loop, [extended]);
  mbrSector([logical, { type: 0x05, first: 20, sectors: 9 }]).copy(loop, 100 * SECTOR);
  mbrSector([logical, { type: 0x05, first: 20, sectors: 9 }]).copy(loop, 120 * SECTOR);
  expect(scan(loop).partitions).toEqual([
    ["vda5", 101, 10],
    ["vda6", 121, 10],
  ]);
});

test("partitions beyond the sixteenth are left out, and the log says so", () => {
  const image = empty();
  writeGpt(
    image,
    Array.from({ length: 40 }, (_, index) => ({ index, first: 100 + 10 * index, last: 105 + 10 * index })),
  );
  const { partitions, log } = scan(image);
  expect(partitions).toHaveLength(BLOCK_MAX_PARTITIONS);
  expect(log).toContain("partitions beyond the first 16 are left out");
});

test("requests stay within their partition, and go to its place on the disk", () => {
  const image = gptImage();
  const { machine } = scan(image);
  const object = machine.kernel.addObject(1);
  const attachment = machine.attach(object);
  object.bytes.fill(0x77);
  expect(machine.write(2, 0, 1, attachment)).toBe(1);
  expect(image.subarray(499 * SECTOR, 502 * SECTOR)).toEqual(
    Buffer.concat([Buffer.alloc(SECTOR), Buffer.alloc(SECTOR, 0x77), Buffer.alloc(SECTOR)]),
  );
  expect(machine.write(2, 1, 1, attachment)).toBe(-ENXIO);
  expect(machine.read(2, 0, 2, attachment)).toBe(-ENXIO);
});

test("a claim on a disk covers its partitions, one on a partition the disk", () => {
  const { machine } = scan(gptImage());
  const claim = (device: number, take: number) =>
    machine.result(BLOCK_CLAIM, new RequestData().u32(device).u32(take));
  machine.kernel.alive.add(50).add(51);
  machine.pid = 50;
  expect(claim(1, 1)).toBe(0);
  machine.pid = 51;
  expect(claim(0, 1)).toBe(-EBUSY);
  expect(claim(2, 1)).toBe(0);
  machine.pid = 50;
  expect(claim(1, 0)).toBe(0);
  expect(claim(0, 1)).toBe(-EBUSY);
});

test("tables with a few bytes changed: no trap, and every partition lies on the disk and apart from the others", () => {
  for (let run = 0; run < MUTATED_TABLES; run++) {
    const random = new Random(Number(process.env.HNX_SEED ?? 3) + run);
    const isGpt = random.below(2) === 0;
    const image = isGpt ? gptImage() : mbrImage();
    for (let changes = 1 + random.below(6); changes > 0; changes--) {
      const places = isGpt
        ? [440, SECTOR, 2 * SECTOR, 3 * SECTOR]
        : [440, 200 * SECTOR + 440, 399 * SECTOR + 440, 446];
      image[places[random.below(4)] + random.below(72)] = random.below(256);
    }
    if (isGpt && random.below(2)) signHeader(image.subarray(SECTOR, SECTOR + 92));
    const found = scan(image).partitions.sort((a, b) => a[1] - b[1]);
    let end = 1;
    for (const [name, first, sectors] of found) {
      expect(first, `seed ${random.seed} ${name}`).toBeGreaterThanOrEqual(end);
      expect(sectors, `seed ${random.seed} ${name}`).toBeGreaterThan(0);
      end = first + sectors;
    }
    expect(end, `seed ${random.seed}`).toBeLessThanOrEqual(SECTORS);
  }
});
