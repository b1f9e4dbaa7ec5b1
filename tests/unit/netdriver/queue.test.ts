// The card's virtqueue against a device of the test's: what it is shown, and all the ways in which it can lie (Virtio 1.2, 2.7).

import { beforeAll, beforeEach, expect, test } from "vitest";
import { SYS_DMA_ALLOC } from "../../../abi/syscall.ts";
import { compileForTest } from "../harness/compile.ts";
import { FakeKernel } from "../harness/fake_kernel.ts";
import { randomFrom } from "../network/wire.ts";

const REGISTERS = 0x100;
const QUEUE_SIZE_MAX = REGISTERS + 0x034;
const QUEUE_READY = REGISTERS + 0x044;
const QUEUE_NOTIFY = REGISTERS + 0x050;
const DEVICE_AREA = 0x400;
const [NOTHING_USED, DEVICE_LIES] = [-1, -2];
const PHYSICAL = 0x4000_0000n;
const SIZE = 8;

interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  page(index: number): number;
  setUp(): number;
  hasRoom(): number;
  outCount(): number;
  add(physical: bigint, bytes: number, isInput: number, tag: number): void;
  publish(): void;
  interruptWhenUsed(wanted: number): void;
  takeUsed(): number;
  usedBytes(): number;
}

let module: WebAssembly.Module;
beforeAll(async () => {
  module = await compileForTest("tests/unit/netdriver/queue.as.ts", "netdriver-queue", {
    exportStart: "_initialize",
  });
});

/** The device, and the driver's queue. */
class Card {
  readonly queue: Exports;
  notified = 0;
  used = 0;
  maximum = SIZE;

  constructor() {
    const kernel = new FakeKernel();
    const registers = new Map<number, number>();
    kernel.handlers.set(SYS_DMA_ALLOC, ([pages, frames]) => {
      for (let i = 0n; i < pages; i++)
        new DataView(this.queue.memory.buffer).setBigUint64(
          Number(frames + 8n * i),
          PHYSICAL + 0x2000n * i,
          true,
        );
      return 7;
    });
    const { sys } = kernel.imports();
    const imports = {
      sys: {
        ...sys,
        syscall: (number: number, a: bigint, b: bigint): bigint =>
          number === SYS_DMA_ALLOC ? BigInt(kernel.handlers.get(number)?.([a, b, 0n, 0n, 0n, 0n]) ?? 0) : 0n,
        mmioRead32: (address: number): number => {
          if (address === QUEUE_SIZE_MAX) return this.maximum;
          if (address === QUEUE_READY) return 0;
          return address < 0x1000 ? (registers.get(address) ?? 0) : this.view.getUint32(address, true);
        },
        mmioWrite32: (address: number, value: number): void => {
          if (address === QUEUE_NOTIFY) this.notified++;
          registers.set(address, value);
        },
      },
    };
    this.queue = new WebAssembly.Instance(module, imports).exports as unknown as Exports;
    kernel.attach(this.queue.memory);
    this.queue._initialize();
  }

  get view(): DataView {
    return new DataView(this.queue.memory.buffer);
  }

  /** The index of the driver area: how many buffers were made available. */
  get available(): number {
    return this.view.getUint16(this.queue.page(1) + 2, true);
  }

  /** The descriptor that stands at place `at` of the driver's ring. */
  offered(at: number): { id: number; address: bigint; bytes: number; flags: number } {
    const id = this.view.getUint16(this.queue.page(1) + 4 + 2 * (at % SIZE), true);
    const entry = this.queue.page(0) + 16 * id;
    const address = this.view.getBigUint64(entry, true);
    return {
      id,
      address,
      bytes: this.view.getUint32(entry + 8, true),
      flags: this.view.getUint16(entry + 12, true),
    };
  }

  /** Gives descriptor `id` back, with `bytes` written; `index`: what the device says it has used. */
  use(id: number, bytes: number, index = ++this.used): void {
    const area = this.queue.page(1) + DEVICE_AREA;
    const entry = area + 4 + 8 * ((index - 1) % SIZE);
    this.view.setUint32(entry, id, true);
    this.view.setUint32(entry + 4, bytes, true);
    this.view.setUint16(area + 2, index & 0xffff, true);
  }
}

let card: Card;
let queue: Exports;
beforeEach(() => {
  card = new Card();
  ({ queue } = card);
  expect(queue.setUp()).toBe(1);
});

