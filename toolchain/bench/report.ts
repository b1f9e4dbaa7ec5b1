// Reads what the guest's benchmark printed, and prints it beside the anchors. Called by commands/bench.ts.
//
//   guest:  bench null_syscall 87          table:  null_syscall   87   90   ok   …

import { Failure } from "../common/failure.ts";
import { ANCHORS } from "./anchors.ts";
import { PARTS } from "./code.ts";
import type { Breakdown } from "./walk.ts";

export type Results = Record<string, number>;

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

const show = (value: number | undefined): string =>
  value === undefined ? "–" : value.toLocaleString("en-US");

/** The table: a line for each result, anchored ones first and in the anchors' order. */
export function formatTable(results: Results): string {
  const lines = [
    row(["operation", "HNX", "must reach", "", "seL4", "Linux cloud", "Linux minimal", "the spike"]),
  ];
  for (const { name, budget, sel4, linuxCloud, linuxMinimal, spike } of ANCHORS) {
    if (!Object.hasOwn(results, name)) continue;
    const value = results[name];
    const verdict = budget === undefined ? "" : value <= budget ? "ok" : "MISSED";
    lines.push(
      row([name, show(value), show(budget), verdict, ...[sel4, linuxCloud, linuxMinimal, spike].map(show)]),
    );
  }
  for (const [name, value] of Object.entries(results)) {
    if (!ANCHORS.some((anchor) => anchor.name === name)) lines.push(row([name, show(value)]));
  }
  return `${lines.join("\n")}\n`;
}

/** The same for where the instructions go: a line for each operation. */
export function formatBreakdowns(breakdowns: Record<string, Breakdown>): string {
  const titles = {
    user: "user",
    entry_exit: "entry, exit",
    save_restore: "save, restore",
    kernel: "TypeScript",
  };
  const lines = [row(["where they go", "all", ...PARTS.map((part) => titles[part])])];
  for (const [name, parts] of Object.entries(breakdowns)) {
    lines.push(row([name, show(sumOf(parts)), ...PARTS.map((part) => show(parts[part]))]));
  }
  return `${lines.join("\n")}\n`;
}

export function sumOf(parts: Breakdown): number {
  return PARTS.reduce((sum, part) => sum + parts[part], 0);
}

/** Breakdowns as rows of bench.json: null_syscall_user … */
export function breakdownResults(breakdowns: Record<string, Breakdown>): Results {
  return Object.fromEntries(
    Object.entries(breakdowns).flatMap(([name, parts]) =>
      PARTS.map((part) => [`${name}_${part}`, parts[part]]),
    ),
  );
}
