// Building processes, in the model.

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
} from "../../../abi/construct.ts";
import { EAGAIN, EEXIST, EFAULT, EINVAL, ENOMEM, ENXIO, EPERM, ESRCH } from "../../../abi/errno.ts";
import {
  MESSAGE_PRIORITIES,
  PRIVILEGE_DEVICES,
  PRIVILEGE_SPAWN,
  RIGHT_SEND,
} from "../../../abi/endpoints.ts";
import {
  DIRECTORY_FD,
  MAX_COPY_SLICE,
  MAX_ENDPOINTS,
  MAX_PROCESSES,
  MAX_QUEUED_MESSAGES,
  PAGE_SIZE,
} from "../../../abi/limits.ts";
import { ARGUMENT_BLOCK, CODE_BASE, CODE_END, PROT_READ, PROT_WRITE } from "../../../abi/program.ts";
import type { Call } from "./call.ts";
import { install } from "./handles.ts";
import { inherit, overlaps } from "./heritage.ts";
import { configureDescriptor, isAboveParent, isForCaller, limitToCaller, quotaOf } from "./on_behalf.ts";
import { addProcess } from "./lifecycle.ts";
import { check } from "./mismatch.ts";
import type { Model } from "./model.ts";
import { copyFailure, mapObject } from "./object_calls.ts";
import { callerOf } from "./receive.ts";
import { giveOwnersRights, maySend } from "./rights.ts";
import { type Endpoint, type Process, STATE } from "./state.ts";
import { NOTIFY, U32_MAX, error, signed } from "./words.ts";

const INHERITED_DESCRIPTORS = 3;
const MAX_DEVICES = 8;
const MAX_WASM_PAGES = 0x8000n;
const PAGE = BigInt(PAGE_SIZE);
const [CODE_START, CODE_LIMIT] = [BigInt(CODE_BASE), BigInt(CODE_END)];
/** Frames that a new process needs: its message page and the tables above it. */
const NEW_PROCESS_FRAMES = 3;

function underConstruction(m: Model, t: Process, pid: bigint): Process | undefined {
  const p = m.find(pid);
  return p?.state === STATE.BUILDING && p.builder === t.pid ? p : undefined;
}

/** proc_create(name, size, token of the call in whose name it is built, or 0). */
export function sysProcCreate(m: Model, t: Process, { x }: Call): bigint {
  if (!(t.privileges & PRIVILEGE_SPAWN)) return error(EPERM);
  if (!t.memory.contains(x[0], x[1])) return error(EFAULT);
  const parent = x[2] ? callerOf(m, t, x[2]) : t;
  if (!parent) return error(ESRCH);
  const isFull = m.all().length === MAX_PROCESSES - 1;
  if (isFull || m.pool.free < NEW_PROCESS_FRAMES) return error(EAGAIN);
  const p = addProcess(m, Number(signed(m.oracle.register(t.slot, 0))), t.pid, parent.pid);
  check(p !== undefined, () => "there was no frame for a process");
  if (!p) return error(EAGAIN);
  t.memory.read(m.pool, Number(x[0]), Math.min(Number(x[1]), 15)); // the name: its pages are touched
  for (const fd of [...Array(INHERITED_DESCRIPTORS).keys(), DIRECTORY_FD]) {
    const handle = parent.descriptors[fd];
    if (handle) install(p, fd, handle);
  }
  if (x[2]) limitToCaller(p, parent);
  return BigInt(p.pid);
}

function configureQuota(t: Process, p: Process, which: bigint, limit: bigint): bigint {
  if (isForCaller(p) && limit > BigInt(quotaOf(p, which))) return error(EPERM);
  if (which === BigInt(QUOTA_ENDPOINTS) && limit <= BigInt(MAX_ENDPOINTS)) p.endpointsLeft = Number(limit);
  else if (which === BigInt(QUOTA_MESSAGES) && limit <= BigInt(MAX_QUEUED_MESSAGES))
    p.messagesLeft = Number(limit);
  else if (which === BigInt(QUOTA_OBJECTS) && limit <= BigInt(t.objectsLimit)) p.objectsLimit = Number(limit);
  else if (which === BigInt(QUOTA_OBJECT_PAGES) && limit <= BigInt(t.objectPagesLimit))
    p.objectPagesLimit = Number(limit);
  else return error(EINVAL);
  return 0n;
}

