// A packet queue with both sides: every buffer always is exactly one side's, packets arrive whole and in order, and
// descriptors that a hostile peer makes up are refused.

import fc from "fast-check";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { EBADMSG, ECONNREFUSED, EINVAL } from "../../abi/errno.ts";
import { SHARED, SharedMachine, WORD, compileRing, randomFrom } from "./machine.ts";

const BUFFERS = 8;
const BUFFER_BYTES = 2048;
const REGION_BYTES = BUFFERS * BUFFER_BYTES;
const REGION = SHARED + 0x10000;
const RING_BYTES = WORD.entries + BUFFERS * 8;
const FREE_RING = SHARED;
const ACTIVE_RING = SHARED + RING_BYTES;
const DRIVER = 101; // endpoints
const STACK = 102;
const BIT = 1n << 41n;

let machine: SharedMachine;
let fillerPool: number;
let drainerPool: number;
let filler: number;
let drainer: number;

beforeAll(compileRing, 60_000);
beforeEach(() => setUp(0));

function setUp(first: number): void {
  machine = new SharedMachine();
  machine.sharedBytes = 2 * RING_BYTES;
  for (const ring of [FREE_RING, ACTIVE_RING]) {
    machine.view.setUint32(ring + WORD.produced, first, true);
    machine.view.setUint32(ring + WORD.consumed, first, true);
    machine.view.setUint32(ring + WORD.consumerWake, first, true);
  }
  fillerPool = machine.ring.makePool(REGION, BUFFERS, BUFFER_BYTES, 0);
  drainerPool = machine.ring.makePool(REGION, BUFFERS, BUFFER_BYTES, 1);
  filler = machine.ring.makeQueue(fillerPool, SHARED, 1, STACK, BIT, first);
  drainer = machine.ring.makeQueue(drainerPool, SHARED, 0, DRIVER, BIT, first);
}

interface Taken {
  status: number;
  offset: number;
  length: number;
}

function take(queue: number): Taken {
  const status = machine.ring.take(queue);
  return {
    status,
    offset: machine.ring.takenOffset(queue) >>> 0,
    length: machine.ring.takenLength(queue) >>> 0,
  };
}

/** Offsets of the buffers that a pool says are its side's. */
function buffersOf(pool: number): number[] {
  return Array.from({ length: BUFFERS }, (_, i) => i * BUFFER_BYTES).filter((at) =>
    machine.ring.poolHas(pool, at),
  );
}

/** What a hostile peer does: a descriptor of its own making, published behind the others. */
function forge(ring: number, offset: number, length: number): void {
  const produced = machine.view.getUint32(ring + WORD.produced, true);
  const at = ring + WORD.entries + (produced % BUFFERS) * 8;
  machine.view.setUint32(at, offset, true);
  machine.view.setUint32(at + 4, length, true);
  machine.view.setUint32(ring + WORD.produced, produced + 1, true);
}

test("the size is both rings', or 0", () => {
  expect(machine.ring.packetQueueBytes(BUFFERS)).toBe(2 * RING_BYTES);
  expect(machine.ring.packetQueueBytes(0)).toBe(0);
  expect(machine.ring.packetQueueBytes(12)).toBe(0);
  expect(machine.ring.packetQueueBytes(0xffff_ffff)).toBe(0);
});

test("all buffers are the drainer's first, and then the filler's, in order", () => {
  expect(take(filler).status).toBe(0);
  expect(machine.ring.giveAll(drainer)).toBe(0);
  expect(machine.signals).toEqual([{ epid: DRIVER, bits: BIT }]);
  expect(buffersOf(drainerPool)).toEqual([]);
  for (let i = 0; i < BUFFERS; i++) {
    expect(take(filler)).toEqual({ status: 1, offset: i * BUFFER_BYTES, length: 0 });
  }
  expect(take(filler).status).toBe(0);
  expect(machine.ring.giveAll(drainer)).toBe(0);
});

test("a packet arrives after the flush, at the offset and with the length that it was given with", () => {
  machine.ring.giveAll(drainer);
  const { offset } = take(filler);
  expect(machine.ring.give(filler, offset + 12, 1514)).toBe(0);
  expect(take(drainer).status).toBe(0);
  machine.ring.flush(filler);
  expect(take(drainer)).toEqual({ status: 1, offset: offset + 12, length: 1514 });
  expect(machine.ring.give(drainer, offset, 0)).toBe(0);
});

test.each([
  ["a buffer that is the peer's", 3 * BUFFER_BYTES, 64],
  ["a packet longer than its buffer", 0, BUFFER_BYTES + 1],
  ["a packet that leaves its buffer", 2000, 49],
  ["an offset outside the region", REGION_BYTES, 0],
  ["an offset that wraps", 0xffff_f800, 64],
  ["a length that wraps", 100, 0xffff_ffff],
])("one cannot give %s", (_, offset, length) => {
  machine.ring.giveAll(drainer);
  take(filler); // buffer 0
  expect(machine.ring.give(filler, offset, length)).toBe(-EINVAL);
  expect(buffersOf(fillerPool)).toEqual([0]);
});

