// The kernel's module: what assembly calls (boot/kernel.c names each) and the boot phases.

import { EPID_ANY, FIRST_DYNAMIC_ENDPOINT } from "../abi/endpoints";
import { infoLength } from "../abi/message";
import { SYS_GETPID } from "../abi/syscall";
import { Thread, threadOfPid } from "../core/ipc/thread";
import {
  endpointNamed,
  fastCall,
  mayReplyFast,
  mayWaitAt,
  replyFast,
  waitAt,
  waitAtAny,
} from "../core/ipc/fastpath";
import { messageData, release } from "../core/ipc/transfer";
import { completesFast } from "../ipc_services/delegate";
import { initializeServices, serviceName } from "../ipc_services/endpoints";
import { hasArgument } from "./boot/arguments";
import { readDeviceTree, treeBytes } from "./boot/dtb";
import {
  bankCount,
  bootArguments,
  bootArgumentsSize,
  gicCpuInterface,
  gicDistributor,
  ignoredBytes,
  initrdEnd,
  initrdStart,
  timerInterruptId,
  uartBase,
} from "./boot/machine";
import { hostIsListening } from "./hal/host";
import { counter, entryCounter } from "./hal/hw";
import { initializeGic } from "./hal/gic";
import { initializeUart } from "./hal/uart";
import { setTranslation } from "./hal/hw";
import { handleInterrupts, initializeInterrupts } from "./irq/irq";
import { LOG_INFO, LOG_WARN, beginLine, endLine, logLine, put, putBytes, putNumber } from "./log/log";
import { PANIC_STATUS, fatal, panic, powerOff } from "./log/panic";
import { completeKernelMap, findFreeMemory, isMappedMemory } from "./memory/kernel_map";
import { framesTotal } from "./memory/frames";
import { createInitrdObject, grantObject, mayGrantObject } from "./memory/objects";
import { userFault } from "./process/crash";
import { completeDelegated } from "./process/completion";
import { selectFloatingPoint } from "./process/fpu";
import { nameAddress, processOf } from "./process/process";
import { startInit } from "./process/start_init";
import { dispatch } from "./process/syscall/dispatch";
import { noteFirstUser, readRealTimeClock } from "./process/syscall/system";
import { KEY_BYTES, seedBytes } from "./random/pool";
import { thisCore } from "./sched/core";
import {
  leaveKernel,
  schedHandOff as handOff,
  schedMakeReady as makeReady,
  schedRequeue as requeue,
  scheduleFirst,
} from "./sched/sched";
import { schedStartTimeout as startTimeout, schedStopTimeout as stopTimeout } from "./sched/timer";
import { startTrace } from "./trace/dump";
import { tracing } from "./trace/ring";
import { leaveTraced, traceFault, traceResume, tracedSystemCall } from "./trace/trace";

const EXCEPTION_CLASS_SHIFT: u32 = 26; // of ESR_EL1

/** Bit of kernelFastReplyRecv's result; threads lie at multiples of their size. */
const DELEGATED: usize = 1;

/** Boot. deviceTree: its physical address. → the first thread. */
export function kernelMain(deviceTree: u64): Thread {
  const tree = <usize>deviceTree;
  const treeSize = treeBytes(tree);
  const readable = treeSize != 0 && readDeviceTree(tree);
  findFreeMemory(tree, treeSize);
  if (!readable || !bankCount || !completeKernelMap())
    fatal("the device tree cannot be read or names no memory");
  initializeUart(uartBase);
  readRealTimeClock();
  if (hasArgument("semihosting")) hostIsListening();
  initializeGic(gicDistributor, gicCpuInterface);
  initializeInterrupts(timerInterruptId);
  greet();
  startTrace();
  initializeServices();
  const initrdBytes = <u32>(initrdEnd - initrdStart);
  if (!initrdBytes) fatal("there is no boot archive: give the image an initrd");
  if (!isMappedMemory(initrdStart, initrdEnd)) fatal("the device tree puts the boot archive outside memory");
  createInitrdObject(initrdStart, initrdBytes);
  const wrong = startInit(initrdStart, initrdBytes, bootArguments, bootArgumentsSize);
  if (wrong) fatal(wrong);
  noteFirstUser(counter() - entryCounter());
  const first = scheduleFirst();
  if (tracing) traceResume(first);
  return first;
}

function greet(): void {
  beginLine(LOG_INFO);
  put("kernel: HNX, ");
  putNumber(framesTotal() >> 8);
  put(" MiB free");
  endLine();
  if (seedBytes < KEY_BYTES)
    logLine(LOG_WARN, "kernel: no rng-seed from the boot loader: random numbers can be foretold");
  if (!ignoredBytes) return;
  beginLine(LOG_WARN);
  put("kernel: ");
  putNumber(ignoredBytes >> 20);
  put(" MiB of memory above 4 GiB are not used");
  endLine();
}

