// The life of a process in the model: slot, exit or kill, zombie, the parent's wait.

import { ECHILD, EFAULT, EINVAL } from "../../../abi/errno.ts";
import { DEVICE_VIRTIO } from "../../../abi/construct.ts";
import { EPID_VFS, FIRST_DYNAMIC_ENDPOINT, PRIVILEGE_DMA, RIGHT_SEND } from "../../../abi/endpoints.ts";
import {
  DEFAULT_ENDPOINTS,
  DEFAULT_MESSAGES,
  DEFAULT_OBJECTS,
  DEFAULT_OBJECT_PAGES,
  MAX_PROCESSES,
  PAGE_SIZE,
} from "../../../abi/limits.ts";
import { MESSAGE_PAGE } from "../../../abi/program.ts";
import { VIRTIO_SLOTS } from "../interrupts.ts";
import type { Page } from "./address_space.ts";
import type { Call } from "./call.ts";
import { notify, threadDied } from "./cancel.ts";
import { abandon, closeAll } from "./handles.ts";
import { leaveMemory } from "./heritage.ts";
import { check } from "./mismatch.ts";
import type { Model } from "./model.ts";
import { dropObjects } from "./object_calls.ts";
import { Process, STATE } from "./state.ts";
import { NOTIFY, U32_MAX, WNOHANG, WNOWAIT, error, register, signed } from "./words.ts";

export const INIT_PID = 1;
const STATUS_BYTES = 4;

/** A process of the id that the kernel chose. False: no frame for its message page and tables. */
export function addProcess(m: Model, pid: number, builder: number, parent: number): Process | undefined {
  const slot = pid % MAX_PROCESSES;
  m.takeId("process", pid);
  check(slot !== 0 && !m.processes[slot], () => `pid ${pid} has the slot of a process that is not gone`);
  const p = new Process(slot, pid, m.tokens[slot], builder, parent);
  const messagePage = MESSAGE_PAGE / PAGE_SIZE;
  if (!p.memory.mapFresh(m.pool, messagePage, true)) return undefined;
  (p.memory.pages.get(messagePage) as Page).frame.isMessagePage = true;
  for (let epid = EPID_VFS; epid < FIRST_DYNAMIC_ENDPOINT; epid++) p.rights[epid] = RIGHT_SEND;
  p.endpointsLeft = DEFAULT_ENDPOINTS;
  p.messagesLeft = DEFAULT_MESSAGES;
  p.objectsLimit = DEFAULT_OBJECTS;
  p.objectPagesLimit = DEFAULT_OBJECT_PAGES;
  m.processes[slot] = p;
  return p;
}

/** Ends `p` for good. */
export function endProcess(m: Model, p: Process, status: number): void {
  const building = p.state === STATE.BUILDING;
  if (p.state === STATE.READY) m.scheduler.remove(p);
  settleCompletion(m, p);
  threadDied(m, p);
  for (const child of m.all())
    if (child.state === STATE.BUILDING && child.builder === p.pid) endProcess(m, child, 0);
  closeAll(m, p);
  for (const [id, { driver }] of m.routes) if (driver === p) m.routes.delete(id);
  if (m.logReader === p.pid) m.logReader = 0;
  if (m.floatingPointOwner === p) m.floatingPointOwner = undefined;
  if (p.privileges & PRIVILEGE_DMA) stopDevices(m, p);
  leaveMemory(p.memory, m.pool, !building);
  dropObjects(m, p);
  adoptChildren(m, p.pid);
  p.status = status;
  tellParent(m, p, building);
}

/** A dead driver's devices reach memory no more. */
function stopDevices(m: Model, p: Process): void {
  for (const { kind, index } of p.devices)
    if (kind === DEVICE_VIRTIO && index < VIRTIO_SLOTS) m.devicesRun[index] = false;
}

/** A delegated open, pipe or close under way dies with its caller; a close that nobody received must still be heard of. */
function settleCompletion(m: Model, p: Process): void {
  const { completion } = p;
  p.completion = undefined;
  if (completion?.kind === "pipe") completion.ends.forEach((end) => m.handles.delete(end));
  if (completion?.kind !== "open" && completion?.kind !== "close") return;
  if (completion.kind === "close" && p.state === STATE.SENDING) abandon(m, completion.handle);
  else m.handles.delete(completion.handle);
}

function adoptChildren(m: Model, pid: number): void {
  for (const child of m.all()) {
    if (child.parent !== pid) continue;
    child.parent = INIT_PID;
    child.noted = false;
    if (child.state === STATE.ZOMBIE && child.pid !== pid) tellParent(m, child, false);
  }
}

function tellParent(m: Model, p: Process, building: boolean): void {
  const parent = m.find(p.parent);
  if (building || !parent?.alive || parent === p) {
    free(m, p);
    return;
  }
  p.state = STATE.ZOMBIE;
  if (parent.state === STATE.WAITING_CHILD && (parent.waitsFor === -1 || parent.waitsFor === p.pid)) {
    m.wake(parent, { kind: "result", x0: register(collect(m, parent, p, parent.waitStatus, 0)) });
  } else {
    notify(m, parent, NOTIFY.CHILD);
  }
}

function free(m: Model, p: Process): void {
  p.memory.free(m.pool);
  p.state = STATE.FREE;
  m.processes[p.slot] = undefined;
}

/** Stores a zombie's status and, but for WNOWAIT, frees its slot. */
function collect(m: Model, parent: Process, zombie: Process, address: number, flags: number): bigint {
  if (address) {
    const bytes = new Uint8Array(STATUS_BYTES);
    new DataView(bytes.buffer).setUint32(0, zombie.status, true);
    if (m.writeUser(parent, address, bytes) !== STATUS_BYTES) return error(EFAULT);
  }
  if (flags & WNOWAIT) zombie.noted = true;
  else free(m, zombie);
  return BigInt(zombie.pid);
}

/** wait4(pid or -1, address or 0, flags). */
export function sysWait(m: Model, t: Process, { x }: Call): bigint | undefined {
  if (x[1] && !t.memory.contains(x[1], BigInt(STATUS_BYTES))) return error(EFAULT);
  const target = signed(x[0]);
  if (target !== -1n && (target <= 0n || target >= 1n << 31n)) return error(EINVAL);
  const children = m.all().filter(({ parent, pid, state, noted }) => {
    return state !== STATE.BUILDING && parent === t.pid && (target === -1n ? !noted : BigInt(pid) === target);
  });
  const dead = children.filter(({ state }) => state === STATE.ZOMBIE);
  if (dead.length > 0) {
    const chosen = dead.find(({ pid }) => BigInt(pid) === m.oracle.register(t.slot, 0)) ?? dead[0];
    return collect(m, t, chosen, Number(x[1]), Number(x[2] & U32_MAX));
  }
  if (children.length === 0) return error(ECHILD);
  if (x[2] & BigInt(WNOHANG | WNOWAIT)) return 0n;
  t.waitsFor = Number(target);
  t.waitStatus = Number(x[1]);
  t.state = STATE.WAITING_CHILD;
  return undefined;
}

/** exit(code). */
export function sysExit(m: Model, t: Process, { x }: Call): undefined {
  endProcess(m, t, Number(x[0] & 0xffn) << 8);
}
