// Queues of connections, linked through the connections themselves; each is in at most one:
//
//   a listener's half-open connections, oldest first · a listener's connections to be accepted · TIME-WAIT without a user,
//   oldest first

import { Tcb, tcbAt } from "./tcb";

/** Heads of a queue: u16 head, u16 tail, both index + 1. */
const timeWait: usize = memory.data(4, 4);
let timeWaitCount: u32 = 0;

function append(queue: usize, t: Tcb): void {
  const number = <u16>(t.index + 1);
  const tail = load<u16>(queue, 2);
  t.linkNext = 0;
  t.linkPrevious = tail;
  if (tail) tcbAt(<u32>tail - 1).linkNext = number;
  else store<u16>(queue, number);
  store<u16>(queue, number, 2);
}

function take(queue: usize, t: Tcb): void {
  if (t.linkPrevious) tcbAt(<u32>t.linkPrevious - 1).linkNext = t.linkNext;
  else store<u16>(queue, t.linkNext);
  if (t.linkNext) tcbAt(<u32>t.linkNext - 1).linkPrevious = t.linkPrevious;
  else store<u16>(queue, t.linkPrevious, 2);
  t.linkNext = t.linkPrevious = 0;
}

@inline
function first(queue: usize): Tcb | null {
  const number = load<u16>(queue);
  return number ? tcbAt(<u32>number - 1) : null;
}

@inline
function acceptQueue(listener: Tcb): usize {
  return changetype<usize>(listener) + offsetof<Tcb>("acceptHead");
}

@inline
function halfOpenQueue(listener: Tcb): usize {
  return changetype<usize>(listener) + offsetof<Tcb>("halfOpenHead");
}

export function startQueues(): void {
  store<u32>(timeWait, 0);
  timeWaitCount = 0;
}

export function addToTimeWait(t: Tcb): void {
  append(timeWait, t);
  timeWaitCount += 1;
}

export function takeFromTimeWait(t: Tcb): void {
  take(timeWait, t);
  timeWaitCount -= 1;
}

export function oldestTimeWait(): Tcb | null {
  return first(timeWait);
}

export function timeWaitConnections(): u32 {
  return timeWaitCount;
}

export function addToHalfOpen(listener: Tcb, t: Tcb): void {
  append(halfOpenQueue(listener), t);
  listener.halfOpenCount += 1;
}

export function takeFromHalfOpen(listener: Tcb, t: Tcb): void {
  take(halfOpenQueue(listener), t);
  listener.halfOpenCount -= 1;
}

export function oldestHalfOpen(listener: Tcb): Tcb | null {
  return first(halfOpenQueue(listener));
}

export function addToAccept(listener: Tcb, t: Tcb): void {
  append(acceptQueue(listener), t);
  listener.acceptCount += 1;
}

export function takeFromAccept(listener: Tcb, t: Tcb): void {
  take(acceptQueue(listener), t);
  listener.acceptCount -= 1;
}

export function firstToAccept(listener: Tcb): Tcb | null {
  return first(acceptQueue(listener));
}
