// Both ends of a ring under random schedules: nothing is lost, reordered or doubled, and nobody sleeps for ever.
// fast-check prints the seed of a failing schedule; with it the same schedule runs again.

import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { SharedMachine, compileRing } from "./machine.ts";
import { type Rules, play } from "./players.ts";

const SCHEDULES = 1500;
const MAX_BROKEN_SCHEDULES = 200;

const rules = fc.record({
  seed: fc.nat(0xffff_ffff),
  entries: fc.constantFrom(1, 2, 4, 16),
  items: fc.integer({ min: 1, max: 120 }),
  first: fc.constantFrom(0, 0xffff_fff0, 0x7fff_fff8),
});

beforeAll(compileRing, 60_000);

test("under any schedule every item arrives, in order, and no wake-up is lost", () => {
  fc.assert(
    fc.property(rules, (chosen) => {
      const { received, stuck } = play(new SharedMachine(), chosen);
      expect({ received, stuck }).toEqual({ received: chosen.items, stuck: false });
    }),
    { numRuns: SCHEDULES },
  );
});

test("a consumer that is always awake costs no more signals than items", () => {
  const { signals } = play(new SharedMachine(), { seed: 1, entries: 16, items: 2000, first: 0 });
  expect(signals).toBeGreaterThan(0);
  expect(signals).toBeLessThan(2000);
});

test("these schedules find the lost wake-up of ends that do not look again", () => {
  const broken = (seed: number): Rules => ({ seed, entries: 2, items: 60, first: 0, withoutLook: true });
  const lost = Array.from({ length: MAX_BROKEN_SCHEDULES }, (_, seed) =>
    play(new SharedMachine(), broken(seed)),
  );
  expect(lost.some(({ stuck }) => stuck)).toBe(true);
});
