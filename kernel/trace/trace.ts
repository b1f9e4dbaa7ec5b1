// What is recorded and when. Events are read off a thread's state where it enters and leaves the kernel, so that nothing on
// the way of a message asks whether a trace runs: with the traced vectors every system call comes to tracedSystemCall(),
// without them none does. Interrupts, faults, starts and ends are rare enough to ask.

import { FLAG_ASYNC, FLAG_NOTIFICATION, Message, infoFlags, infoOp, infoPriority } from "../../abi/message";
import { PAGE_SHIFT } from "../../abi/limits";
import { SYS_EP_REPLY, SYS_EP_REPLY_RECV, SYS_EP_SEND, SYS_GETPID } from "../../abi/syscall";
import {
  TRACE_ASYNC,
  TRACE_END,
  TRACE_ENDPOINT_MASK,
  TRACE_ENDPOINT_SHIFT,
  TRACE_FAULT,
  TRACE_IDLE,
  TRACE_INTERRUPT,
  TRACE_LEFT_CALLING,
  TRACE_LEFT_DEAD,
  TRACE_LEFT_READY,
  TRACE_LEFT_RECEIVING,
  TRACE_LEFT_WAITING,
  TRACE_NOTIFICATION,
  TRACE_RECEIVE,
  TRACE_REPLY,
  TRACE_RETURN,
  TRACE_RUN,
  TRACE_SEND,
  TRACE_SLOT_SHIFT,
  TRACE_START,
  TRACE_SYSTEM_CALL,
} from "../../abi/trace";
import { callerOf } from "../../core/ipc/receive";
import {
  FRAME_MESSAGE,
  STATE_AWAITING_REPLY,
  STATE_READY,
  STATE_RECEIVING,
  STATE_SENDING,
  STATE_WAITING_CHILD,
  TOKEN_SLOT_MASK,
  Thread,
} from "../../core/ipc/thread";
import { nameAddress, processOf } from "../process/process";
import { dispatch } from "../process/syscall/dispatch";
import { thisCore } from "../sched/core";
import { leaveKernel } from "../sched/sched";
import { record, recordName } from "./ring";

/** Who runs, or ran last before the core went idle: then null. */
let running: Thread | null = null;

/** What kernelSyscall does, and events for all that comes of it. */
export function tracedSystemCall(t: Thread, number: u64): Thread {
  const pid = t.pid;
  const token = t.token;
  const endpoint = <u32>t.x0;
  const replies = number == <u64>SYS_EP_REPLY || number == <u64>SYS_EP_REPLY_RECV;
  const caller = replies ? callerOf(t, t.x6) : null;
  record(TRACE_SYSTEM_CALL, 0, pid, <u32>min(number, <u64>u32.MAX_VALUE));
  if (number == <u64>SYS_GETPID) t.x0 = t.pid;
  else dispatch(t, number);
  if (caller && caller.server != t) record(TRACE_REPLY, 0, pid, caller.pid);
  if (t.token != token && (t.state == STATE_SENDING || t.state == STATE_AWAITING_REPLY)) recordCall(t);
  else if (number == <u64>SYS_EP_SEND && t.x0 == 0) recordAsyncSend(t, endpoint);
  const next = leaveTraced(t);
  if (next == t) record(TRACE_RETURN, 0, pid, <u32>t.x0);
  return next;
}

/** What leaveKernel does, and events for who goes on with what. */
export function leaveTraced(t: Thread): Thread {
  const core = thisCore();
  if (t.state != STATE_READY && !core.next && !core.readyMask) traceIdle(t);
  const next = leaveKernel(t);
  traceResume(next);
  return next;
}

/** `t` has just made a call and is blocked in it. */
function recordCall(t: Thread): void {
  const ep = t.endpoint;
  record(TRACE_SEND, infoPriority(t.qInfo), t.pid, messageWord(t.pid, ep ? ep.id : 0, t.qInfo));
}

/** `t` has just sent the message that its registers describe. */
function recordAsyncSend(t: Thread, endpoint: u32): void {
  const priority = min(infoPriority(t.x5), t.maxMessagePriority);
  record(TRACE_SEND, priority | TRACE_ASYNC, t.pid, messageWord(t.pid, endpoint, t.x5));
}

function messageWord(sender: u32, epid: u32, info: u64): u32 {
  const endpoint = (epid & TRACE_ENDPOINT_MASK) << TRACE_ENDPOINT_SHIFT;
  return infoOp(info) | endpoint | ((sender & TOKEN_SLOT_MASK) << TRACE_SLOT_SHIFT);
}

/** `next` leaves the kernel: whether it runs anew, and what its system call brings it. */
export function traceResume(next: Thread): void {
  const last = running;
  if (next != last) {
    record(TRACE_RUN, last ? whyLeft(last) : 0, next.pid, last ? last.pid : 0);
    running = next;
  }
  if (next.frame != FRAME_MESSAGE) return;
  const flags = infoFlags(next.x5);
  if (flags & FLAG_NOTIFICATION) recordNotification(next, next.x1);
  else if (next.x7) recordReceive(next, flags);
}

/** Why `t` does not run any more. */
function whyLeft(t: Thread): u32 {
  switch (t.state) {
    case STATE_READY:
      return TRACE_LEFT_READY;
    case STATE_SENDING:
    case STATE_AWAITING_REPLY:
      return TRACE_LEFT_CALLING;
    case STATE_RECEIVING:
      return TRACE_LEFT_RECEIVING;
    case STATE_WAITING_CHILD:
      return TRACE_LEFT_WAITING;
    default:
      return TRACE_LEFT_DEAD;
  }
}

/** x7: the sender, and above it the endpoint. A response has none. */
function recordReceive(t: Thread, flags: u32): void {
  const detail = infoPriority(t.x5) | (flags & FLAG_ASYNC ? TRACE_ASYNC : 0);
  record(TRACE_RECEIVE, detail, t.pid, messageWord(<u32>t.x7, <u32>(t.x7 >> 32), t.x5));
}

function recordNotification(t: Thread, bits: u64): void {
  if (<u32>bits) record(TRACE_NOTIFICATION, 0, t.pid, <u32>bits);
  if (<u32>(bits >> 32)) record(TRACE_NOTIFICATION, 1, t.pid, <u32>(bits >> 32));
}

/** `t` cannot go on, and nobody is ready. */
function traceIdle(t: Thread): void {
  record(TRACE_IDLE, whyLeft(t), t.pid, 0);
  running = null;
}

export function traceInterrupt(id: u32): void {
  const current = running;
  record(TRACE_INTERRUPT, 0, current ? current.pid : 0, id);
}

/** An exception of `t` that is no system call; exceptionClass, address: ESR_EL1.EC and FAR_EL1. */
export function traceFault(t: Thread, exceptionClass: u32, address: u64): void {
  record(TRACE_FAULT, exceptionClass, t.pid, <u32>(address >> PAGE_SHIFT));
}

/** `t` is about to run for the first time. */
export function traceStart(t: Thread): void {
  const p = processOf(t);
  const name = nameAddress(p);
  recordName(t.pid, p.nameLength, load<u64>(name), load<u64>(name, 8));
  record(TRACE_START, 0, t.pid, p.parent);
}

export function traceEnd(t: Thread, status: u32): void {
  record(TRACE_END, 0, t.pid, status);
}
