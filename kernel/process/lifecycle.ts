// The life of a process: a slot taken, an exit or a kill, a zombie, a parent's wait. Everything it had goes back at its
// death; only slot, id and status stay until the parent has collected them.

import { ECHILD, EFAULT } from "../../abi/errno";
import { DEVICE_VIRTIO } from "../../abi/construct";
import {
  EPID_VFS,
  FIRST_DYNAMIC_ENDPOINT,
  NOTIFY_CHILD,
  PRIORITY_HIGH,
  PRIVILEGE_DMA,
  RIGHT_SEND,
} from "../../abi/endpoints";
import {
  DEFAULT_ENDPOINTS,
  DEFAULT_MESSAGES,
  DEFAULT_OBJECTS,
  DEFAULT_OBJECT_PAGES,
  DIRECTORY_FD,
  MAX_ENDPOINTS,
  MAX_PROCESSES,
  PAGE_SHIFT,
} from "../../abi/limits";
import { MESSAGE_DATA } from "../../abi/message";
import { MESSAGE_PAGE, PROT_READ, PROT_WRITE } from "../../abi/program";
import { WNOHANG, WNOWAIT } from "../../abi/wait";
import { threadDied } from "../../core/ipc/cancel";

import { notify } from "../../core/ipc/receive";
import { rightsRow } from "../../core/ipc/rights";
import {
  ITEM_THREAD,
  STATE_BUILDING,
  STATE_FREE,
  STATE_READY,
  STATE_SENDING,
  STATE_WAITING_CHILD,
  STATE_ZOMBIE,
  Thread,
  threadAt,
  threadOfPid,
} from "../../core/ipc/thread";
import { THREAD_SIZE } from "../../core/ipc/tables";
import { wakeWith } from "../../core/ipc/transfer";
import { COMPLETE_CLOSE, COMPLETE_OPEN, COMPLETE_PIPE } from "../../ipc_services/delegate";
import { counter, flushAddressSpace } from "../hal/hw";
import { resetVirtio } from "../hal/virtio";
import { releaseInterrupts } from "../irq/irq";
import { logReader, setLogReader } from "../log/log";
import { fatal } from "../log/panic";
import { mapFrame, regionObject } from "../memory/address_space";
import { allocateFrame, freeFrame } from "../memory/frames";
import { physicalOf } from "../memory/kernel_map";
import { PROCESS_SIZE, PROCESS_TABLE } from "../memory/layout";
import { closeObjectsOf, unmapObject } from "../memory/objects";
import { PTE_OWNED, freeTables, pageAttributes } from "../memory/page_table";
import { copyToUser } from "../memory/user_copy";
import { leaveAddressSpace, schedRemove } from "../sched/sched";
import { tracing } from "../trace/ring";
import { traceEnd } from "../trace/trace";
import { dropFloatingPoint } from "./fpu";
import { freeKeptMemory, leaveMemory } from "./heritage";
import {
  closeDescriptors,
  drainHandle,
  handleOfDescriptor,
  installDescriptor,
  releaseHandle,
  releaseUnheard,
} from "./handles";
import { releasePipe } from "./pipe";
import {
  LAST_SLOT,
  Process,
  addressSpaceId,
  createdAddress,
  deviceAddress,
  level1Of,
  processAt,
  processOf,
} from "./process";

const INIT_PID: u32 = 1;
const DEFAULT_PRIORITY: u32 = 8;
const INHERITED_DESCRIPTORS: u32 = 3;
const GENERATION_LIMIT: u32 = 0x4000_0000; // keeps ids positive as results

let nextSlot: u32 = 1;

/** Takes a slot for a process to be built by `builder` as a child of `parent`. → its thread, or null: none free, or no frame. */
export function createProcess(builder: u32, parent: u32): Thread | null {
  for (let tries: u32 = 0; tries < LAST_SLOT; tries++) {
    const slot = nextSlot;
    nextSlot = slot == LAST_SLOT ? 1 : slot + 1;
    const t = threadAt(slot);
    if (t.state == STATE_FREE) return prepare(t, slot, builder, parent);
  }
  return null;
}