test("shows the device buffers in order, once it publishes them, and tells it once", () => {
  queue.add(0x1234_5678_9000n, 100, 1, 40);
  queue.add(0x5000n, 60, 0, 41);
  expect([card.available, card.notified]).toEqual([0, 0]);
  queue.publish();
  queue.publish();
  expect([card.available, card.notified]).toEqual([2, 1]);
  expect(card.offered(0)).toMatchObject({ address: 0x1234_5678_9000n, bytes: 100, flags: 2 });
  expect(card.offered(1)).toMatchObject({ address: 0x5000n, bytes: 60, flags: 0 });
});

test("does not tell a device that looks by itself, and says whether it wants interrupts", () => {
  card.view.setUint16(queue.page(1) + DEVICE_AREA, 1, true);
  queue.add(0n, 1, 1, 1);
  queue.publish();
  expect(card.notified).toBe(0);
  queue.interruptWhenUsed(0);
  expect(card.view.getUint16(queue.page(1), true)).toBe(1);
  queue.interruptWhenUsed(1);
  expect(card.view.getUint16(queue.page(1), true)).toBe(0);
});

test("takes back what was used, in the device's order, with its bytes; room comes back", () => {
  for (let tag = 0; tag < SIZE; tag++) queue.add(0n, 100, 1, 1000 + tag);
  queue.publish();
  expect([queue.hasRoom(), queue.outCount()]).toEqual([0, SIZE]);
  expect(queue.takeUsed()).toBe(NOTHING_USED);
  card.use(card.offered(3).id, 64);
  card.use(card.offered(0).id, 100);
  expect([queue.takeUsed(), queue.usedBytes()]).toEqual([1003, 64]);
  expect([queue.takeUsed(), queue.usedBytes()]).toEqual([1000, 100]);
  expect([queue.takeUsed(), queue.outCount(), queue.hasRoom()]).toEqual([NOTHING_USED, SIZE - 2, 1]);
});

test("goes round 2^16 and back", () => {
  for (let i = 0; i < 70_000; i++) {
    queue.add(0n, 10, 1, i);
    queue.publish();
    card.use(card.offered(i).id, 10);
    if (queue.takeUsed() !== i) throw new Error(`round ${i}`);
  }
  expect([card.available, queue.outCount()]).toEqual([70_000 & 0xffff, 0]);
});

test.each([
  ["a descriptor that does not exist", () => card.use(SIZE, 1)],
  ["a descriptor with a wild number", () => card.use(0xffff_ffff, 1)],
  ["one that it was not given", () => card.use(card.offered(0).id === 0 ? 1 : 0, 1)],
  ["more bytes than there was room for", () => card.use(card.offered(0).id, 101)],
  ["more buffers than it has", () => card.use(card.offered(0).id, 1, 2)],
  ["an index that went back", () => card.use(card.offered(0).id, 1, 0xffff)],
])("the device lies: %s", (_, lie) => {
  queue.add(0n, 100, 1, 5);
  queue.publish();
  lie();
  expect(queue.takeUsed()).toBe(DEVICE_LIES);
});

test("the device lies: the same buffer twice, or bytes written to one that is only read", () => {
  queue.add(0n, 100, 1, 5);
  queue.add(0n, 100, 0, 6);
  queue.publish();
  const [input, output] = [card.offered(0).id, card.offered(1).id];
  card.use(input, 10);
  card.use(input, 10);
  expect([queue.takeUsed(), queue.takeUsed()]).toEqual([5, DEVICE_LIES]);
  card.use(output, 1, card.used);
  expect(queue.takeUsed()).toBe(DEVICE_LIES);
});

test("a queue of the device's size, and none when it has none", () => {
  card.maximum = 4;
  expect(queue.setUp()).toBe(1);
  for (let i = 0; i < 4; i++) queue.add(0n, 1, 1, i);
  expect(queue.hasRoom()).toBe(0);
  card.maximum = 0;
  expect(queue.setUp()).toBe(0);
});

test.each([Math.floor(Math.random() * 1e9)])("random garbage of the device's, seed %i", (seed) => {
  const random = randomFrom(seed);
  const given = new Set<number>();
  for (let i = 0; i < 50_000; i++) {
    if (queue.hasRoom() && random() < 0.5) {
      given.add(i);
      queue.add(BigInt(i), 100, 1, i);
      queue.publish();
    }
    const area = queue.page(1) + DEVICE_AREA;
    const at = area + Math.floor(random() * (4 + 8 * SIZE));
    if (random() < 0.5) card.view.setUint8(at, Math.floor(random() * 256));
    else card.use(card.offered(Math.floor(random() * SIZE)).id, Math.floor(random() * 120));
    const tag = queue.takeUsed();
    if (tag >= 0 && !given.delete(tag)) throw new Error(`tag ${tag} was not out`);
    if (queue.outCount() > SIZE) throw new Error("more are out than there are");
  }
});
