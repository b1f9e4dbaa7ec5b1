// The recorded figures, tests/bench/baseline.json (name → instructions), and the comparison with them: what `bench-check` says.
// Only rows that repeat exactly are in it.

import { ANCHORS } from "./anchors.ts";
import type { Results } from "./report.ts";

/** A row may be this much above the recorded one. */
export const TOLERANCE = 0.05;

const PERCENT = 100;

/** The rows of `results` that a baseline holds, in the anchors' order. */
export function baselineOf(results: Results): Results {
  const rows = ANCHORS.filter(({ name, pureCpu }) => pureCpu && Object.hasOwn(results, name));
  return Object.fromEntries(rows.map(({ name }) => [name, results[name]]));
}

function change(before: number, now: number): string {
  const percent = ((now - before) / before) * PERCENT;
  return `${percent < 0 ? "" : "+"}${percent.toFixed(1)} %`;
}

/** What is wrong with `results`, a line a row: more than the tolerance above the baseline, gone, or not recorded yet. */
export function findRegressions(baseline: Results, results: Results): string[] {
  const [old, now] = [baselineOf(baseline), baselineOf(results)];
  const names = ANCHORS.map(({ name }) => name).filter((name) => name in old || name in now);
  return names.flatMap((name) => {
    const before = name in old ? old[name] : undefined;
    const after = name in now ? now[name] : undefined;
    if (after === undefined) return [`${name}: recorded ${before}, not measured now`];
    if (before === undefined) return [`${name}: ${after}, not recorded yet`];
    return after > before * (1 + TOLERANCE)
      ? [`${name}: ${before} → ${after} (${change(before, after)})`]
      : [];
  });
}
