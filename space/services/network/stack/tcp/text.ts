// The peer's data and its end (RFC 9293, 3.10.7.4, steps 7 and 8). Data goes straight to its place in the receive buffer,
// whose blocks were there before the window promised them.

import { BYTES_COPIED, TCP_OUT_OF_ORDER, count, countMany } from "../counters";
import { EVENT_READABLE, EVENT_STATE, raiseEvent } from "../events";
import { abortConnection, enterTimeWait } from "./close";
import { delayAck } from "./deadlines";
import { FIN, isAfter, isBefore, laterOf } from "./format";
import { addInterval, joinIntervals } from "./intervals";
import { wantOutput } from "./output";
import { segment } from "./segment";
import {
  ACK_NOW,
  CLOSE_WAIT,
  CLOSING,
  DETACHED,
  ESTABLISHED,
  FIN_RECEIVED,
  FIN_WAIT_1,
  FIN_WAIT_2,
  READ_SHUT,
  TIME_WAIT,
  Tcb,
  canReceive,
} from "./tcb";

/** Cuts the segment to the window (its right end first, so that a FIN beyond the edge does not count). */
function trim(t: Tcb): void {
  const s = segment;
  const window = t.rcvEdge - s.seq;
  if (isAfter(s.seq + s.length, t.rcvEdge)) {
    s.length = <i32>window > 0 ? window : 0;
    s.flags &= ~FIN;
    t.set(ACK_NOW);
  }
  if (isBefore(s.seq, t.rcvNxt)) {
    const old = min(t.rcvNxt - s.seq, s.length);
    s.seq += old;
    s.data += old;
    s.length -= old;
    t.set(ACK_NOW);
  }
}

/** Takes data and FIN. */
export function textInput(t: Tcb): void {
  const s = segment;
  if (!s.length && !s.has(FIN)) return;
  if (!canReceive(t.state)) return lateInput(t);
  // Data for a user who has gone is lost, and the peer is told (RFC 9293, 3.6.1).
  if (s.length && t.is(DETACHED | READ_SHUT) && isAfter(s.seq + s.length, t.rcvNxt)) {
    if (t.is(DETACHED)) return abortConnection(t, 0);
  }
  trim(t);
  wantOutput(t);
  if (s.seq != t.rcvNxt) return outOfOrder(t);
  if (s.length) inOrder(t);
  if (s.has(FIN) && s.seq + s.length == t.rcvNxt && !t.is(FIN_RECEIVED)) finArrived(t);
}

function place(t: Tcb): void {
  const s = segment;
  t.receiveRing.write(s.seq - (t.irs + 1), s.data, s.length);
  countMany(BYTES_COPIED, s.length);
}

/** Data behind a hole: kept, and acknowledged at once so that the peer learns of the hole (RFC 5681, 4.2). */
function outOfOrder(t: Tcb): void {
  const s = segment;
  t.set(ACK_NOW);
  s.flags &= ~FIN; // it comes again when the hole is filled
  if (!isAfter(s.seq, t.rcvNxt) || !s.length) return;
  count(TCP_OUT_OF_ORDER);
  if (addInterval(t, s.seq, s.seq + s.length)) place(t);
}

/** Data at rcvNxt, and all that it joins up with. */
function inOrder(t: Tcb): void {
  const s = segment;
  place(t);
  const next = s.seq + s.length;
  t.unackedSegments += 1;
  if (t.intervals) {
    t.rcvNxt = joinIntervals(t, next);
    t.set(ACK_NOW);
  } else {
    t.rcvNxt = next;
    // Every second segment is acknowledged at once (RFC 9293 SHLD-19), any other within the delay.
    if (t.unackedSegments >= 2) t.set(ACK_NOW);
    else delayAck(t);
  }
  if (t.is(READ_SHUT)) t.receiveRing.release(t.rcvNxt - (t.irs + 1));
  raiseEvent(t.index, EVENT_READABLE);
}

/** The peer sends no more: what was kept for more of it is free, for the minutes that TIME-WAIT can last, too. */
function finArrived(t: Tcb): void {
  t.intervals = 0;
  t.receiveRing.cut(t.rcvNxt - (t.irs + 1));
  t.rcvNxt += 1;
  t.rcvEdge = laterOf(t.rcvEdge, t.rcvNxt); // with a closed window the FIN stood at the edge
  t.set(ACK_NOW | FIN_RECEIVED);
  if (t.state == ESTABLISHED) t.state = CLOSE_WAIT;
  else if (t.state == FIN_WAIT_1) t.state = CLOSING;
  else if (t.state == FIN_WAIT_2) enterTimeWait(t);
  raiseEvent(t.index, EVENT_READABLE | EVENT_STATE);
}

/** After the peer's FIN nothing can come but that FIN again. */
function lateInput(t: Tcb): void {
  t.set(ACK_NOW);
  wantOutput(t);
  if (t.state == TIME_WAIT && segment.has(FIN)) enterTimeWait(t);
}
