// Devices that break the rules: each is shut off with a line in the log, its requests are answered -EIO, and nothing else
// comes to harm.

import { expect, test } from "vitest";
import { EIO } from "../../../abi/errno.ts";
import { BLOCK_DESCRIBE, BLOCK_READ, OP_DESCRIBE } from "../../../abi/ops.ts";
import { RequestData } from "../harness/message.ts";
import { BlockMachine, requestData } from "./client.ts";
import type { FakeDisk } from "./fake_disk.ts";
import { BlockKernel, COUNTER_HZ } from "./machine.ts";
import { Random } from "./random.ts";

const SECTOR = 512;
const SLOT_DESCRIPTORS = 35;
const REQUESTS = 10;
const RANDOM_RUNS = 300;
const STATUS_NEEDS_RESET = 64;

/** Two disks; the first one keeps what it is given. REQUESTS reads of it are on their way. */
function machineWithRequests(): { machine: BlockMachine; disk: FakeDisk; attachment: number } {
  const kernel = new BlockKernel();
  const disk = kernel.addDisk(0, Buffer.alloc(100 * SECTOR));
  kernel.addDisk(8, Buffer.alloc(100 * SECTOR));
  const machine = new BlockMachine(kernel);
  const attachment = machine.attach(kernel.addObject(1));
  machine.connect();
  disk.onNotify = () => undefined;
  for (let i = 0; i < REQUESTS; i++)
    machine.submit(BLOCK_READ, requestData(0, BigInt(i), 1, BigInt(i), [{ attachment, offset: 0 }]));
  return { machine, disk, attachment };
}

/** All requests of the first disk failed, it is off, and the second one works. */
function expectShutOff(machine: BlockMachine, disk: FakeDisk, attachment: number): void {
  const failed = machine.kernel.sent.filter(({ result }) => result === BigInt(-EIO));
  expect(failed.map(({ cookie }) => Number(cookie)).sort((a, b) => a - b)).toEqual([
    ...Array(REQUESTS).keys(),
  ]);
  expect(disk.status).toBe(0);
  expect(machine.read(0, 0, 1, attachment)).toBe(-EIO);
  expect(machine.flush(0)).toBe(-EIO);
  expect(machine.devices()[0].flags & 8).toBe(8);
  expect(machine.read(1, 0, 1, attachment)).toBe(1);
}

test.each<[string, (disk: FakeDisk) => void]>([
  ["an index that runs ahead", (disk) => disk.setUsedIndex(disk.usedIndex + 8)],
  ["an index that runs back", (disk) => disk.setUsedIndex(disk.usedIndex - 1)],
  [
    "more answers than it has requests, good ones among them",
    (disk) => {
      disk.finishAll();
      disk.setUsedIndex(disk.usedIndex + 1);
    },
  ],
  ["a chain in the middle", (disk) => disk.use(1, 1)],
  ["a chain beyond the queue", (disk) => disk.use(7 * SLOT_DESCRIPTORS, 1)],
  ["a chain beyond all numbers", (disk) => disk.use(0xffffffff, 1)],
  ["more bytes than the chain has", (disk) => disk.use(0, SECTOR + 2)],
  ["4 GiB", (disk) => disk.use(0, 0xffffffff)],
  [
    "the need of a reset",
    (disk) => {
      disk.status |= STATUS_NEEDS_RESET;
      disk.interruptStatus = 2;
    },
  ],
])("a device that claims %s", (_name, misbehave) => {
  const { machine, disk, attachment } = machineWithRequests();
  misbehave(disk);
  machine.interrupts();
  expectShutOff(machine, disk, attachment);
  expect(machine.kernel.log.at(-1)).toMatch(/^vda: (answers what it was not asked|asks for a reset)$/);
});

test("a device that answers a chain twice", () => {
  const { machine, disk } = machineWithRequests();
  disk.finish(0);
  disk.use(0, SECTOR + 1);
  machine.interrupts();
  const results = machine.kernel.sent.map(({ result }) => Number(result));
  expect(results.filter((result) => result === 1)).toHaveLength(1);
  expect(results.filter((result) => result === -EIO)).toHaveLength(REQUESTS - 1);
  expect(disk.status).toBe(0);
});

test("a read that the device says it cut short is -EIO, and the device goes on", () => {
  const { machine, disk } = machineWithRequests();
  const chain = disk.pending.splice(0, 1)[0];
  machine.kernel.physical.write(chain.status.address, Buffer.from([0]));
  disk.use(chain.head, 100);
  disk.finish(0);
  machine.interrupts();
  expect(machine.kernel.sent).toMatchObject([
    { cookie: 0n, result: BigInt(-EIO) },
    { cookie: 1n, result: 1n },
  ]);
});

test("a device that does not answer is shut off after 30 seconds, not before", () => {
  const { machine, disk, attachment } = machineWithRequests();
  machine.service.tick(29n * COUNTER_HZ);
  expect(machine.kernel.sent).toEqual([]);
  expect(disk.status).not.toBe(0);
  machine.service.tick(32n * COUNTER_HZ);
  expectShutOff(machine, disk, attachment);
  expect(machine.kernel.log.at(-1)).toBe("vda: does not answer");
});

test("a device that does not reset keeps its requests' memory pinned; its client is answered all the same", () => {
  const { machine, disk, attachment } = machineWithRequests();
  disk.refusesReset = true;
  disk.use(1, 1);
  machine.interrupts();
  expect(machine.kernel.sent).toHaveLength(REQUESTS);
  expect(machine.kernel.log.at(-1)).toMatch(/does not reset/);
  expect(machine.detach(attachment)).toBeLessThan(0);
  expect([...machine.kernel.objects.values()].map(({ pinned }) => pinned)).toEqual([true]);
  expect(machine.read(1, 0, 1, attachment)).toBe(1);
});

test("the interrupt of a disk that was shut off is not unmasked again", () => {
  const { machine, disk } = machineWithRequests();
  disk.use(1, 1);
  machine.kernel.acknowledged = [];
  machine.interrupts();
  machine.service.notify(1n);
  expect(machine.kernel.acknowledged).toEqual([]);
});

test("interrupts without cause, and for disks that there are not, change nothing", () => {
  const { machine, disk } = machineWithRequests();
  machine.service.notify(0xffn);
  expect(machine.kernel.sent).toEqual([]);
  expect(disk.status).not.toBe(0);
});

test("a device that does anything at all with what it shares", () => {
  for (let run = 0; run < RANDOM_RUNS; run++) {
    const random = new Random(Number(process.env.HNX_SEED ?? 11) + run);
    const { machine, disk, attachment } = machineWithRequests();
    for (let step = 0; step < 20; step++) {
      const what = random.below(4);
      if (what === 0) disk.use(random.below(9) * SLOT_DESCRIPTORS + random.below(2), random.below(600));
      else if (what === 1) disk.setUsedIndex(random.below(65536));
      else if (what === 2 && disk.pending.length > 0) disk.finish(random.below(disk.pending.length));
      else disk.interruptStatus = random.below(4);
      machine.interrupts();
      if (disk.status === 0) break;
      disk.take();
    }
    expect(machine.kernel.sent.length, `seed ${random.seed}`).toBeLessThanOrEqual(REQUESTS);
    expect(machine.result(BLOCK_DESCRIBE, new RequestData().u32(0)), `seed ${random.seed}`).toBe(2);
    expect(machine.read(1, 0, 1, attachment), `seed ${random.seed}`).toBe(1);
    expect(machine.result(OP_DESCRIBE, new RequestData())).toBe(0);
  }
});
