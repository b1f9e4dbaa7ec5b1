// How connections end: TIME-WAIT, and CLOSED, with or without a user who still has the connection in his hand.

import { now_us } from "../clock";
import { EVENT_READABLE, EVENT_STATE, EVENT_WRITABLE, raiseEvent } from "../events";
import { setOther, stopRetransmit } from "./deadlines";
import { addToTimeWait, firstToAccept, oldestHalfOpen, takeFromAccept, takeFromHalfOpen } from "./queues";
import { sendReset } from "./reset";
import { releaseConnection, tcbFree } from "./table";
import { CLOSED, DETACHED, LISTEN, SYN_RECEIVED, SYN_SENT, TIME_WAIT, Tcb, tcbAt } from "./tcb";

export const MSL_US: u64 = 30_000_000;

/**
 * Enters TIME-WAIT, or begins it again: 2 MSL (RFC 9293 MUST-13). In the queue, from which new connections take the oldest,
 * are only those that no user has in his hand.
 */
export function enterTimeWait(t: Tcb): void {
  if (t.state != TIME_WAIT) {
    t.state = TIME_WAIT;
    if (t.is(DETACHED)) addToTimeWait(t);
    stopRetransmit(t);
    raiseEvent(t.index, EVENT_STATE);
  }
  setOther(t, now_us + 2 * MSL_US);
}

/** Takes a connection from its listener's queues. Only one that the user has not accepted has a listener. */
export function leaveListener(t: Tcb): void {
  if (!t.parent) return;
  const listener = tcbAt(<u32>t.parent - 1);
  if (t.state == SYN_RECEIVED) takeFromHalfOpen(listener, t);
  else takeFromAccept(listener, t);
  t.parent = 0;
}

/** The connection is no more; error: what its user is told, 0 after an orderly end. */
export function closeConnection(t: Tcb, error: i32): void {
  const wasUnaccepted = t.parent != 0;
  if (t.is(DETACHED) || wasUnaccepted) {
    leaveListener(t);
    return tcbFree(t);
  }
  // What the peer sent before a reset is lost with it; after an orderly end the user may still read.
  releaseConnection(t);
  if (error) t.receiveRing.reset(t.receiveRing.head);
  t.state = CLOSED;
  t.error = error;
  raiseEvent(t.index, EVENT_STATE | EVENT_READABLE | EVENT_WRITABLE);
}

/** Ends the connection at once and tells the peer (RFC 9293, 3.10.5). */
export function abortConnection(t: Tcb, error: i32): void {
  if (t.state == LISTEN) closeListener(t);
  else if (t.state != CLOSED && t.state != SYN_SENT && t.state != TIME_WAIT) sendReset(t);
  closeConnection(t, error);
}

/** The listener's connections that nobody has accepted are aborted. */
function closeListener(listener: Tcb): void {
  for (let t = oldestHalfOpen(listener); t; t = oldestHalfOpen(listener)) abortConnection(t, 0);
  for (let t = firstToAccept(listener); t; t = firstToAccept(listener)) abortConnection(t, 0);
}
