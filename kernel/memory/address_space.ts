// A process's address space: regions say what may be there, translation tables what is. Anonymous pages come on demand,
// when the process or the kernel on its behalf first touches them.

import { MAX_REGIONS, PAGE_SHIFT } from "../../abi/limits";
import { EFAULT, ENOMEM } from "../../abi/errno";
import { PROT_READ, PROT_WRITE } from "../../abi/program";
import { mappingBarrier } from "../hal/hw";
import { Process, level1Of, regionAddress } from "../process/process";
import { allocateFrame, framesFree, freeFrame } from "./frames";
import {
  PTE_DEVICE,
  PTE_OWNED,
  entryAddress,
  frameOf,
  isWritable,
  pageAttributes,
  presentFrame,
} from "./page_table";

const REGION_PAGES: usize = 4;
const REGION_PROTECTION: usize = 8;
const REGION_OBJECT: usize = 12;
const LINEAR_FIRST_PAGE: u32 = 1;
const WASM_PAGE_SHIFT: u32 = 4; // 4 KiB pages in a 64 KiB page, log2

/** Adds a stretch of address space. object: 0 for anonymous memory. 0 or -ENOMEM when the table is full. */
export function addRegion(p: Process, page: u32, pages: u32, prot: u32, object: u32): i32 {
  if (p.regions == MAX_REGIONS) return -ENOMEM;
  const at = regionAddress(p, p.regions++);
  store<u32>(at, page);
  store<u32>(at, pages, REGION_PAGES);
  store<u32>(at, prot, REGION_PROTECTION);
  store<u32>(at, object, REGION_OBJECT);
  return 0;
}

/** Takes region `index` out; the last one moves to its place. */
export function removeRegion(p: Process, index: u32): void {
  const at = regionAddress(p, index);
  const last = regionAddress(p, --p.regions);
  store<u64>(at, load<u64>(last));
  store<u64>(at, load<u64>(last, REGION_PROTECTION), REGION_PROTECTION);
}

export function regionFirstPage(p: Process, index: u32): u32 {
  return load<u32>(regionAddress(p, index));
}
export function regionPages(p: Process, index: u32): u32 {
  return load<u32>(regionAddress(p, index), REGION_PAGES);
}

export function regionProtection(p: Process, index: u32): u32 {
  return load<u32>(regionAddress(p, index), REGION_PROTECTION);
}
/** The region that begins at `page`, or -1. */
export function findRegion(p: Process, page: u32): i32 {
  for (let i: u32 = 0; i < p.regions; i++) if (regionFirstPage(p, i) == page) return i;
  return -1;
}

/** The memory object that region `index` maps, or 0. */
export function regionObject(p: Process, index: u32): u32 {
  return load<u32>(regionAddress(p, index), REGION_OBJECT);
}

/** Whether [page, page + pages) touches any region or the linear memory's range. */
export function isTaken(p: Process, page: u32, pages: u32): bool {
  for (let i: u32 = 0; i < p.regions; i++) {
    const at = regionAddress(p, i);
    const first = load<u32>(at);
    if (page < first + load<u32>(at, REGION_PAGES) && first < page + pages) return true;
  }
  return false;
}

/** Whether a writable anonymous region begins at `page`, with nothing before it. */
export function isRegionStart(p: Process, page: u32): bool {
  for (let i: u32 = 0; i < p.regions; i++) {
    const at = regionAddress(p, i);
    if (load<u32>(at) == page) {
      return (load<u32>(at, REGION_PROTECTION) & PROT_WRITE) != 0 && !load<u32>(at, REGION_OBJECT);
    }
  }
  return false;
}

/** Protection of anonymous memory at `page`; 0 where there is none. */
function anonymousProtection(p: Process, page: u32): u32 {
  if (page >= LINEAR_FIRST_PAGE && page < p.memoryPages << WASM_PAGE_SHIFT) return PROT_READ | PROT_WRITE;
  for (let i: u32 = 0; i < p.regions; i++) {
    const at = regionAddress(p, i);
    if (page - load<u32>(at) >= load<u32>(at, REGION_PAGES)) continue;
    return load<u32>(at, REGION_OBJECT) ? 0 : load<u32>(at, REGION_PROTECTION);
  }
  return 0;
}

/**
 * The frame behind `page`, made now if it is anonymous memory not yet touched. 0: nothing may be there, or it may not be
 * written (write), or it is a device, or memory is exhausted; copyFailure() tells which as an errno.
 */
export function framePage(p: Process, page: u32, write: bool): usize {
  return presentFrame(level1Of(p), page, write) || makePage(p, page, write);
}

/** The same for a page that is not there, or not so; apart, so that the other way needs no stack. */
export function makePage(p: Process, page: u32, write: bool): usize {
  const at = entryAddress(level1Of(p), page, false);
  const entry = at ? load<u64>(at) : 0;
  if (entry) return (write && !isWritable(entry)) || entry & PTE_DEVICE ? 0 : frameOf(entry);
  const prot = anonymousProtection(p, page);
  if (!prot || (write && !(prot & PROT_WRITE))) return 0;
  const frame = allocateFrame();
  if (!frame) return 0;
  if (!mapFrame(p, page, frame, pageAttributes(prot) | PTE_OWNED)) {
    freeFrame(frame);
    return 0;
  }
  return frame;
}

/** The result of a copy that could not begin: -ENOMEM when there is no frame left, else -EFAULT. */
export function copyFailure(): i64 {
  return framesFree() ? -EFAULT : -ENOMEM;
}

/** Enters a frame; the page had none. False when no table could be made. */
export function mapFrame(p: Process, page: u32, frame: usize, attributes: u64): bool {
  const at = entryAddress(level1Of(p), page, true);
  if (!at) return false;
  store<u64>(at, (<u64>frame) | attributes);
  mappingBarrier();
  return true;
}

/** Whether [address, address + size) lies within the process's linear memory, its first page excluded. */
export function inLinearMemory(p: Process, address: u64, size: u64): bool {
  const end = (<u64>p.memoryPages) << 16;
  return address >= (<u64>1) << PAGE_SHIFT && address <= end && size <= end - address;
}
