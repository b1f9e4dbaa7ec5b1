// Building processes, by right only (PRIVILEGE_SPAWN). A process that is not started belongs to its builder.

import {
  CONFIG_ALLOW_SEND,
  CONFIG_DENY_SEND,
  CONFIG_DEVICE,
  CONFIG_FLOATING_POINT,
  CONFIG_MEMORY,
  CONFIG_MESSAGE_PRIORITY,
  CONFIG_PRIORITY,
  CONFIG_PRIVILEGES,
  CONFIG_RECEIVE,
  CONFIG_SYMBOLS,
} from "../../../abi/construct";
import { EAGAIN, EEXIST, EFAULT, EINVAL, ENOMEM, ENXIO, EPERM, ESRCH } from "../../../abi/errno";
import {
  MESSAGE_PRIORITIES,
  PRIVILEGE_DEVICES,
  PRIVILEGE_INITRD,
  PRIVILEGE_SPAWN,
  RIGHT_SEND,
} from "../../../abi/endpoints";
import { INITRD_OBJECT } from "../../../abi/construct";
import { MAX_COPY_SLICE, MAX_PROCESS_NAME, PAGE_SHIFT, PAGE_SIZE } from "../../../abi/limits";
import {
  ARGUMENT_BLOCK,
  CODE_BASE,
  CODE_END,
  PROT_EXECUTE,
  PROT_READ,
  PROT_WRITE,
  STATIC_DATA,
} from "../../../abi/program";
import { endpointAssign, findEndpoint, rightsOf, setRights } from "../../../core/ipc/endpoint";
import { callerOf } from "../../../core/ipc/receive";
import { STATE_BUILDING, STATE_READY, Thread, threadOfPid } from "../../../core/ipc/thread";
import { flushPage } from "../../hal/hw";
import { addRegion, copyFailure, inLinearMemory, isTaken, mapFrame } from "../../memory/address_space";
import { freeFrame } from "../../memory/frames";
import {
  MemoryObject,
  checkMapping,
  closeObject,
  createObject,
  findObject,
  objectPage,
  sealObject,
  writeObject,
} from "../../memory/objects";
import { PTE_OWNED, entryAddress, frameOf, pageAttributes } from "../../memory/page_table";
import { copyBetween, copyFromUser } from "../../memory/user_copy";
import { schedMakeReady } from "../../sched/sched";
import { createProcess, inheritDescriptors } from "../lifecycle";
import {
  MAX_DEVICES,
  Process,
  addressSpaceId,
  deviceAddress,
  level1Of,
  nameAddress,
  processOf,
} from "../process";
import { checkRange } from "./arguments";

const WASM_PAGE_SHIFT: u32 = 4;
const MAX_WASM_PAGES: u64 = 0x8000; // 2 GiB, so that sizes in bytes stay positive

@inline function maySpawn(t: Thread): bool {
  return (processOf(t).privileges & PRIVILEGE_SPAWN) != 0;
}

/** The process `pid` if `t` is building it. */
function underConstruction(t: Thread, pid: u64): Thread | null {
  const target = pid <= u32.MAX_VALUE ? threadOfPid(<u32>pid) : null;
  return target && target.state == STATE_BUILDING && processOf(target).builder == t.pid ? target : null;
}

/** proc_create(name, size, token). */
export function sysProcCreate(t: Thread): i64 {
  if (!maySpawn(t)) return -EPERM;
  if (checkRange(t, t.x0, t.x1) < 0) return -EFAULT;
  const parent = t.x2 ? callerOf(t, t.x2) : t;
  if (!parent) return -ESRCH;
  const child = createProcess(t.pid, parent.pid);
  if (!child) return -EAGAIN;
  const p = processOf(child);
  p.nameLength = copyFromUser(processOf(t), nameAddress(p), t.x0, <u32>min(t.x1, <u64>MAX_PROCESS_NAME));
  inheritDescriptors(p, processOf(parent));
  return child.pid;
}