export function kernelSyscall(t: Thread, number: u64): Thread {
  if (number == <u64>SYS_GETPID) {
    t.x0 = t.pid; // neither blocks nor wakes anybody: there is nothing to leave the kernel for
    return t;
  }
  dispatch(t, number);
  return leaveKernel(t);
}

export function kernelSyscallTraced(t: Thread, number: u64): Thread {
  return tracedSystemCall(t, number);
}

export function kernelFault(t: Thread, syndrome: u64, address: u64): Thread {
  if (tracing) traceFault(t, (<u32>syndrome) >> EXCEPTION_CLASS_SHIFT, address);
  userFault(t, <u32>syndrome, address);
  return tracing ? leaveTraced(t) : leaveKernel(t);
}

export function kernelInterrupt(t: Thread): Thread {
  handleInterrupts();
  return tracing ? leaveTraced(t) : leaveKernel(t);
}

export function kernelFastCall(t: Thread, epid: u64, info: u64): usize {
  const r = fastCall(t, epid, info);
  return r ? runInstead(r) : 0;
}

/**
 * → the caller; with bit 0 set where its call is delegated: nothing has been done yet, kernelCompleteReply() is to. 0: declined,
 * also an ordinary reply by a thread that then waits at any of its endpoints.
 */
export function kernelFastReplyRecv(t: Thread, epid: u64, info: u64, token: u64): usize {
  const c = mayReplyFast(t, info, token, thisCore().readyMask);
  if (!c) return 0;
  const ep = endpointNamed(epid);
  const waitsThere = mayWaitAt(t, ep, epid);
  if (c.completion) {
    if (!waitsThere && (epid != <u64>EPID_ANY || !t.owned)) return 0;
    return completesFast(c.completion) ? changetype<usize>(c) | DELEGATED : 0;
  }
  if (!waitsThere) return 0;
  replyFast(t, c, ep, info);
  return runInstead(c);
}

/** The answer to a delegated call, whole in `t`'s page: it becomes the caller's result. → the caller. */
export function kernelCompleteReply(t: Thread, c: Thread, epid: u64, info: u64, value: i64): usize {
  release(c);
  completeDelegated(c, <i32>info, value, infoLength(info), 0, messageData(t));
  if (epid == <u64>EPID_ANY) waitAtAny(t);
  else waitAt(t, endpointNamed(epid));
  return runInstead(c);
}

@inline function runInstead(t: Thread): usize {
  const core = thisCore();
  core.current = t;
  setTranslation(t.translation);
  selectFloatingPoint(core, t);
  return changetype<usize>(t);
}

export function kernelPanic(frame: usize, syndrome: u64, address: u64): void {
  panic(frame, syndrome, address);
}

export function kernelDie(): void {
  powerOff(PANIC_STATUS);
}

// What core/ipc and ipc_services import.
export function schedMakeReady(t: Thread): void {
  makeReady(t);
}
export function schedHandOff(t: Thread): void {
  handOff(t);
}
export function schedRequeue(t: Thread, priority: u32): void {
  requeue(t, priority);
}
export function objectMayGrant(t: Thread, id: u32, rights: u32): i32 {
  return mayGrantObject(t, id, rights);
}
export function objectGrant(to: Thread, id: u32, rights: u32): void {
  grantObject(to, id, rights);
}
export function schedStartTimeout(t: Thread, timeout_ns: u64): void {
  startTimeout(t, timeout_ns);
}
export function schedStopTimeout(t: Thread): void {
  stopTimeout(t);
}
export function delegateComplete(
  t: Thread,
  code: i32,
  value: i64,
  length: u32,
  flags: u32,
  data: usize,
): void {
  completeDelegated(t, code, value, length, flags, data);
}
/** A service of the machine's own is called as its process is. */
function putServiceName(epid: u32, pid: u32): void {
  const name = serviceName(epid);
  if (name.length) {
    put(name);
    return;
  }
  const t = threadOfPid(pid);
  if (t) putBytes(nameAddress(processOf(t)), processOf(t).nameLength);
}
/** Only well-known services are announced: a program's own endpoints are its own affair. */
export function announceService(epid: u32, pid: u32): void {
  if (epid >= FIRST_DYNAMIC_ENDPOINT) return;
  beginLine(LOG_INFO);
  putServiceName(epid, pid);
  put(": receiving on endpoint ");
  putNumber(epid);
  put(" (pid ");
  putNumber(pid);
  put(")");
  endLine();
}
export function reportText(text: string): void {
  beginLine(LOG_INFO);
  put("ipc_services: ");
  put(text);
  endLine();
}
export function reportEndpoint(epid: u32, name: string): void {
  beginLine(LOG_INFO);
  put("ipc_services: created endpoint ");
  putNumber(epid);
  put(" for ");
  put(name);
  endLine();
}
