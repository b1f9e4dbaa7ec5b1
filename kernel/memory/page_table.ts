// Translation tables of a process (ARM DDI 0487, D8): 4 KiB pages, T0SZ = 30, so level 1 has 16 entries and lies in the
// process structure itself; level 2 and 3 are frames. Owned bit: the frame is the process's own and dies with it.
//
//   63   55 54  53                47            12 11 10 9  8 7  6 5 4  2 1 0
//  |  |owned|UXN|PXN| …          | frame address  |nG|AF| SH |AP |NS|attr|1 1|

import { PAGE_SHIFT } from "../../abi/limits";
import { PROT_EXECUTE, PROT_WRITE, USER_END } from "../../abi/program";
import { allocateFrame, freeFrame } from "./frames";

export const PTE_OWNED: u64 = 1 << 55;
const PTE_UXN: u64 = 1 << 54;
const PTE_PXN: u64 = 1 << 53;
const PTE_BASE: u64 = 3 | (3 << 8) | (1 << 10) | (1 << 11); // page, inner shareable, accessed, not global
const PTE_USER: u64 = 1 << 6;
const PTE_READ_ONLY: u64 = 1 << 7;
export const PTE_DEVICE: u64 = 1 << 2; // MAIR attribute 1
const TABLE: u64 = 3;
const ADDRESS_MASK: u64 = 0x0000_ffff_ffff_f000;
const LEVEL1_ENTRIES: u32 = 16;
const ENTRIES: u32 = 512;
export const LEVEL3_PAGES: u32 = ENTRIES;
const USER_PAGES: u32 = <u32>(USER_END >> PAGE_SHIFT); // LEVEL1_ENTRIES × 1 GiB
const NO_PAGE: u32 = 0xffffffff;

/** The entry bits for a protection (PROT_…). */
export function pageAttributes(prot: u32): u64 {
  let bits = PTE_BASE | PTE_USER | PTE_PXN;
  if (!(prot & PROT_WRITE)) bits |= PTE_READ_ONLY;
  if (!(prot & PROT_EXECUTE)) bits |= PTE_UXN;
  return bits;
}

@inline export function frameOf(entry: u64): usize {
  return <usize>(entry & ADDRESS_MASK);
}
@inline export function isWritable(entry: u64): bool {
  return !(entry & PTE_READ_ONLY);
}

/** The frame behind the level-3 entry at `at` (0: there is none) if it is there, memory, and writable where that is wanted; else 0. */
@inline export function frameThrough(at: usize, write: bool): usize {
  const entry = at ? load<u64>(at) : 0;
  const refused = write ? PTE_DEVICE | PTE_READ_ONLY : PTE_DEVICE;
  return entry & refused ? 0 : frameOf(entry);
}

/** The frame of `page` if it is there, memory, and writable where that is wanted; else 0. Makes nothing. */
@inline export function presentFrame(level1: usize, page: u32, write: bool): usize {
  if (page >= USER_PAGES) return 0;
  const level2 = frameOf(load<u64>(level1 + ((<usize>(page >> 18)) << 3)));
  if (!level2) return 0;
  const level3 = frameOf(load<u64>(level2 + ((<usize>((page >> 9) & (ENTRIES - 1))) << 3)));
  if (!level3) return 0;
  return frameThrough(level3 + ((<usize>(page & (ENTRIES - 1))) << 3), write);
}

/** Address of the level-3 entry of `page` (pageOf an address); 0 beyond the user half, or if its tables are missing and not to be made. */
export function entryAddress(level1: usize, page: u32, make: bool): usize {
  if (page >= USER_PAGES) return 0;
  const at = tableEntryAddress(level1, page, make);
  if (!at) return 0;
  const level3 = tableBehind(at, make);
  if (!level3) return 0;
  return level3 + ((<usize>(page & (ENTRIES - 1))) << 3);
}

/** Address of the level-2 entry that leads to the table of `page`; 0 if level 2 is missing and not to be made. */
@inline export function tableEntryAddress(level1: usize, page: u32, make: bool): usize {
  const level2 = tableBehind(level1 + ((<usize>(page >> 18)) << 3), make);
  return level2 ? level2 + ((<usize>((page >> 9) & (ENTRIES - 1))) << 3) : 0;
}

function tableBehind(entry: usize, make: bool): usize {
  const value = load<u64>(entry);
  if (value) return frameOf(value);
  if (!make) return 0;
  const frame = allocateFrame();
  if (frame) store<u64>(entry, (<u64>frame) | TABLE);
  return frame;
}

/** Gives back every owned frame and every table, and leaves level 1 empty. */
export function freeTables(level1: usize): void {
  freeTablesFrom(level1, 0);
}

/** The same for the addresses of level-1 entry `first` and above. */
export function freeTablesFrom(level1: usize, first: u32): void {
  for (let i = first; i < LEVEL1_ENTRIES; i++) {
    const level2 = frameOf(load<u64>(level1 + ((<usize>i) << 3)));
    if (!level2) continue;
    for (let j: u32 = 0; j < ENTRIES; j++) {
      const level3 = frameOf(load<u64>(level2 + ((<usize>j) << 3)));
      if (level3) freeLevel3(level3);
    }
    freeFrame(level2);
    store<u64>(level1 + ((<usize>i) << 3), 0);
  }
}

function freeLevel3(level3: usize): void {
  for (let k: u32 = 0; k < ENTRIES; k++) {
    const entry = load<u64>(level3 + ((<usize>k) << 3));
    if (entry & PTE_OWNED) freeFrame(frameOf(entry));
  }
  freeFrame(level3);
}

/** Frames that come back when the process dies: its own pages, and the tables below level 1. */
export function ownedFrames(level1: usize): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < LEVEL1_ENTRIES; i++) {
    const level2 = frameOf(load<u64>(level1 + ((<usize>i) << 3)));
    if (!level2) continue;
    count++;
    for (let j: u32 = 0; j < ENTRIES; j++) {
      const level3 = frameOf(load<u64>(level2 + ((<usize>j) << 3)));
      if (level3) count += 1 + ownedIn(level3);
    }
  }
  return count;
}

function ownedIn(level3: usize): u32 {
  let count: u32 = 0;
  for (let k: u32 = 0; k < ENTRIES; k++) if (load<u64>(level3 + ((<usize>k) << 3)) & PTE_OWNED) count++;
  return count;
}

/** The page of a user address; NO_PAGE, which has no entry and no region, for what lies beyond the user half. */
@inline export function pageOf(address: u64): u32 {
  return address < USER_END ? <u32>(address >> PAGE_SHIFT) : NO_PAGE;
}
