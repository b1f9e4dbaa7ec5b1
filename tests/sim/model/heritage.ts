// Memory that outlives its process, in the model (memory_keep, proc_inherit).

import { PAGE_SIZE } from "../../../abi/limits.ts";
import { LINEAR_MEMORY_END } from "../../../abi/program.ts";
import {
  type AddressSpace,
  type FramePool,
  LEVEL2_SHIFT,
  LEVEL3_SHIFT,
  type Page,
  WASM_PAGE_SHIFT,
} from "./address_space.ts";

const LINEAR_PAGES = LINEAR_MEMORY_END / PAGE_SIZE;
const LINEAR_TABLES = LINEAR_PAGES >> LEVEL2_SHIFT; // of level 2

/** A process ends: its memory goes, but for linear memory if it keeps that. What it had mapped goes anyway. */
export function leaveMemory(space: AddressSpace, pool: FramePool, mayKeep: boolean): void {
  if (!space.keepFrom || !mayKeep) {
    space.free(pool);
    return;
  }
  for (const [number, { kind }] of space.pages) {
    if (kind === "anonymous" && number < LINEAR_PAGES) continue;
    if (kind === "anonymous") pool.free++;
    space.pages.delete(number);
  }
  for (const table of space.level2) {
    if (table >= LINEAR_TABLES && space.level2.delete(table)) pool.free++;
  }
  for (const table of space.level3) {
    if (table >= LINEAR_TABLES << LEVEL3_SHIFT && space.level3.delete(table)) pool.free++;
  }
}

const endOf = (space: AddressSpace): number => space.memoryPages << WASM_PAGE_SHIFT;

function keptPages(dead: AddressSpace): [number, Page][] {
  const kept = [...dead.pages].filter(([number]) => number >= dead.keepFrom && number < endOf(dead));
  return kept.sort(([a], [b]) => a - b);
}

/** Whether pages of `heir` lie where `dead` kept its memory. */
export function overlaps(heir: AddressSpace, dead: AddressSpace): boolean {
  return [...heir.pages.keys()].some((number) => number >= dead.keepFrom && number < endOf(dead));
}

/** `heir` takes over what `dead` kept: whole tables where that is possible. False when there was no frame for a table. */
export function inherit(heir: AddressSpace, pool: FramePool, dead: AddressSpace): boolean {
  for (const [number, page] of keptPages(dead)) {
    if (!takeTable(heir, pool, dead, number >> LEVEL3_SHIFT) || !heir.map(pool, number, page)) return false;
    dead.pages.delete(number);
  }
  for (const table of [...dead.level3].sort((a, b) => a - b)) {
    if (table << LEVEL3_SHIFT < endOf(dead) && !takeTable(heir, pool, dead, table)) return false;
  }
  return true;
}

/** Moves a table that was kept whole, if the heir has none there. False when there was no frame for the one above it. */
function takeTable(heir: AddressSpace, pool: FramePool, dead: AddressSpace, table: number): boolean {
  const first = table << LEVEL3_SHIFT;
  if (dead.keepFrom > first || !dead.level3.has(table) || heir.level3.has(table)) return true;
  if (!heir.makeLevel2(pool, first)) return false;
  heir.level3.add(table);
  dead.level3.delete(table);
  return true;
}