function configureEndpoint(
  m: Model,
  t: Process,
  p: Process,
  what: number,
  value: bigint,
  extra: bigint,
): bigint {
  const isKnown = what === CONFIG_RECEIVE || what === CONFIG_DENY_SEND || what === CONFIG_ALLOW_SEND;
  if (!isKnown) return error(EINVAL);
  const ep = m.endpoint(value);
  if (!ep) return error(ENXIO);
  if (what === CONFIG_RECEIVE) return assign(t, p, ep, extra);
  if (what === CONFIG_DENY_SEND) p.rights[ep.index] &= ~RIGHT_SEND;
  else if (!maySend(t, ep)) return error(EPERM);
  else p.rights[ep.index] |= RIGHT_SEND;
  return 0n;
}

function assign(t: Process, p: Process, ep: Endpoint, supervised: bigint): bigint {
  if (!(t.privileges & PRIVILEGE_DEVICES)) return error(EPERM);
  if (supervised > BigInt(SUPERVISED)) return error(EINVAL);
  if (ep.owner) return error(EEXIST);
  assignEndpoint(p, ep, supervised !== 0n);
  return 0n;
}

/** `p` owns `ep` from now on; after a restart it is to drain what was closed meanwhile. */
export function assignEndpoint(p: Process, ep: Endpoint, supervised: boolean): void {
  if (ep.state === "restarting") p.notified |= NOTIFY.DRAIN;
  ep.owner = p;
  ep.state = "up";
  ep.supervised = supervised;
  giveOwnersRights(p, ep);
}

function configureDevice(t: Process, p: Process, kind: number, index: number): bigint {
  if (!(t.privileges & PRIVILEGE_DEVICES)) return error(EPERM);
  if (kind > 0xffff || index > 0xffff) return error(EINVAL);
  if (p.devices.length === MAX_DEVICES) return error(EAGAIN);
  p.devices.push({ kind, index });
  return 0n;
}

/** proc_configure(pid, what, value, extra). */
export function sysProcConfigure(m: Model, t: Process, { x }: Call): bigint {
  const p = underConstruction(m, t, x[0]);
  if (!p) return error(ESRCH);
  const what = Number(x[1] & U32_MAX);
  const [value, extra] = [x[2], x[3]];
  switch (what) {
    case CONFIG_PRIORITY:
      if (value > BigInt(t.basePriority) || isAboveParent(m, p, value)) return error(EPERM);
      p.basePriority = p.priority = p.least = p.most = Number(value);
      return 0n;
    case CONFIG_MESSAGE_PRIORITY:
      if (value >= BigInt(MESSAGE_PRIORITIES) || value > BigInt(t.maxMessagePriority)) return error(EPERM);
      if (isForCaller(p) && value > BigInt(p.maxMessagePriority)) return error(EPERM);
      p.maxMessagePriority = Number(value);
      return 0n;
    case CONFIG_PRIVILEGES:
      if (value & ~BigInt(t.privileges)) return error(EPERM);
      p.privileges = Number(value);
      return 0n;
    case CONFIG_MEMORY:
      if (value > MAX_WASM_PAGES || extra > MAX_WASM_PAGES || value > extra) return error(EINVAL);
      p.memory.memoryPages = Number(value);
      p.memory.memoryMaximum = Number(extra);
      return 0n;
    case CONFIG_FLOATING_POINT:
      p.floatingPoint = value !== 0n;
      return 0n;
    case CONFIG_SYMBOLS:
      return 0n;
    case CONFIG_QUOTA:
      return configureQuota(t, p, value, extra);
    case CONFIG_DESCRIPTOR:
      return configureDescriptor(m, p, value, extra);
    case CONFIG_DEVICE:
      return configureDevice(t, p, Number(value & U32_MAX), Number(extra & U32_MAX));
    default:
      return configureEndpoint(m, t, p, what, value, extra);
  }
}

