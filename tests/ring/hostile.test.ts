// A peer that writes nonsense into the shared words: -EBADMSG or nothing, and never an access outside the ring.

import fc from "fast-check";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { EBADMSG } from "../../abi/errno.ts";
import { SHARED, SharedMachine, WORD, compileRing, randomFrom } from "./machine.ts";

const ENTRIES = 16;
const ENTRY_BYTES = 32;
const RING_BYTES = WORD.entries + ENTRIES * ENTRY_BYTES;
const PEER = 102;
const BIT = 1n << 40n;
const FILL = 0xa5;
const FIRST = 0x1000;
const word = fc.oneof(
  fc.nat(0xffff_ffff),
  fc.integer({ min: -40, max: 40 }).map((near) => (FIRST + near) >>> 0),
);

let machine: SharedMachine;

beforeAll(compileRing, 60_000);
beforeEach(() => {
  machine = new SharedMachine();
  machine.sharedBytes = RING_BYTES;
  set(WORD.produced, FIRST);
  set(WORD.consumed, FIRST);
});

function set(at: number, value: number): void {
  machine.view.setUint32(SHARED + at, value, true);
}

function makeEnd(producer: boolean): number {
  return machine.ring.makeEnd(SHARED, ENTRIES, ENTRY_BYTES, producer ? 1 : 0, PEER, BIT, FIRST);
}

test.each([
  ["one more than fits", FIRST + ENTRIES + 1],
  ["behind the consumer", FIRST - 1],
  ["far ahead", FIRST + 0x8000_0000],
  ["zero, as in memory that was taken back", 0],
])("a producer's index that is %s is refused, and seen again when it is mended", (_, produced) => {
  const consumer = makeEnd(false);
  set(WORD.produced, produced);
  expect(machine.ring.available(consumer)).toBe(-EBADMSG);
  expect(machine.ring.requestSignal(consumer)).toBe(-EBADMSG);
  expect(machine.ring.advance(consumer, 1)).toBeLessThan(0);
  set(WORD.produced, FIRST + 3);
  expect(machine.ring.available(consumer)).toBe(3);
});

test.each([
  ["ahead of the producer", FIRST + 1],
  ["more than a ring behind", FIRST - ENTRIES - 1],
])("a consumer's index %s is refused", (_, consumed) => {
  const producer = makeEnd(true);
  machine.ring.advance(producer, ENTRIES);
  machine.ring.publish(producer);
  set(WORD.consumed, consumed + ENTRIES);
  expect(machine.ring.available(producer)).toBe(-EBADMSG);
  expect(machine.ring.requestSignal(producer)).toBe(-EBADMSG);
});

test("one's own words in shared memory are never believed", () => {
  const producer = makeEnd(true);
  machine.ring.advance(producer, 2);
  machine.ring.publish(producer);
  set(WORD.produced, 0xdead_beef);
  set(WORD.producerWake, 0xdead_beef);
  expect(machine.ring.available(producer)).toBe(ENTRIES - 2);
  expect(machine.ring.entry(producer, 0)).toBe(SHARED + WORD.entries + 2 * ENTRY_BYTES);
  machine.ring.advance(producer, 1);
  machine.ring.publish(producer);
  expect(machine.view.getUint32(SHARED + WORD.produced, true)).toBe(FIRST + 3);
});

test("a nonsensical wake word can only cause or prevent a signal to the one who wrote it", () => {
  fc.assert(
    fc.property(word, fc.integer({ min: 1, max: ENTRIES }), (wake, count) => {
      const producer = makeEnd(true);
      set(WORD.consumed, FIRST);
      set(WORD.consumerWake, wake);
      machine.signals.length = 0;
      machine.ring.advance(producer, count);
      expect(machine.ring.publish(producer)).toBe(0);
      const asked = wake >= FIRST && wake < FIRST + count;
      expect(machine.signals).toEqual(asked ? [{ epid: PEER, bits: BIT }] : []);
    }),
  );
});

test("every entry is inside the ring, however far ahead", () => {
  const consumer = makeEnd(false);
  fc.assert(
    fc.property(fc.nat(0xffff_ffff), (ahead) => {
      const at = machine.ring.entry(consumer, ahead) - SHARED - WORD.entries;
      expect(at % ENTRY_BYTES).toBe(0);
      expect(at).toBeGreaterThanOrEqual(0);
      expect(at).toBeLessThan(ENTRIES * ENTRY_BYTES);
    }),
  );
});

/** Calls the end's functions at random; whatever it reads is replaced by `values`. */
function playAgainst(end: number, seed: number, values: () => number): void {
  const random = randomFrom(seed);
  const { ring } = machine;
  machine.tamper = values;
  for (let step = 0; step < 60; step++) {
    const known = random(2) ? ring.available(end) : ring.requestSignal(end);
    const isCount = known >= 0 && known <= ENTRIES;
    expect(isCount || known === -EBADMSG, `a count of ${known}`).toBe(true);
    const count = known > 0 ? random(known + 1) : 0;
    for (let i = 0; i < count; i++)
      machine.bytes(ring.entry(end, i), ring.entry(end, i) + ENTRY_BYTES).fill(step);
    expect(ring.advance(end, count)).toBe(0);
    ring.publish(end);
  }
}

test("words that read differently each time move nothing outside the ring", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.nat(), fc.array(word, { minLength: 1 }), (producer, seed, words) => {
      const before = machine.bytes(SHARED - 4096, SHARED).fill(FILL);
      const after = machine.bytes(SHARED + RING_BYTES, SHARED + RING_BYTES + 4096).fill(FILL);
      let next = 0;
      playAgainst(makeEnd(producer), seed, () => words[next++ % words.length]);
      expect(before.every((byte) => byte === FILL) && after.every((byte) => byte === FILL)).toBe(true);
    }),
  );
});
