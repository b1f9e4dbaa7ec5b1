// The whole kernel under Node: random histories against the reference model, 200,000 steps and more.

import { expect, test } from "vitest";
import { HISTORY_STEPS, loadKernel, runHistories } from "./soak.ts";

const HISTORIES = 105;
const STEPS_MIN = 200_000;
/** Histories a test, so that a slow machine shows where it is. */
const BATCH = 15;

expect(HISTORIES * HISTORY_STEPS).toBeGreaterThanOrEqual(STEPS_MIN);

for (let first = 1; first <= HISTORIES; first += BATCH) {
  test(`histories ${first} to ${first + BATCH - 1}`, { timeout: 300_000 }, () => {
    expect(runHistories(loadKernel(), first, BATCH)).toBe(BATCH * HISTORY_STEPS);
  });
}
