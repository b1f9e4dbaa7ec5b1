// Clients that ask for what they may not have, ask for too much, or die; and none of them harms another.

import { expect, test } from "vitest";
import {
  BLOCK_MAX_ATTACHMENTS,
  BLOCK_MAX_CLIENTS,
  BLOCK_MAX_PENDING,
  BLOCK_MAX_SECTORS,
} from "../../../abi/block.ts";
import {
  E2BIG,
  EAGAIN,
  EBADF,
  EBADMSG,
  EBUSY,
  EEXIST,
  EFAULT,
  EINVAL,
  EMFILE,
  ENODEV,
  ENXIO,
  EPERM,
  EROFS,
} from "../../../abi/errno.ts";
import { BLOCK_ATTACH, BLOCK_CLAIM, BLOCK_CONNECT, BLOCK_READ, BLOCK_WRITE } from "../../../abi/ops.ts";
import { RequestData } from "../harness/message.ts";
import { BlockMachine, PID, type Piece, requestData } from "./client.ts";
import { FEATURE } from "./fake_disk.ts";
import { Random } from "./random.ts";

const SECTOR = 512;
const PAGE = 4096;
const SECTORS = 100;
const NOTIFY_DRAIN = 1n << 32n;
const OTHER_PID = 50;
const MUTATIONS = 20_000;

const oneDisk = (...change: Parameters<typeof BlockMachine.with> extends [unknown, ...infer R] ? R : never) =>
  BlockMachine.with(Buffer.alloc(SECTORS * SECTOR), ...change);

test.each<[string, number, bigint, number, number]>([
  ["no sectors", 0, 0n, 0, -EINVAL],
  ["one sector too many", 0, 0n, BLOCK_MAX_SECTORS + 1, -E2BIG],
  ["4 Gi sectors", 0, 0n, 0xffffffff, -E2BIG],
  ["the sector behind the last", 0, 100n, 1, -ENXIO],
  ["one sector over the end", 0, 99n, 2, -ENXIO],
  ["far beyond the end", 0, 1n << 60n, 1, -ENXIO],
  ["round the end of numbers", 0, (1n << 64n) - 1n, 2, -ENXIO],
  ["another device", 1, 0n, 1, -ENODEV],
  ["a device beyond all", 0xffffffff, 0n, 1, -ENODEV],
])("%s", (_name, device, first, sectors, wanted) => {
  const machine = oneDisk();
  const attachment = machine.attach(machine.kernel.addObject(64));
  const data = requestData(device, first, sectors, 0n, [{ attachment, offset: 0 }]);
  for (const op of [BLOCK_READ, BLOCK_WRITE]) expect(machine.transfer(op, data)).toBe(wanted);
});

test.each<[string, (attachment: number) => Piece[], number]>([
  ["no piece", () => [], -EBADMSG],
  ["an attachment that never was", (a) => [{ attachment: a + 1, offset: 0 }], -EBADF],
  ["an attachment of another generation", (a) => [{ attachment: a + 16, offset: 0 }], -EBADF],
  ["an impossible attachment", () => [{ attachment: 0xffffffff, offset: 0 }], -EBADF],
  ["an offset within a sector", (a) => [{ attachment: a, offset: 8 }], -EINVAL],
  ["an offset behind the memory", (a) => [{ attachment: a, offset: 2 * PAGE }], -EFAULT],
  ["memory that ends too early", (a) => [{ attachment: a, offset: 2 * PAGE - SECTOR }], -EFAULT],
  ["an offset round the end of numbers", (a) => [{ attachment: a, offset: 0xfffffe00 }], -EFAULT],
  [
    "a bad second piece",
    (a) => [
      { attachment: a, offset: 0 },
      { attachment: a + 1, offset: 0 },
    ],
    -EBADF,
  ],
  ["pieces that do not divide it", (a) => Array(4).fill({ attachment: a, offset: 0 }) as Piece[], -EINVAL],
])("%s is refused, and the record is free again", (_name, pieces, wanted) => {
  const machine = oneDisk();
  const attachment = machine.attach(machine.kernel.addObject(2));
  for (let i = 0; i < 2 * BLOCK_MAX_PENDING; i++)
    expect(machine.transfer(BLOCK_READ, requestData(0, 0n, 2, 0n, pieces(attachment)))).toBe(wanted);
  expect(machine.read(0, 0, 16, attachment)).toBe(16);
});

test("rights: a read needs memory that may be written, a write memory that may be read", () => {
  const machine = oneDisk();
  const readable = machine.attach(machine.kernel.addObject(1), 1);
  expect(machine.read(0, 0, 1, readable)).toBe(-EPERM);
  expect(machine.write(0, 0, 1, readable)).toBe(1);
});