/** proc_configure(pid, what, value, extra): abi/construct.ts. */
export function sysProcConfigure(t: Thread): i64 {
  const child = underConstruction(t, t.x0);
  if (!child) return -ESRCH;
  const p = processOf(child);
  const what = <u32>t.x1;
  const value = t.x2;
  if (what == CONFIG_PRIORITY) return configurePriority(t, child, value);
  if (what == CONFIG_MESSAGE_PRIORITY) {
    if (value >= MESSAGE_PRIORITIES || <u32>value > t.maxMessagePriority) return -EPERM;
    child.maxMessagePriority = <u32>value;
    return 0;
  }
  if (what == CONFIG_PRIVILEGES) {
    if (value & ~(<u64>processOf(t).privileges)) return -EPERM;
    p.privileges = <u32>value;
    return 0;
  }
  if (what == CONFIG_FLOATING_POINT) {
    p.floatingPoint = value ? 1 : 0;
    return 0;
  }
  if (what == CONFIG_MEMORY) {
    if (value > MAX_WASM_PAGES || t.x3 > MAX_WASM_PAGES || value > t.x3) return -EINVAL;
    p.memoryPages = <u32>value;
    p.memoryMaximum = <u32>t.x3;
    return 0;
  }
  if (what == CONFIG_SYMBOLS) {
    p.symbols = value;
    p.symbolsSize = <u32>min(t.x3, <u64>u32.MAX_VALUE);
    return 0;
  }
  if (what == CONFIG_DEVICE) return grantDevice(t, p, <u32>value, <u32>t.x3);
  return configureEndpoint(t, child, what, value);
}

function configurePriority(t: Thread, child: Thread, value: u64): i64 {
  if (value > t.basePriority) return -EPERM;
  child.basePriority = <u32>value;
  child.priority = <u32>value;
  return 0;
}

function grantDevice(t: Thread, p: Process, kind: u32, index: u32): i64 {
  if (!(processOf(t).privileges & PRIVILEGE_DEVICES)) return -EPERM;
  if (kind > 0xffff || index > 0xffff) return -EINVAL;
  if (p.devices == MAX_DEVICES) return -EAGAIN;
  store<u32>(deviceAddress(p, p.devices++), (kind << 16) | index);
  return 0;
}

function configureEndpoint(t: Thread, child: Thread, what: u32, value: u64): i64 {
  const ep = value <= u32.MAX_VALUE ? findEndpoint(<u32>value) : null;
  if (!ep)
    return what == CONFIG_RECEIVE || what == CONFIG_DENY_SEND || what == CONFIG_ALLOW_SEND ? -ENXIO : -EINVAL;
  if (what == CONFIG_RECEIVE) {
    if (!(processOf(t).privileges & PRIVILEGE_DEVICES)) return -EPERM;
    return endpointAssign(ep, child) < 0 ? -EEXIST : 0;
  }
  if (what == CONFIG_DENY_SEND) setRights(child, ep, rightsOf(child, ep) & ~RIGHT_SEND);
  else if (what == CONFIG_ALLOW_SEND && rightsOf(t, ep) & RIGHT_SEND)
    setRights(child, ep, rightsOf(child, ep) | RIGHT_SEND);
  else return what == CONFIG_ALLOW_SEND ? -EPERM : -EINVAL;
  return 0;
}

/** proc_region(pid, address, pages, protection): anonymous memory above CODE_BASE. */
export function sysProcRegion(t: Thread): i64 {
  const child = underConstruction(t, t.x0);
  if (!child) return -ESRCH;
  const p = processOf(child);
  const status = checkPlace(p, t.x1, t.x2);
  if (status < 0) return status;
  if (t.x3 & ~(<u64>(PROT_READ | PROT_WRITE)) || !(t.x3 & PROT_READ)) return -EINVAL;
  return addRegion(p, <u32>(t.x1 >> PAGE_SHIFT), <u32>t.x2, <u32>t.x3, 0);
}

function checkPlace(p: Process, address: u64, pages: u64): i32 {
  if (address & (PAGE_SIZE - 1) || address < CODE_BASE || address >= CODE_END) return -EINVAL;
  if (!pages || pages > (CODE_END - address) >> PAGE_SHIFT) return -EINVAL;
  return isTaken(p, <u32>(address >> PAGE_SHIFT), <u32>pages) ? -EEXIST : 0;
}

/** proc_map(pid, address, object, first page, pages, protection). */
export function sysProcMap(t: Thread): i64 {
  const child = underConstruction(t, t.x0);
  if (!child) return -ESRCH;
  const p = processOf(child);
  const o = t.x2 <= u32.MAX_VALUE ? findObject(<u32>t.x2) : null;
  if (!o || o.owner != t.pid) return -ENXIO;
  const place = checkPlace(p, t.x1, t.x4);
  if (place < 0) return place;
  return mapObject(child, <u32>(t.x1 >> PAGE_SHIFT), o, t.x3, t.x4, <u32>t.x5);
}