function checkPlace(p: Process, address: bigint, pages: bigint): bigint {
  if (address % PAGE || address < CODE_START || address >= CODE_LIMIT) return error(EINVAL);
  if (!pages || pages > (CODE_LIMIT - address) / PAGE) return error(EINVAL);
  return p.memory.isTaken(Number(address / PAGE), Number(pages)) ? error(EEXIST) : 0n;
}

/** proc_region(pid, address, pages, protection). */
export function sysProcRegion(m: Model, t: Process, { x }: Call): bigint {
  const p = underConstruction(m, t, x[0]);
  if (!p) return error(ESRCH);
  const place = checkPlace(p, x[1], x[2]);
  if (place < 0n) return place;
  if (x[3] & ~BigInt(PROT_READ | PROT_WRITE) || !(x[3] & BigInt(PROT_READ))) return error(EINVAL);
  const region = { page: Number(x[1] / PAGE), pages: Number(x[2]), prot: Number(x[3]) };
  return p.memory.addRegion(region) ? 0n : error(ENOMEM);
}

/** proc_map(pid, address, object, first page, pages, protection). */
export function sysProcMap(m: Model, t: Process, { x }: Call): bigint {
  const p = underConstruction(m, t, x[0]);
  if (!p) return error(ESRCH);
  const o = m.object(x[2]);
  if (o?.creator !== t || !o) return error(ENXIO);
  const place = checkPlace(p, x[1], x[4]);
  return place < 0n ? place : mapObject(m, p, Number(x[1] / PAGE), o, x[3], x[4], Number(x[5] & U32_MAX));
}

/** proc_write(pid, address, source, size). */
export function sysProcWrite(m: Model, t: Process, { x }: Call): bigint {
  const p = underConstruction(m, t, x[0]);
  if (!p) return error(ESRCH);
  const size = Number(x[3] < BigInt(MAX_COPY_SLICE) ? x[3] : BigInt(MAX_COPY_SLICE));
  if (!t.memory.contains(x[2], BigInt(size))) return error(EFAULT);
  if (x[1] < BigInt(ARGUMENT_BLOCK) || x[1] >= CODE_LIMIT) return error(EFAULT);
  const copied = m.copyUser(p, Number(x[1]), t, Number(x[2]), size);
  return copied || !size ? BigInt(copied) : copyFailure(m);
}

/** proc_start(pid, entry, stack top). */
export function sysProcStart(m: Model, t: Process, { x }: Call): bigint {
  const p = underConstruction(m, t, x[0]);
  if (!p) return error(ESRCH);
  const [entry, stack] = [x[1], x[2]];
  if (entry < CODE_START || entry >= CODE_LIMIT || entry & 3n) return error(EINVAL);
  if (stack <= CODE_START || stack > CODE_LIMIT || stack & 15n) return error(EINVAL);
  p.builder = 0;
  p.entry = entry;
  p.stack = stack;
  m.wake(p, { kind: "result", x0: 0n });
  return 0n;
}

/** proc_inherit(pid, dead). */
export function sysProcInherit(m: Model, t: Process, { x }: Call): bigint {
  const heir = underConstruction(m, t, x[0]);
  const dead = m.find(x[1]);
  if (!heir || dead?.state !== STATE.ZOMBIE || dead.parent !== t.pid || !dead.memory.keepFrom)
    return error(ESRCH);
  if (dead.memory.memoryPages > heir.memory.memoryMaximum) return error(ENOMEM);
  if (overlaps(heir.memory, dead.memory)) return error(EEXIST);
  heir.inherited = dead.memory.memoryPages;
  return inherit(heir.memory, m.pool, dead.memory) ? 0n : error(ENOMEM);
}