function prepare(t: Thread, slot: u32, builder: u32, parent: u32): Thread | null {
  const page = allocateFrame();
  if (!page) return null;
  const lastPid = t.pid;
  const lastToken = t.token;
  memory.fill(changetype<usize>(t), 0, THREAD_SIZE);
  // Both go on counting, also when there is no memory below: ids and tokens of the slot's last process stay dead.
  t.pid = lastPid;
  t.token = lastToken || slot;
  memory.fill(PROCESS_TABLE + <usize>slot * PROCESS_SIZE, 0, PROCESS_SIZE);
  memory.fill(rightsRow(slot), 0, MAX_ENDPOINTS);
  const p = processAt(slot);
  if (!mapFrame(p, MESSAGE_PAGE >> PAGE_SHIFT, page, pageAttributes(PROT_READ | PROT_WRITE) | PTE_OWNED)) {
    freeFrame(page);
    freeTables(level1Of(p));
    return null;
  }
  t.pid = lastPid && lastPid < GENERATION_LIMIT ? lastPid + MAX_PROCESSES : slot;
  t.state = STATE_BUILDING;
  t.process = changetype<usize>(p);
  t.translation = physicalOf(level1Of(p)) | ((<u64>slot) << 48);
  t.rights = rightsRow(slot);
  t.messagePage = page;
  t.qKind = ITEM_THREAD;
  t.qData = page + MESSAGE_DATA;
  t.basePriority = DEFAULT_PRIORITY;
  t.priority = DEFAULT_PRIORITY;
  t.maxMessagePriority = PRIORITY_HIGH;
  for (let epid = EPID_VFS; epid < FIRST_DYNAMIC_ENDPOINT; epid++) store<u8>(t.rights + epid, <u8>RIGHT_SEND);
  t.endpointsLeft = DEFAULT_ENDPOINTS;
  t.messagesLeft = DEFAULT_MESSAGES;
  p.objectsLimit = DEFAULT_OBJECTS;
  p.objectPagesLimit = DEFAULT_OBJECT_PAGES;
  p.builder = builder;
  p.parent = parent;
  p.firstToken = t.token;
  store<u64>(createdAddress(p), counter());
  return t;
}

/** The new process `p` names what `from` names on descriptors 0–2, and begins in the same directory. */
export function inheritDescriptors(p: Process, from: Process): void {
  for (let fd: u32 = 0; fd < INHERITED_DESCRIPTORS; fd++) inheritDescriptor(p, from, fd);
  inheritDescriptor(p, from, DIRECTORY_FD);
}

function inheritDescriptor(p: Process, from: Process, fd: u32): void {
  const index = handleOfDescriptor(from, fd);
  if (index >= 0) installDescriptor(p, fd, index);
}

/** Ends `t` for good: everything it had is given back. status: abi/wait.ts. */
export function endProcess(t: Thread, status: u32): void {
  const p = processOf(t);
  if (tracing) traceEnd(t, status);
  if (t.state == STATE_READY) schedRemove(t);
  settleCompletion(t);
  threadDied(t);
  releaseUnheard();
  endBuildsOf(t.pid);
  closeDescriptors(p);
  releaseInterrupts(t.pid);
  if (logReader() == t.pid) setLogReader(0);
  dropFloatingPoint(t);
  leaveAddressSpace(t);
  stopDevices(p);
  leaveMemory(p, t.state != STATE_BUILDING);
  for (let i: u32 = 0; i < p.regions; i++) {
    const object = regionObject(p, i);
    if (object) unmapObject(object);
  }
  closeObjectsOf(t);
  flushAddressSpace(addressSpaceId(t));
  adoptChildren(t.pid);
  p.status = status;
  if (t.pid == INIT_PID) fatal("init has ended: nobody is left to start or reap anything");
  tellParent(t, p);
}

/** A dead driver's devices write to memory no more: its frames are about to be somebody else's. */
function stopDevices(p: Process): void {
  if (!(p.privileges & PRIVILEGE_DMA)) return;
  for (let i: u32 = 0; i < p.devices; i++) {
    const device = load<u32>(deviceAddress(p, i));
    if (device >> 16 == DEVICE_VIRTIO) resetVirtio(device & 0xffff);
  }
}

