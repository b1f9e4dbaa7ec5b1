// Building processes, by right only (PRIVILEGE_SPAWN). A process that is not started belongs to its builder.

import {
  CONFIG_ALLOW_SEND,
  CONFIG_DENY_SEND,
  CONFIG_DESCRIPTOR,
  CONFIG_DEVICE,
  CONFIG_FLOATING_POINT,
  CONFIG_MEMORY,
  CONFIG_MESSAGE_PRIORITY,
  CONFIG_PRIORITY,
  CONFIG_PRIVILEGES,
  CONFIG_QUOTA,
  CONFIG_RECEIVE,
  CONFIG_SYMBOLS,
  QUOTA_ENDPOINTS,
  QUOTA_MESSAGES,
  QUOTA_OBJECTS,
  QUOTA_OBJECT_PAGES,
  SUPERVISED,
} from "../../../abi/construct";
import { EAGAIN, EEXIST, EFAULT, EINVAL, ENOMEM, ENXIO, EPERM, ESRCH } from "../../../abi/errno";
import { MESSAGE_PRIORITIES, PRIVILEGE_DEVICES, PRIVILEGE_SPAWN, RIGHT_SEND } from "../../../abi/endpoints";
import {
  MAX_COPY_SLICE,
  MAX_ENDPOINTS,
  MAX_PROCESS_NAME,
  MAX_QUEUED_MESSAGES,
  PAGE_SHIFT,
  PAGE_SIZE,
} from "../../../abi/limits";
import { ARGUMENT_BLOCK, CODE_BASE, CODE_END, PROT_READ, PROT_WRITE } from "../../../abi/program";
import { endpointAssign, findEndpoint } from "../../../core/ipc/endpoint";
import { callerOf } from "../../../core/ipc/receive";
import { rightsOf, setRights } from "../../../core/ipc/rights";
import { STATE_BUILDING, STATE_READY, STATE_ZOMBIE, Thread, threadOfPid } from "../../../core/ipc/thread";
import { addRegion, copyFailure, isTaken } from "../../memory/address_space";
import { mapObject } from "../../memory/mapping";
import { copyBetween, copyFromUser } from "../../memory/user_copy";
import { schedMakeReady } from "../../sched/sched";
import { inheritMemory } from "../heritage";
import { tracing } from "../../trace/ring";
import { traceStart } from "../../trace/trace";
import { createProcess, inheritDescriptors } from "../lifecycle";
import { MAX_DEVICES, Process, deviceAddress, nameAddress, processOf } from "../process";
import { checkRange } from "./arguments";
import { configureDescriptor, isForCaller, limitToCaller, quotaOf } from "./inherit";
import { ownObject } from "./objects";

const MAX_WASM_PAGES: u64 = 0x8000; // 2 GiB, so that sizes in bytes stay positive

@inline export function maySpawn(t: Thread): bool {
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
  if (t.x2) limitToCaller(child, parent);
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
    if (isForCaller(p) && <u32>value > child.maxMessagePriority) return -EPERM;
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
  if (what == CONFIG_QUOTA) return configureQuota(t, child, value, t.x3);
  if (what == CONFIG_DESCRIPTOR) return configureDescriptor(p, value, t.x3);
  if (what == CONFIG_DEVICE) return grantDevice(t, p, <u32>value, <u32>t.x3);
  return configureEndpoint(t, child, what, value, t.x3);
}

/** What a child may have is at most what its builder may have, so that no right to build becomes a right to everything. */
function configureQuota(t: Thread, child: Thread, which: u64, limit: u64): i64 {
  const own = processOf(t);
  const p = processOf(child);
  if (isForCaller(p) && limit > quotaOf(child, <u32>which)) return -EPERM;
  if (which == QUOTA_ENDPOINTS && limit <= MAX_ENDPOINTS) child.endpointsLeft = <u32>limit;
  else if (which == QUOTA_MESSAGES && limit <= MAX_QUEUED_MESSAGES) child.messagesLeft = <u32>limit;
  else if (which == QUOTA_OBJECTS && limit <= own.objectsLimit) p.objectsLimit = <u32>limit;
  else if (which == QUOTA_OBJECT_PAGES && limit <= own.objectPagesLimit) p.objectPagesLimit = <u32>limit;
  else return -EINVAL;
  return 0;
}

/** Neither above the builder's nor, in a call's name, above that caller's. */
function configurePriority(t: Thread, child: Thread, value: u64): i64 {
  const parent = threadOfPid(processOf(child).parent);
  if (value > t.basePriority || (parent && value > parent.basePriority)) return -EPERM;
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

function configureEndpoint(t: Thread, child: Thread, what: u32, value: u64, extra: u64): i64 {
  const ep = value <= u32.MAX_VALUE ? findEndpoint(<u32>value) : null;
  if (!ep)
    return what == CONFIG_RECEIVE || what == CONFIG_DENY_SEND || what == CONFIG_ALLOW_SEND ? -ENXIO : -EINVAL;
  if (what == CONFIG_RECEIVE) {
    if (!(processOf(t).privileges & PRIVILEGE_DEVICES)) return -EPERM;
    if (extra > <u64>SUPERVISED) return -EINVAL;
    return endpointAssign(ep, child, extra != 0);
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
  const o = ownObject(t, t.x2);
  if (!o) return -ENXIO;
  const place = checkPlace(p, t.x1, t.x4);
  if (place < 0) return place;
  return mapObject(child, <u32>(t.x1 >> PAGE_SHIFT), o, t.x3, t.x4, <u32>t.x5);
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

/** proc_inherit(pid, dead): what the caller's dead child kept of its memory becomes the new process's. */
export function sysProcInherit(t: Thread): i64 {
  const child = underConstruction(t, t.x0);
  const dead = t.x1 <= u32.MAX_VALUE ? threadOfPid(<u32>t.x1) : null;
  if (!child || !dead || dead.state != STATE_ZOMBIE || processOf(dead).parent != t.pid) return -ESRCH;
  return inheritMemory(processOf(child), processOf(dead));
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
  if (tracing) traceStart(child);
  schedMakeReady(child);
  return 0;
}
