// Calls that cannot be answered yet. A waiter remembers what was asked; when something happens to its socket it is tried
// again from the start, having changed nothing but, for a send, the bytes that are queued already. On a socket waiters stand in
// a row, first come first served.

import { MAX_PROCESSES } from "../../../../abi/limits";
import { now_us } from "../stack/clock";
import { FIRST_SYSTEM_TIMER } from "../stack/layout";
import { NEVER, timerSet } from "../stack/timers";
import { Socket, socketAt } from "./socket";
import { MAX_WAITERS, WAITER_SIZE, WAITER_TABLE } from "./tables";

export const WAITER_TIMER: u32 = FIRST_SYSTEM_TIMER + 2;
const INLINE: u32 = 64;

@unmanaged
export class Waiter {
  token: u64; // 0: free
  deadline_us: u64; // NEVER: waits for ever
  operation: u32; // NET_…
  length: u32;
  flags: u32; // MESSAGE_…
  done: u32; // bytes of a send that are queued
  pid: u32;
  socket: u16; // number + 1; 0: none, a NET_WAIT
  next: u16; // on the same socket, index
  isInline: u32; // a send's bytes are in the waiter, not in the caller's window 0

  /** Room for a send's bytes that came in the message: MAX_INLINE_WRITE. */
  @inline
  get data(): usize {
    return changetype<usize>(this) + INLINE;
  }

  @inline
  get index(): u32 {
    return <u32>(changetype<usize>(this) - WAITER_TABLE) / WAITER_SIZE;
  }
}

@inline
export function waiterAt(index: u32): Waiter {
  return changetype<Waiter>(WAITER_TABLE + <usize>index * WAITER_SIZE);
}

/** The waiter of the request in hand: number 0 is nobody's. It becomes a real one by keepWaiter. */
@inline
export function currentWaiter(): Waiter {
  return waiterAt(0);
}

/** The place of a caller: its process slot is in its token, and it has one call at a time. */
@inline
function placeOf(token: u64): Waiter {
  return waiterAt(((<u32>token) & (MAX_PROCESSES - 1)) + 1);
}

/** Keeps the current waiter. socket null: it waits for whatever its process watches. timeout_ms 0: for ever. */
export function keepWaiter(socket: Socket | null, deadline_us: u64): void {
  const current = currentWaiter();
  const waiter = placeOf(current.token);
  if (waiter.token) forget(waiter);
  memory.copy(changetype<usize>(waiter), changetype<usize>(current), WAITER_SIZE);
  waiter.deadline_us = deadline_us;
  waiter.next = 0;
  waiter.socket = socket ? <u16>(socket.number + 1) : 0;
  if (socket) appendTo(socket, waiter);
  if (deadline_us != NEVER) timerSet(WAITER_TIMER, earliest());
}

function appendTo(socket: Socket, waiter: Waiter): void {
  if (!socket.firstWaiter) {
    socket.firstWaiter = <u16>waiter.index;
    return;
  }
  let last = waiterAt(<u32>socket.firstWaiter);
  while (last.next) last = waiterAt(<u32>last.next);
  last.next = <u16>waiter.index;
}

/** Takes a waiter out. */
export function forget(waiter: Waiter): void {
  waiter.token = 0;
  if (!waiter.socket) return;
  const socket = socketAt(<u32>waiter.socket - 1);
  const index = <u16>waiter.index;
  if (socket.firstWaiter == index) {
    socket.firstWaiter = waiter.next;
    return;
  }
  for (let at = socket.firstWaiter; at; at = waiterAt(<u32>at).next) {
    if (waiterAt(<u32>at).next != index) continue;
    waiterAt(<u32>at).next = waiter.next;
    return;
  }
}

/** The caller of `token`, and of all its earlier calls, is gone. */
export function cancelWaiter(token: u64): void {
  const waiter = placeOf(token);
  if (waiter.token && waiter.token <= token) forget(waiter);
}

/** The call of process `pid` that waits for what it watches, or null. */
export function waitOf(pid: u32): Waiter | null {
  const waiter = waiterAt((pid & (MAX_PROCESSES - 1)) + 1);
  return waiter.token && !waiter.socket && waiter.pid == pid ? waiter : null;
}

export function waitersInUse(): u32 {
  let used: u32 = 0;
  for (let index: u32 = 1; index <= MAX_WAITERS; index++) used += u32(waiterAt(index).token != 0);
  return used;
}

function earliest(): u64 {
  let first = NEVER;
  for (let index: u32 = 1; index <= MAX_WAITERS; index++) {
    const waiter = waiterAt(index);
    if (waiter.token && waiter.deadline_us < first) first = waiter.deadline_us;
  }
  return first;
}

/** A waiter whose time is over, taken out; null: none. Its token stays readable until the place is taken again. */
export function takeOverdue(): Waiter | null {
  for (let index: u32 = 1; index <= MAX_WAITERS; index++) {
    const waiter = waiterAt(index);
    if (waiter.token && waiter.deadline_us <= now_us) return waiter;
  }
  timerSet(WAITER_TIMER, earliest());
  return null;
}
