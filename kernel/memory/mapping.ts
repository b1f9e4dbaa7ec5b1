// Mapping memory objects into processes and out of them: a region, and the object's frames in the translation tables.
// Inside linear memory a mapping takes the place of anonymous pages; when it ends, zeroed anonymous pages take its.

import { PAGE_SHIFT, PAGE_SIZE } from "../../abi/limits";
import { EEXIST, EINVAL, ENOMEM } from "../../abi/errno";
import { LINEAR_MEMORY_END, PROT_EXECUTE, PROT_READ, PROT_WRITE, STATIC_DATA } from "../../abi/program";
import { Thread } from "../../core/ipc/thread";
import { flushPage } from "../hal/hw";
import { Process, addressSpaceId, level1Of, processOf } from "../process/process";
import {
  addRegion,
  inLinearMemory,
  isTaken,
  mapFrame,
  regionFirstPage,
  regionObject,
  regionPages,
  removeRegion,
} from "./address_space";
import { freeFrame } from "./frames";
import { MemoryObject, checkMapping, objectPage, unmapObject } from "./objects";
import { PTE_OWNED, entryAddress, frameOf, pageAttributes } from "./page_table";

const WASM_PAGE_SHIFT: u32 = 4;

/** Maps [first, first + pages) of an object at `page` of `owner`. 0, -EINVAL, -EPERM, -ENOMEM (then it may be mapped in part, and dies so). */
export function mapObject(owner: Thread, page: u32, o: MemoryObject, first: u64, pages: u64, prot: u32): i64 {
  const p = processOf(owner);
  if (!(prot & PROT_READ) || prot & ~(PROT_READ | PROT_WRITE | PROT_EXECUTE)) return -EINVAL;
  const status = checkMapping(o, first, pages, prot);
  if (status < 0) return status;
  if (addRegion(p, page, <u32>pages, prot, o.id) < 0) return -ENOMEM;
  o.mappings++;
  emptyPages(owner, p, page, <u32>pages);
  for (let i: u32 = 0; i < <u32>pages; i++) {
    if (!mapFrame(p, page + i, objectPage(o, <u32>first + i), pageAttributes(prot))) {
      endMapping(owner, p.regions - 1);
      return -ENOMEM;
    }
  }
  return 0;
}

/** Ends the mapping that begins at `address` of `t`'s linear memory. 0 or -EINVAL when none does. */
export function unmapAt(t: Thread, address: u64): i64 {
  if (address & (PAGE_SIZE - 1) || address >= LINEAR_MEMORY_END) return -EINVAL;
  const p = processOf(t);
  for (let i: u32 = 0; i < p.regions; i++) {
    if (regionFirstPage(p, i) != <u32>(address >> PAGE_SHIFT) || !regionObject(p, i)) continue;
    endMapping(t, i);
    return 0;
  }
  return -EINVAL;
}

/** Ends every mapping of object `id` in `t`. */
export function unmapEverywhere(t: Thread, id: u32): void {
  const p = processOf(t);
  for (let i = p.regions; i > 0; i--) {
    if (regionObject(p, i - 1) == id) endMapping(t, i - 1);
  }
}

/** Ends the mapping that is region `region` of `t`. */
export function endMapping(t: Thread, region: u32): void {
  const id = regionObject(processOf(t), region);
  endRegion(t, region);
  unmapObject(id);
}

/** Ends a region of anonymous memory, which is given back, or the pages' part of a mapping's end. */
export function endRegion(t: Thread, region: u32): void {
  const p = processOf(t);
  emptyPages(t, p, regionFirstPage(p, region), regionPages(p, region));
  removeRegion(p, region);
}

/** Whether pages of `t`'s own linear memory may be replaced by a mapping. 0, -EINVAL, -EEXIST. */
export function checkOwnPlace(p: Process, address: u64, pages: u64): i32 {
  if (
    address & (PAGE_SIZE - 1) ||
    address < STATIC_DATA ||
    !pages ||
    pages > (<u64>p.memoryPages) << WASM_PAGE_SHIFT
  )
    return -EINVAL;
  if (!inLinearMemory(p, address, pages << PAGE_SHIFT)) return -EINVAL;
  return isTaken(p, <u32>(address >> PAGE_SHIFT), <u32>pages) ? -EEXIST : 0;
}

/** Leaves [page, page + pages) without entries; anonymous frames that lay there are given back. */
export function emptyPages(t: Thread, p: Process, page: u32, pages: u32): void {
  for (let i = page; i < page + pages; i++) {
    const at = entryAddress(level1Of(p), i, false);
    if (!at) continue;
    const entry = load<u64>(at);
    if (!entry) continue;
    store<u64>(at, 0);
    flushPage(addressSpaceId(t), i);
    if (entry & PTE_OWNED) freeFrame(frameOf(entry));
  }
}