/** A delegated open, pipe or close under way dies with its caller. */
function settleCompletion(t: Thread): void {
  const blocked = t.server != null || t.state == STATE_SENDING;
  if (!blocked) return;
  if (t.completion == COMPLETE_OPEN) releaseHandle(t.completionArgument);
  else if (t.completion == COMPLETE_PIPE) releasePipe(t.completionArgument);
  else if (t.completion == COMPLETE_CLOSE) {
    // A close that its service has not received yet must still reach it.
    if (t.state == STATE_SENDING) drainHandle(t.completionArgument);
    else releaseHandle(t.completionArgument);
  }
  t.completion = 0;
}

function endBuildsOf(pid: u32): void {
  for (let slot: u32 = 1; slot < MAX_PROCESSES; slot++) {
    const t = threadAt(slot);
    if (t.state == STATE_BUILDING && processOf(t).builder == pid) endProcess(t, 0);
  }
}

/** Children of a dead process become init's; zombies among them are told to it. */
function adoptChildren(pid: u32): void {
  for (let slot: u32 = 1; slot < MAX_PROCESSES; slot++) {
    const t = threadAt(slot);
    if (t.state == STATE_FREE || processOf(t).parent != pid) continue;
    processOf(t).parent = INIT_PID;
    processOf(t).noted = 0; // init does not know of it yet
    if (t.state == STATE_ZOMBIE) tellParent(t, processOf(t));
  }
}

function tellParent(t: Thread, p: Process): void {
  const parent = threadOfPid(p.parent);
  if (t.state == STATE_BUILDING || !parent || parent.state == STATE_ZOMBIE || parent == t) {
    releaseSlot(t);
    return;
  }
  t.state = STATE_ZOMBIE;
  const waiter = processOf(parent);
  if (parent.state == STATE_WAITING_CHILD && (waiter.waitsFor == -1 || <u32>waiter.waitsFor == t.pid)) {
    wakeWith(parent, collect(waiter, t, waiter.waitStatus, 0));
  } else {
    notify(parent, NOTIFY_CHILD);
  }
}

/** Nobody waits for the dead `t` any more. */
function releaseSlot(t: Thread): void {
  freeKeptMemory(processOf(t));
  t.state = STATE_FREE;
}

/** Stores a zombie's status for its parent and, but for WNOWAIT, frees the slot. → pid or -EFAULT (then nothing is collected). */
function collect(parent: Process, zombie: Thread, statusAddress: u32, flags: u32): i64 {
  const pid = zombie.pid;
  if (statusAddress) {
    const at = changetype<usize>(processOf(zombie)) + offsetof<Process>("status");
    if (copyToUser(parent, statusAddress, at, 4) != 4) return -EFAULT;
  }
  if (flags & WNOWAIT) processOf(zombie).noted = 1;
  else releaseSlot(zombie);
  return pid;
}

/** wait4. → pid, 0 (WNOHANG or WNOWAIT, none is dead), -ECHILD, -EFAULT; or blocked, `t` being STATE_WAITING_CHILD. */
export function waitForChild(t: Thread, target: i32, statusAddress: u32, flags: u32): i64 {
  let any = false;
  for (let slot: u32 = 1; slot < MAX_PROCESSES; slot++) {
    const child = threadAt(slot);
    if (child.state == STATE_FREE || child.state == STATE_BUILDING || processOf(child).parent != t.pid)
      continue;
    if (target != -1 && <u32>target != child.pid) continue;
    if (target == -1 && processOf(child).noted) continue;
    any = true;
    if (child.state == STATE_ZOMBIE) return collect(processOf(t), child, statusAddress, flags);
  }
  if (!any) return -ECHILD;
  if (flags & (WNOHANG | WNOWAIT)) return 0;
  const p = processOf(t);
  p.waitsFor = target;
  p.waitStatus = statusAddress;
  t.state = STATE_WAITING_CHILD;
  return 0;
}

/** How many slots are in use. */
export function processesInUse(): u32 {
  let n: u32 = 0;
  for (let slot: u32 = 1; slot < MAX_PROCESSES; slot++) if (threadAt(slot).state != STATE_FREE) n++;
  return n;
}
