// The thread control block: the register frame that boot/vectors.S fills, then what message passing needs to know of a
// thread, then what the kernel keeps beside it. One a process; slot = pid & (MAX_PROCESSES - 1).
//
// A thread is in exactly one place: running, in a ready queue, queued on an endpoint, waiting at one, waiting for a
// reply, waiting for a child, or dead; `state` says which.
//
//   token (u64):  63                          8 7      0
//                | calls made by this slot     |  slot  |    a new one for each call, so an old one names nobody

import { MAX_PROCESSES } from "../../abi/limits";
import { THREAD_SIZE, THREAD_TABLE } from "./tables";
import { Endpoint } from "./endpoint";

export const STATE_FREE: u32 = 0; // the slot is unused
export const STATE_BUILDING: u32 = 1; // not started
export const STATE_READY: u32 = 2; // running or in a ready queue
export const STATE_SENDING: u32 = 3; // its call is queued on `endpoint`
export const STATE_RECEIVING: u32 = 4; // waits at `endpoint` (0: for notifications only)
export const STATE_AWAITING_REPLY: u32 = 5; // `server` holds its call
export const STATE_WAITING_CHILD: u32 = 6;
export const STATE_ZOMBIE: u32 = 7; // dead, its status not yet collected

export const FRAME_SYSCALL: u32 = 0;
export const FRAME_MESSAGE: u32 = 1;
export const FRAME_FULL: u32 = 2;

/** `completion` of a call with windows whose answer is an ordinary response; larger values are the kernel's. */
export const COMPLETION_NONE: u32 = 0;
export const COMPLETION_WINDOWS: u32 = 1;

export const TOKEN_STEP: u64 = 256;
export const TOKEN_SLOT_MASK: u32 = MAX_PROCESSES - 1;

export const ITEM_THREAD: u32 = 0; // a blocked caller
export const ITEM_ASYNC: u32 = 1; // a stored asynchronous message

/** What an endpoint's queue links: part of a blocked caller's thread, or the head of a stored message. */
@unmanaged
export class QueueItem {
  next: QueueItem | null;
  prev: QueueItem | null;
  kind: u32;
  pid: u32;
  info: u64;
  data: usize;
  reserved: u32;
}

@unmanaged
export class Thread {
  // The register frame: offsets 0 to 264 are boot/vectors.S's.
  x0: u64;
  x1: u64;
  x2: u64;
  x3: u64;
  x4: u64;
  x5: u64;
  x6: u64;
  x7: u64;
  x8: u64;
  x9: u64;
  x10: u64;
  x11: u64;
  x12: u64;
  x13: u64;
  x14: u64;
  x15: u64;
  x16: u64;
  x17: u64;
  x18: u64;
  x19: u64;
  x20: u64;
  x21: u64;
  x22: u64;
  x23: u64;
  x24: u64;
  x25: u64;
  x26: u64;
  x27: u64;
  x28: u64;
  x29: u64;
  x30: u64;
  sp: u64;
  pc: u64;
  pstate: u64;

  // Message passing.
  state: u32;
  frame: u32; // FRAME_…: what of the register frame holds
  priority: u32; // effective: base, or inherited from callers until the next receive
  basePriority: u32;
  token: u64; // of the call it makes, or of the last one
  server: Thread | null; // who holds its call; set exactly while it is STATE_AWAITING_REPLY
  endpoint: Endpoint | null; // where it is queued or waits
  qNext: QueueItem | null; // from here to qReserved: its QueueItem
  qPrev: QueueItem | null;
  qKind: u32;
  pid: u32;
  qInfo: u64;
  qData: usize;
  qReserved: u32;
  notified: u64; // sticky notification bits not yet received
  rights: usize; // its row of the rights table
  messagePage: usize; // its message page, as the kernel sees it
  maxMessagePriority: u32;
  completion: u32; // how a delegated call's response becomes the result (ipc_services/delegate.ts); 0: as a response
  completionArgument: u32;
  completionAddress: u32; // user address and bytes that the response's data goes to
  completionLength: u32;
  window0Address: u32; // memory that the holder of its call may reach
  window0Length: u32;
  window0Access: u32;
  window1Address: u32;
  window1Length: u32;
  window1Access: u32;
  waitsAny: u32; // 1 while it waits for any endpoint of its own
  owned: Endpoint | null; // one of its endpoints: a ring through nextOwned
  busy: u32; // how many of them have something queued
  endpointsLeft: u32; // what its quotas leave
  messagesLeft: u32;

  // Scheduling: kernel/sched.
  readyNext: Thread | null;
  readyPrev: Thread | null;
  timerNext: Thread | null;
  timerPrev: Thread | null;
  deadline: u64; // counter ticks; 0: no timeout runs
  translation: u64; // TTBR0_EL1: table and address-space id
  ownsFloatingPoint: u32; // 1 while the floating-point unit holds its registers
  process: usize; // kernel/process/process.ts
}

@inline export function threadAt(slot: u32): Thread {
  return changetype<Thread>(THREAD_TABLE + <usize>slot * THREAD_SIZE);
}

@inline export function slotOf(t: Thread): u32 {
  return <u32>((changetype<usize>(t) - THREAD_TABLE) / THREAD_SIZE);
}

/** The live thread with process id `pid`, or null: ids carry generations, so an old one finds nobody. */
export function threadOfPid(pid: u32): Thread | null {
  const t = threadAt(pid & TOKEN_SLOT_MASK);
  if (pid == 0 || t.pid != pid || t.state == STATE_FREE) return null;
  return t;
}

@inline export function itemOf(t: Thread): QueueItem {
  return changetype<QueueItem>(changetype<usize>(t) + offsetof<Thread>("qNext"));
}

/** The thread whose QueueItem this is; only for kind ITEM_THREAD. */
@inline export function threadOfItem(item: QueueItem): Thread {
  return changetype<Thread>(changetype<usize>(item) - offsetof<Thread>("qNext"));
}
