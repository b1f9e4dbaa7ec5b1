// Memory that outlives its process (memory_keep): while a dead process waits to be collected, its linear memory from
// `keepFrom` on stays; its parent may give it to the next instance of the same program (proc_inherit), which finds there
// what it needs to go on. Nothing is copied: whole level-3 tables change hands, single pages where a table is shared.

import { EEXIST, ENOMEM, ESRCH } from "../../abi/errno";
import { LINEAR_MEMORY_END, PROT_READ, PROT_WRITE } from "../../abi/program";
import { mapFrame, regionFirstPage, regionPages } from "../memory/address_space";
import {
  LEVEL3_PAGES,
  PTE_OWNED,
  entryAddress,
  frameOf,
  freeTables,
  freeTablesFrom,
  pageAttributes,
  tableEntryAddress,
} from "../memory/page_table";
import { Process, level1Of } from "./process";

const GIB_SHIFT: u64 = 30;
const LINEAR_LEVEL1_ENTRIES: u32 = <u32>(LINEAR_MEMORY_END >> GIB_SHIFT);
const WASM_PAGE_SHIFT: u32 = 4;

/** A process ends: its memory goes, but for what it keeps (mayKeep). What it had mapped is not its own to keep. */
export function leaveMemory(p: Process, mayKeep: bool): void {
  if (!p.keepFrom || !mayKeep) {
    p.keepFrom = 0;
    freeTables(level1Of(p));
    return;
  }
  for (let i: u32 = 0; i < p.regions; i++) forgetPages(p, regionFirstPage(p, i), regionPages(p, i));
  freeTablesFrom(level1Of(p), LINEAR_LEVEL1_ENTRIES);
}

/** Empties the entries of a mapping; its frames are somebody else's. Anonymous regions lie outside linear memory. */
function forgetPages(p: Process, page: u32, pages: u32): void {
  for (let i = page; i < page + pages; i++) {
    const at = entryAddress(level1Of(p), i, false);
    if (at && !(load<u64>(at) & PTE_OWNED)) store<u64>(at, 0);
  }
}

/** The dead process is collected: what it kept goes too. */
export function freeKeptMemory(p: Process): void {
  if (p.keepFrom) freeTables(level1Of(p));
  p.keepFrom = 0;
}

/**
 * Moves what `dead` kept into `heir`, which is being built. 0; -ESRCH: it kept nothing; -ENOMEM: the heir's memory may not grow
 * so far, or no frame is left for a table (then what has been moved stays moved); -EEXIST: the heir has pages of its own there.
 */
export function inheritMemory(heir: Process, dead: Process): i32 {
  if (!dead.keepFrom) return -ESRCH;
  const end = dead.memoryPages << WASM_PAGE_SHIFT;
  if (dead.memoryPages > heir.memoryMaximum) return -ENOMEM;
  for (let page = dead.keepFrom; page < end; page++) {
    const at = entryAddress(level1Of(heir), page, false);
    if (at && load<u64>(at)) return -EEXIST;
  }
  heir.inherited = dead.memoryPages;
  for (let page = dead.keepFrom; page < end;) {
    const moved = moveTable(heir, dead, page) || movePage(heir, dead, page);
    if (!moved) return -ENOMEM;
    page += moved;
  }
  return 0;
}

/** Moves the whole table that begins at `page`, if one does and the heir has none there. → pages, or 0. */
function moveTable(heir: Process, dead: Process, page: u32): u32 {
  if (page & (LEVEL3_PAGES - 1)) return 0;
  const from = tableEntryAddress(level1Of(dead), page, false);
  if (!from || !load<u64>(from)) return LEVEL3_PAGES;
  const to = tableEntryAddress(level1Of(heir), page, true);
  if (!to || load<u64>(to)) return 0;
  store<u64>(to, load<u64>(from));
  store<u64>(from, 0);
  return LEVEL3_PAGES;
}

/** → 1, or 0 when there was no frame for a table. */
function movePage(heir: Process, dead: Process, page: u32): u32 {
  const from = entryAddress(level1Of(dead), page, false);
  const entry = from ? load<u64>(from) : 0;
  if (!entry) return 1;
  if (!mapFrame(heir, page, frameOf(entry), pageAttributes(PROT_READ | PROT_WRITE) | PTE_OWNED)) return 0;
  store<u64>(from, 0);
  return 1;
}