/** Maps into `owner`'s memory, whose anonymous pages there go; they stay when the mapping is refused. */
function mapObject(owner: Thread, page: u32, o: MemoryObject, first: u64, pages: u64, prot: u32): i64 {
  const p = processOf(owner);
  if (!(prot & PROT_READ) || prot & ~(PROT_READ | PROT_WRITE | PROT_EXECUTE)) return -EINVAL;
  const status = checkMapping(o, first, pages, prot);
  if (status < 0) return status;
  if (addRegion(p, page, <u32>pages, prot, o.id) < 0) return -ENOMEM;
  o.mappings++;
  emptyPages(owner, p, page, <u32>pages);
  for (let i: u32 = 0; i < <u32>pages; i++) {
    if (!mapFrame(p, page + i, objectPage(o, <u32>first + i), pageAttributes(prot))) return -ENOMEM;
  }
  return 0;
}

/** proc_write(pid, address, source, size). → bytes. */
export function sysProcWrite(t: Thread): i64 {
  const child = underConstruction(t, t.x0);
  if (!child) return -ESRCH;
  const size = <u32>min(t.x3, <u64>MAX_COPY_SLICE);
  if (checkRange(t, t.x2, size) < 0) return -EFAULT;
  if (t.x1 < ARGUMENT_BLOCK || t.x1 >= CODE_END) return -EFAULT;
  const copied = copyBetween(processOf(child), t.x1, processOf(t), t.x2, size);
  return copied || !size ? <i64>copied : copyFailure();
}

/** proc_start(pid, entry, stack top). */
export function sysProcStart(t: Thread): i64 {
  const child = underConstruction(t, t.x0);
  if (!child) return -ESRCH;
  if (t.x1 < CODE_BASE || t.x1 >= CODE_END || t.x1 & 3 || t.x2 <= CODE_BASE || t.x2 > CODE_END || t.x2 & 15)
    return -EINVAL;
  child.pc = t.x1;
  child.sp = t.x2;
  processOf(child).builder = 0;
  child.state = STATE_READY;
  schedMakeReady(child);
  return 0;
}

export function sysObjectCreate(t: Thread): i64 {
  return maySpawn(t) ? createObject(t.pid, t.x0) : -EPERM;
}

function ownObject(t: Thread): MemoryObject | null {
  const o = t.x0 <= u32.MAX_VALUE ? findObject(<u32>t.x0) : null;
  return o && o.owner == t.pid ? o : null;
}

/** object_write(id, offset, source, size). → bytes. */
export function sysObjectWrite(t: Thread): i64 {
  const o = ownObject(t);
  if (!o) return -ENXIO;
  const size = <u32>min(t.x3, <u64>MAX_COPY_SLICE);
  return checkRange(t, t.x2, size) < 0 ? -EFAULT : writeObject(o, processOf(t), t.x1, t.x2, size);
}
export function sysObjectSeal(t: Thread): i64 {
  const o = ownObject(t);
  if (!o) return -ENXIO;
  sealObject(o);
  return 0;
}
export function sysObjectClose(t: Thread): i64 {
  const o = ownObject(t);
  if (!o) return -ENXIO;
  closeObject(o);
  return 0;
}

/** object_map(id, address, first page, pages, protection): in place of pages of the caller's own linear memory. */
export function sysObjectMap(t: Thread): i64 {
  const p = processOf(t);
  const o = t.x0 <= u32.MAX_VALUE ? findObject(<u32>t.x0) : null;
  if (!o) return -ENXIO;
  const archive = o.id == INITRD_OBJECT && (p.privileges & PRIVILEGE_INITRD) != 0;
  if (!archive && o.owner != t.pid) return -EPERM;
  if (t.x4 & ~(<u64>(PROT_READ | PROT_WRITE))) return -EINVAL;
  const status = checkOwnPlace(p, t.x1, t.x3);
  if (status < 0) return status;
  return mapObject(t, <u32>(t.x1 >> PAGE_SHIFT), o, t.x2, t.x3, <u32>t.x4);
}

/** Whether pages of `t`'s own linear memory may be replaced by a mapping. */
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

/** Gives back what anonymous frames lie at [page, page + pages). */
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
