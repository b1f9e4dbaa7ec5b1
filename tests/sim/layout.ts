// The numbers of layout.as.ts, from the header that the build made of it (build/gen/simulation_constants.h).

import { readFileSync } from "node:fs";
import path from "node:path";
import { GEN_DIR, ROOT } from "../../toolchain/common/paths.ts";

const HEADER = path.join(ROOT, GEN_DIR, "simulation_constants.h");

function readHeader(): Map<string, bigint> {
  const values = new Map<string, bigint>();
  for (const [, name, value] of readFileSync(HEADER, "utf8").matchAll(/^#define (\w+) (\w+)$/gm)) {
    values.set(name, BigInt(value));
  }
  return values;
}

const values = readHeader();

/** A constant of 64 bits. Throws for a name that layout.as.ts does not export. */
export function wide(name: string): bigint {
  const value = values.get(name);
  if (value === undefined) throw new Error(`tests/sim/layout.as.ts exports no ${name}; run ./hnx build`);
  return value;
}

/** A constant as a number. */
export function layout(name: string): number {
  return Number(wide(name));
}

/** Index of a field in an array of 32-bit words. */
export function word(name: string): number {
  return layout(name) >> 2;
}
