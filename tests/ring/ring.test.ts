// One ring with both ends: order, limits, the wrap of its indices, and when a signal is sent.

import { beforeAll, beforeEach, expect, test } from "vitest";
import { ECONNREFUSED, EINVAL } from "../../abi/errno.ts";
import { SHARED, SharedMachine, WORD, compileRing } from "./machine.ts";

const ENTRIES = 8;
const ENTRY_BYTES = 8;
const PRODUCER = 101; // endpoints
const CONSUMER = 102;
const BIT = 1n << 40n;

let machine: SharedMachine;
let producer: number;
let consumer: number;

beforeAll(compileRing, 60_000);
beforeEach(() => setUp(0));

function setUp(first: number): void {
  machine = new SharedMachine();
  const { ring } = machine;
  machine.view.setUint32(SHARED + WORD.produced, first, true);
  machine.view.setUint32(SHARED + WORD.consumed, first, true);
  producer = ring.makeEnd(SHARED, ENTRIES, ENTRY_BYTES, 1, CONSUMER, BIT, first);
  consumer = ring.makeEnd(SHARED, ENTRIES, ENTRY_BYTES, 0, PRODUCER, BIT, first);
}

function put(...values: bigint[]): void {
  for (const value of values) {
    machine.view.setBigUint64(machine.ring.entry(producer, 0), value, true);
    expect(machine.ring.advance(producer, 1)).toBe(0);
  }
}

function takeAll(): bigint[] {
  const taken: bigint[] = [];
  for (let count = machine.ring.available(consumer); count > 0; count--) {
    taken.push(machine.view.getBigUint64(machine.ring.entry(consumer, 0), true));
    machine.ring.advance(consumer, 1);
  }
  return taken;
}

test("only powers of two within the limits are rings", () => {
  const { ring } = machine;
  expect(ring.ringBytes(1, 8)).toBe(0x140);
  expect(ring.ringBytes(8, 8)).toBe(0x140);
  expect(ring.ringBytes(16, 8)).toBe(0x180);
  expect(ring.ringBytes(32768, 4096)).toBe(0x800_0100);
  for (const [entries, bytes] of [
    [0, 8],
    [3, 8],
    [65536, 8],
    [0x8000_0000, 8],
    [0xffff_ffff, 8],
    [8, 0],
    [8, 4],
    [8, 12],
    [8, 8192],
    [8, 0x8000_0000],
  ]) {
    expect(ring.ringBytes(entries, bytes), `${entries} × ${bytes}`).toBe(0);
  }
});

test("a fresh ring is empty for the consumer and all free for the producer", () => {
  expect(machine.ring.available(consumer)).toBe(0);
  expect(machine.ring.available(producer)).toBe(ENTRIES);
});

test.each([0, 0xffff_fffb])("a ring that begins at index %i keeps the order across many rounds", (first) => {
  setUp(first);
  let next = 0n;
  let expected = 0n;
  for (let round = 0; round < 20; round++) {
    const count = (round % ENTRIES) + 1;
    for (let i = 0; i < count; i++) put(next++);
    machine.ring.publish(producer);
    for (const value of takeAll()) expect(value).toBe(expected++);
    machine.ring.publish(consumer);
    expect(machine.ring.look(producer)).toBe(ENTRIES);
  }
  expect(expected).toBe(next);
});

test("a full ring has no room until the consumer publishes what it took", () => {
  put(1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n);
  expect(machine.ring.available(producer)).toBe(0);
  machine.ring.publish(producer);
  expect(takeAll()).toHaveLength(ENTRIES);
  expect(machine.ring.available(producer)).toBe(0);
  machine.ring.publish(consumer);
  expect(machine.ring.available(producer)).toBe(ENTRIES);
});

test("what is not published is not seen", () => {
  put(1n);
  expect(machine.ring.available(consumer)).toBe(0);
  machine.ring.publish(producer);
  expect(machine.ring.available(consumer)).toBe(1);
});

test("an end cannot be done with more than is its own", () => {
  put(1n, 2n);
  machine.ring.publish(producer);
  expect(machine.ring.advance(consumer, 1)).toBe(-EINVAL); // not looked yet: nothing is known to be there
  expect(machine.ring.available(consumer)).toBe(2);
  expect(machine.ring.advance(consumer, 3)).toBe(-EINVAL);
  expect(machine.ring.advance(consumer, 0xffff_ffff)).toBe(-EINVAL);
  expect(machine.ring.advance(consumer, 2)).toBe(0);
  expect(machine.ring.advance(producer, ENTRIES - 1)).toBe(-EINVAL);
});

test("a consumer that has not come yet is signalled, once for a batch", () => {
  put(1n, 2n, 3n);
  machine.ring.publish(producer);
  expect(machine.signals).toEqual([{ epid: CONSUMER, bits: BIT }]);
  put(4n);
  machine.ring.publish(producer);
  expect(machine.signals).toHaveLength(1);
});

test("a consumer is signalled when it asked, and only then", () => {
  put(1n);
  machine.ring.publish(producer);
  takeAll();
  machine.signals.length = 0;
  put(2n);
  machine.ring.publish(producer);
  expect(machine.signals).toEqual([]);
  takeAll();
  expect(machine.ring.requestSignal(consumer)).toBe(0);
  put(3n, 4n);
  machine.ring.publish(producer);
  expect(machine.signals).toEqual([{ epid: CONSUMER, bits: BIT }]);
});

test("a request finds what came meanwhile, and is cancelled", () => {
  machine.ring.available(consumer);
  put(1n);
  machine.ring.publish(producer);
  machine.signals.length = 0;
  expect(machine.ring.requestSignal(consumer)).toBe(1);
  takeAll();
  put(2n);
  machine.ring.publish(producer);
  expect(machine.signals).toEqual([]);
});

test("a request that finds its entry while the producer is about to look costs no signal", () => {
  takeAll();
  machine.ring.requestSignal(consumer);
  machine.ring.cancelSignal(consumer);
  put(1n);
  let accesses = 0;
  machine.between = () => {
    // The index is stored, the wake word is not read yet.
    if (++accesses === 2) expect(machine.ring.requestSignal(consumer)).toBe(1);
  };
  machine.ring.publish(producer);
  expect(accesses).toBeGreaterThan(2);
  expect(machine.signals).toEqual([]);
});

test("a cancelled request is not answered", () => {
  expect(machine.ring.requestSignal(consumer)).toBe(0);
  machine.ring.cancelSignal(consumer);
  put(1n);
  machine.ring.publish(producer);
  expect(machine.signals).toEqual([]);
});

test("a request hands over what was taken: two ends never wait for each other", () => {
  put(1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n);
  expect(machine.ring.requestSignal(producer)).toBe(0);
  takeAll();
  machine.signals.length = 0;
  expect(machine.ring.requestSignal(consumer)).toBe(0);
  expect(machine.signals).toEqual([{ epid: PRODUCER, bits: BIT }]);
  expect(machine.ring.available(producer)).toBe(ENTRIES);
});

test("a notification that fails is reported", () => {
  machine.notifyResult = -ECONNREFUSED;
  put(1n);
  expect(machine.ring.publish(producer)).toBe(-ECONNREFUSED);
  expect(machine.ring.publish(producer)).toBe(0); // nothing new to tell
  put(2n);
  machine.ring.available(consumer);
  machine.ring.advance(consumer, 1);
  expect(machine.ring.requestSignal(consumer)).toBe(0);
  expect(machine.ring.requestSignal(producer)).toBe(-ECONNREFUSED);
});