test.each([
  ["outside the region", REGION_BYTES, 64],
  ["far outside", 0xffff_ffff, 1],
  ["across two buffers", BUFFER_BYTES - 10, 11],
  ["longer than anything", BUFFER_BYTES, 0xffff_ffff],
])("a packet %s is refused, and the next one is taken", (_, offset, length) => {
  machine.ring.giveAll(drainer);
  forge(ACTIVE_RING, offset, length);
  forge(ACTIVE_RING, BUFFER_BYTES, BUFFER_BYTES);
  expect(take(drainer).status).toBe(-EBADMSG);
  expect(take(drainer)).toEqual({ status: 1, offset: BUFFER_BYTES, length: BUFFER_BYTES });
  expect(buffersOf(drainerPool)).toEqual([BUFFER_BYTES]);
});

test("a buffer that is given twice, or was never lent, is refused", () => {
  forge(ACTIVE_RING, 0, 64); // the drainer has not given anything yet
  expect(take(drainer).status).toBe(-EBADMSG);
  machine.ring.giveAll(drainer);
  forge(ACTIVE_RING, 0, 64);
  forge(ACTIVE_RING, 32, 64);
  expect(take(drainer).status).toBe(1);
  expect(take(drainer).status).toBe(-EBADMSG);
  expect(buffersOf(drainerPool)).toEqual([0]);
});

test("a peer that keeps descriptors in the ring but sends their buffers back finds the ring full", () => {
  machine.ring.giveAll(drainer);
  // Takes buffer 0 without advancing, and sends it round.
  forge(ACTIVE_RING, 0, 64);
  expect(take(drainer).status).toBe(1);
  expect(machine.ring.give(drainer, 0, 0)).toBe(-EBADMSG);
  expect(buffersOf(drainerPool)).toEqual([0]);
});

test("a broken index is refused by take, give and the request for a signal", () => {
  machine.view.setUint32(ACTIVE_RING + WORD.produced, BUFFERS + 1, true);
  expect(take(drainer).status).toBe(-EBADMSG);
  expect(machine.ring.requestPacketSignal(drainer)).toBe(-EBADMSG);
  machine.ring.giveAll(drainer);
  forge(FREE_RING, 0, 0);
  expect(take(filler).status).toBe(-EBADMSG);
});

test("a signal comes for what was given after the request, and a request finds what came before it", () => {
  machine.ring.giveAll(drainer);
  expect(machine.ring.requestPacketSignal(drainer)).toBe(0);
  machine.signals.length = 0;
  const { offset } = take(filler);
  machine.ring.give(filler, offset, 60);
  machine.ring.flush(filler);
  expect(machine.signals).toEqual([{ epid: STACK, bits: BIT }]);
  expect(machine.ring.requestPacketSignal(drainer)).toBe(1);
});

test("a peer that is gone is reported by the flush", () => {
  machine.notifyResult = -ECONNREFUSED;
  expect(machine.ring.giveAll(drainer)).toBe(-ECONNREFUSED);
});

test("packets of random sizes go round in order, and every buffer is one side's", () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(0, 0xffff_fffd), (seed, first) => {
      setUp(first);
      const random = randomFrom(seed);
      const sent: Taken[] = [];
      const held: Record<number, number[]> = { [filler]: [], [drainer]: [] };
      expect(machine.ring.giveAll(drainer)).toBe(0);
      for (let step = 0; step < 300; step++) {
        const queue = random(2) ? filler : drainer;
        const taken = take(queue);
        expect(taken.status === 0 || taken.status === 1).toBe(true);
        if (taken.status === 1) {
          if (queue === drainer) expect(taken).toEqual(sent.shift());
          held[queue].push(taken.offset - (taken.offset % BUFFER_BYTES));
        }
        if (held[queue].length && random(2)) {
          const buffer = held[queue].splice(random(held[queue].length), 1)[0];
          const offset = buffer + random(BUFFER_BYTES);
          const length = queue === filler ? random(buffer + BUFFER_BYTES - offset + 1) : 0;
          expect(machine.ring.give(queue, offset, length)).toBe(0);
          if (queue === filler) sent.push({ status: 1, offset, length });
        }
        if (random(2)) machine.ring.flush(queue);
        const both = buffersOf(fillerPool).filter((offset) => buffersOf(drainerPool).includes(offset));
        expect(both).toEqual([]);
      }
    }),
    { numRuns: 60 },
  );
});

test("whatever the peer writes into its descriptors, a buffer that is taken is whole and was lent", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.oneof(fc.nat(REGION_BYTES), fc.nat(0xffff_ffff)),
          fc.oneof(fc.nat(3000), fc.nat(0xffff_ffff)),
        ),
      ),
      (descriptors) => {
        setUp(0);
        machine.ring.giveAll(drainer);
        for (const [offset, length] of descriptors) {
          forge(ACTIVE_RING, offset, length);
          const lent = !machine.ring.poolHas(drainerPool, offset);
          const taken = take(drainer);
          const whole = offset < REGION_BYTES && (offset % BUFFER_BYTES) + length <= BUFFER_BYTES;
          expect(taken.status).toBe(whole && lent ? 1 : -EBADMSG);
          machine.ring.flush(drainer);
        }
      },
    ),
  );
});