test("attachments are their client's own", () => {
  const machine = oneDisk();
  const attachment = machine.attach(machine.kernel.addObject(1));
  machine.pid = OTHER_PID;
  expect(machine.read(0, 0, 1, attachment)).toBe(-EBADF);
  expect(machine.detach(attachment)).toBe(-EBADF);
});

test("attach and connect want a grant of the right kind", () => {
  const machine = oneDisk();
  const object = machine.kernel.addObject(2);
  expect(machine.result(BLOCK_ATTACH, new RequestData())).toBe(-EBADMSG);
  expect(machine.result(BLOCK_ATTACH, new RequestData().u32(1))).toBe(-EINVAL);
  expect(machine.result(BLOCK_CONNECT, new RequestData())).toBe(-EINVAL);
  machine.connect();
  expect(machine.result(BLOCK_ATTACH, new RequestData().u32(1), 64)).toBe(-EINVAL); // the grant names an endpoint
  for (const pages of [0, 1025, 0xffffffff]) expect(machine.attach(object, 3, pages)).toBe(-EINVAL);
  expect(machine.attach(object, 3, 3)).toBe(-EINVAL);
  object.granted = false;
  expect(machine.attach(object)).toBe(-ENXIO);
  object.granted = true;
  expect(machine.attach(object)).toBeGreaterThanOrEqual(0);
  expect(machine.attach(object)).toBe(-EEXIST);
});

test("a detached attachment's value names nothing any more, also after its number is used again", () => {
  const machine = oneDisk();
  const first = machine.attach(machine.kernel.addObject(1));
  expect(machine.detach(first)).toBe(0);
  const second = machine.attach(machine.kernel.addObject(1));
  expect(second).not.toBe(first);
  expect(machine.read(0, 0, 1, first)).toBe(-EBADF);
  expect(machine.read(0, 0, 1, second)).toBe(1);
});

test("memory cannot be detached while a request on it is not finished", () => {
  const machine = oneDisk();
  const disk = machine.kernel.disks.get(0)!;
  const [busy, idle] = [1, 1].map((pages) => machine.attach(machine.kernel.addObject(pages)));
  disk.onNotify = () => undefined;
  expect(machine.read(0, 0, 1, busy)).toBeUndefined();
  expect(machine.detach(busy)).toBe(-EBUSY);
  expect(machine.detach(idle)).toBe(0);
  disk.finishAll();
  machine.interrupts();
  expect(machine.detach(busy)).toBe(0);
});

test("every limit gives its error, and the last ones below it work", () => {
  const machine = oneDisk();
  const object = () => machine.kernel.addObject(1);
  for (let i = 0; i < BLOCK_MAX_ATTACHMENTS; i++) expect(machine.attach(object())).toBeGreaterThanOrEqual(0);
  expect(machine.attach(object())).toBe(-EMFILE);
  for (let i = 1; i < BLOCK_MAX_CLIENTS; i++) {
    machine.pid = PID + i;
    machine.kernel.alive.add(machine.pid);
    expect(machine.attach(object())).toBeGreaterThanOrEqual(0);
  }
  machine.pid = PID + BLOCK_MAX_CLIENTS;
  expect(machine.attach(object())).toBe(-EAGAIN);
  expect(machine.connect()).toBe(-EAGAIN);
  machine.kernel.alive.delete(PID + 3);
  expect(machine.attach(object())).toBeGreaterThanOrEqual(0);
});

test("one request more than a client may have unanswered is answered -EAGAIN; another client is not held up", () => {
  const machine = oneDisk();
  const disk = machine.kernel.disks.get(0)!;
  disk.onNotify = () => undefined;
  machine.connect();
  const attachment = machine.attach(machine.kernel.addObject(1));
  const submit = (cookie: number) =>
    machine.submit(BLOCK_READ, requestData(0, 0n, 1, BigInt(cookie), [{ attachment, offset: 0 }]));
  for (let i = 0; i < BLOCK_MAX_PENDING; i++) submit(i);
  expect(machine.kernel.sent).toEqual([]);
  submit(1000);
  expect(machine.kernel.sent).toMatchObject([{ cookie: 1000n, result: BigInt(-EAGAIN) }]);
  expect(machine.read(0, 0, 1, attachment)).toBe(-EAGAIN);
  machine.pid = OTHER_PID;
  expect(machine.read(0, 0, 1, machine.attach(machine.kernel.addObject(1)))).toBeUndefined();
});

test("asynchronous requests without an endpoint to answer to do nothing; bad ones are answered there", () => {
  const machine = oneDisk();
  const attachment = machine.attach(machine.kernel.addObject(1));
  const data = requestData(0, 0n, 1, 9n, [{ attachment, offset: 0 }]);
  const before = machine.kernel.disks.get(0)!.notifications;
  machine.submit(BLOCK_READ, data);
  expect(machine.kernel.disks.get(0)!.notifications).toBe(before);
  machine.connect();
  machine.submit(BLOCK_READ, requestData(0, 100n, 1, 9n, [{ attachment, offset: 0 }]));
  expect(machine.kernel.sent).toMatchObject([{ cookie: 9n, result: BigInt(-ENXIO) }]);
});

