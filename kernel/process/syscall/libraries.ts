// Libraries in running processes: the loader maps a sealed object's code, and memory of the process's own behind it, into the
// process whose call it holds, which is blocked in that call and so asked for it. By right only (PRIVILEGE_SPAWN).
//
//   in the code area, where there is room    | free page | text, read and execute | data, zeroed on demand | free page |

import { EINVAL, ENOMEM, ENXIO, EPERM, ESRCH } from "../../../abi/errno";
import { MAX_OBJECT_PAGES, MAX_REGIONS, PAGE_SHIFT, PAGE_SIZE } from "../../../abi/limits";
import { CODE_BASE, CODE_END, PROT_EXECUTE, PROT_READ, PROT_WRITE } from "../../../abi/program";
import { callerOf } from "../../../core/ipc/receive";
import { Thread } from "../../../core/ipc/thread";
import {
  addRegion,
  findRegion,
  regionFirstPage,
  regionObject,
  regionPages,
  regionProtection,
} from "../../memory/address_space";
import { endMapping, endRegion, mapObject } from "../../memory/mapping";
import { pageOf } from "../../memory/page_table";
import { Process, processOf } from "../process";
import { maySpawn } from "./construct";
import { ownObject } from "./objects";

const CODE_FIRST_PAGE: u32 = <u32>(CODE_BASE >> PAGE_SHIFT);
const CODE_LAST_PAGE: u32 = <u32>(CODE_END >> PAGE_SHIFT);

/** The first page of `count` free ones in the code area with a free one on either side, or 0. */
function findPlace(p: Process, count: u32): u32 {
  let page = CODE_FIRST_PAGE + 1;
  for (let i: u32 = 0; i < p.regions;) {
    const first = regionFirstPage(p, i);
    const end = first + regionPages(p, i);
    if (page < end + 1 && first < page + count + 1) {
      page = end + 1;
      i = 0; // what was passed before may be in the way of the new place
    } else i++;
  }
  return page + count < CODE_LAST_PAGE ? page : 0;
}

/**
 * library_map(token, object, text pages, data pages, floating point): pages 0 … of the caller's own sealed object become
 * executable in the process that waits for `token`; with floating point (1) that may use the unit from now on. → address of the
 * text, the data's is right behind. -EPERM, -ESRCH, -ENXIO, -EINVAL, -ENOMEM (no region or no room left).
 */
export function sysLibraryMap(t: Thread): i64 {
  if (!maySpawn(t)) return -EPERM;
  const user = callerOf(t, t.x0);
  if (!user) return -ESRCH;
  const o = ownObject(t, t.x1);
  if (!o) return -ENXIO;
  if (!t.x2 || t.x2 > MAX_OBJECT_PAGES || t.x3 > MAX_OBJECT_PAGES || t.x4 > 1) return -EINVAL;
  const textPages = <u32>t.x2;
  const dataPages = <u32>t.x3;
  const p = processOf(user);
  const page = findPlace(p, textPages + dataPages);
  if (!page || p.regions + 2 > MAX_REGIONS) return -ENOMEM;
  const status = mapObject(user, page, o, 0, textPages, PROT_READ | PROT_EXECUTE);
  if (status < 0) return status;
  if (dataPages) addRegion(p, page + textPages, dataPages, PROT_READ | PROT_WRITE, 0);
  if (t.x4) p.floatingPoint = 1;
  return (<i64>page) << PAGE_SHIFT;
}

/** library_unmap(token, address): text and data that library_map put at `address` go. 0, -EPERM, -ESRCH, -EINVAL (no text begins there). */
export function sysLibraryUnmap(t: Thread): i64 {
  if (!maySpawn(t)) return -EPERM;
  const user = callerOf(t, t.x0);
  if (!user) return -ESRCH;
  const p = processOf(user);
  const text = t.x1 & (PAGE_SIZE - 1) ? -1 : findRegion(p, pageOf(t.x1));
  if (text < 0 || !regionObject(p, text) || !(regionProtection(p, text) & PROT_EXECUTE)) return -EINVAL;
  const after = pageOf(t.x1) + regionPages(p, text);
  endMapping(user, text);
  const data = findRegion(p, after);
  if (data >= 0 && !regionObject(p, data)) endRegion(user, data);
  return 0;
}
