// Reads what the guest's benchmark printed, and prints it beside the anchors. Called by commands/bench.ts.
//
//   guest:  bench null_syscall 87          table:  null_syscall   87   90   ok   …

import { Failure } from "../common/failure.ts";
import { ANCHORS } from "./anchors.ts";

export type Results = Record<string, number>;

/** A pure-CPU row may be this much slower than the recorded one. */
export const TOLERANCE = 0.05;
const LINE = /^bench (\w+) (\d+(?:\.\d+)?)$/gm;

/** Reads the lines `bench NAME VALUE` out of the guest's output. Throws a Failure for a name that comes twice. */
export function parseResults(output: string): Results {
  const results: Results = {};
  for (const [, name, value] of output.replaceAll("\r", "").matchAll(LINE)) {
    if (Object.hasOwn(results, name)) throw new Failure(`the guest reported the benchmark ${name} twice`);
    results[name] = Number(value);
  }
  return results;
}

function row(cells: readonly string[]): string {
  const [name, ...rest] = cells;
  return `${name.padEnd(22)}${rest.map((cell) => cell.padStart(14)).join("")}`.trimEnd();
}

/** The table: a line for each result, anchored ones first and in the anchors' order. */
export function formatTable(results: Results): string {
  const show = (value: number | undefined): string =>
    value === undefined ? "–" : value.toLocaleString("en-US");
  const lines = [
    row(["operation", "HNX", "must reach", "", "seL4", "Linux cloud", "Linux minimal", "the spike"]),
  ];
  for (const anchor of ANCHORS) {
    if (!Object.hasOwn(results, anchor.name)) continue;
    const value = results[anchor.name];
    const verdict = value <= anchor.budget ? "ok" : "MISSED";
    const others = [anchor.sel4, anchor.linuxCloud, anchor.linuxMinimal, anchor.spike].map(show);
    lines.push(row([anchor.name, show(value), show(anchor.budget), verdict, ...others]));
  }
  for (const [name, value] of Object.entries(results)) {
    if (!ANCHORS.some((anchor) => anchor.name === name)) lines.push(row([name, show(value)]));
  }
  return `${lines.join("\n")}\n`;
}

/** Rows that got slower than the tolerance allows, and rows that are gone. Only rows that repeat are compared. */
export function findRegressions(baseline: Results, results: Results): string[] {
  const problems: string[] = [];
  for (const { name, pureCpu } of ANCHORS) {
    if (!pureCpu || !Object.hasOwn(baseline, name)) continue;
    const before = baseline[name];
    const now = Object.hasOwn(results, name) ? results[name] : undefined;
    if (now === undefined) problems.push(`${name}: recorded ${before}, not measured now`);
    else if (now > before * (1 + TOLERANCE)) problems.push(`${name}: recorded ${before}, now ${now}`);
  }
  return problems;
}