test("a client dies: its memory stays pinned until the disk is done with it, and then goes", () => {
  const machine = oneDisk();
  const disk = machine.kernel.disks.get(0)!;
  const object = machine.kernel.addObject(1);
  const attachment = machine.attach(object);
  machine.connect();
  disk.onNotify = () => undefined;
  for (let i = 0; i < 10; i++)
    machine.submit(BLOCK_READ, requestData(0, 0n, 1, BigInt(i), [{ attachment, offset: 0 }]));
  machine.kernel.alive.delete(PID);
  machine.service.notify(NOTIFY_DRAIN);
  expect(object.pinned).toBe(true);
  disk.finishAll();
  machine.interrupts();
  expect(object.pinned).toBe(false);
  expect(machine.kernel.sent).toEqual([]);
  disk.take();
  expect(disk.pending).toEqual([]); // what waited was not handed over any more
});

test("a client that dies with completions it had no room for leaves nothing behind", () => {
  const machine = oneDisk();
  const object = machine.kernel.addObject(1);
  const attachment = machine.attach(object);
  machine.connect();
  machine.kernel.room = 0;
  machine.submit(BLOCK_READ, requestData(0, 0n, 1, 1n, [{ attachment, offset: 0 }]));
  machine.interrupts();
  machine.kernel.alive.delete(PID);
  machine.service.notify(NOTIFY_DRAIN);
  machine.service.tick(0n);
  expect(object.pinned).toBe(false);
});

test("a read-only disk is not written to", () => {
  const machine = oneDisk((disk) => (disk.offered |= FEATURE.readOnly));
  const attachment = machine.attach(machine.kernel.addObject(1));
  expect(machine.write(0, 0, 1, attachment)).toBe(-EROFS);
  expect(machine.read(0, 0, 1, attachment)).toBe(1);
});

test("a disk of 4 KiB blocks takes whole blocks only", () => {
  const machine = oneDisk((disk) => (disk.blockBytes = 4096));
  const attachment = machine.attach(machine.kernel.addObject(2));
  expect(machine.read(0, 0, 8, attachment)).toBe(8);
  expect(machine.read(0, 8, 8, attachment, 512)).toBe(8);
  expect(machine.read(0, 1, 8, attachment)).toBe(-EINVAL);
  expect(machine.read(0, 0, 4, attachment)).toBe(-EINVAL);
});

test("a claimed device is written to by its claimant alone, until that lets go or dies", () => {
  const machine = oneDisk();
  const claim = (take: number, device = 0) =>
    machine.result(BLOCK_CLAIM, new RequestData().u32(device).u32(take));
  const mine = machine.attach(machine.kernel.addObject(1));
  machine.pid = OTHER_PID;
  machine.kernel.alive.add(OTHER_PID);
  const theirs = machine.attach(machine.kernel.addObject(1));
  expect(claim(1, 7)).toBe(-ENODEV);
  expect(claim(2)).toBe(-EINVAL);
  expect(claim(1)).toBe(0);
  expect(claim(1)).toBe(0);
  expect(machine.write(0, 0, 1, theirs)).toBe(1);
  machine.pid = PID;
  expect(claim(1)).toBe(-EBUSY);
  expect(claim(0)).toBe(0); // lets nothing go that is another's
  expect(machine.write(0, 0, 1, mine)).toBe(-EBUSY);
  expect(machine.read(0, 0, 1, mine)).toBe(1);
  machine.kernel.alive.delete(OTHER_PID);
  expect(machine.write(0, 0, 1, mine)).toBe(1);
});

test("random messages, of any op and length, give an errno and reach no memory but the client's", () => {
  const random = new Random(Number(process.env.HNX_SEED ?? 7));
  const machine = oneDisk();
  machine.connect();
  const attachment = machine.attach(machine.kernel.addObject(2));
  const interesting = [0, 1, 2, 8, 99, 100, 256, 257, 512, 4096, 8192, 0x7fffffff, 0xffffffff, attachment];
  for (let i = 0; i < MUTATIONS; i++) {
    const data = new RequestData();
    for (let words = random.below(64); words > 0; words--)
      data.u32(random.below(4) ? interesting[random.below(interesting.length)] : random.below(2 ** 32));
    machine.call(400 + random.below(12), data, [0, 0, 2, 64, 66][random.below(5)]);
    machine.interrupts();
    machine.service.tick(BigInt(i));
  }
  machine.kernel.sent = [];
  const own = machine.attach(machine.kernel.addObject(1));
  expect(own, `seed ${random.seed}`).toBeGreaterThanOrEqual(0);
  expect(machine.read(0, 0, 1, own), `seed ${random.seed}`).toBe(1);
});
