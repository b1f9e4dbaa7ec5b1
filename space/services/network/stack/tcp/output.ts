// What a connection sends and when (RFC 9293, 3.8.6 and 3.10). tcpOutput sends all that windows, Nagle's algorithm and the
// sender's side of silly-window avoidance let through. It runs from the output queue, once for a batch of input: so one
// acknowledgment answers what came together.

import { now_us } from "../clock";
import { TCP_RETRANSMITTED, count } from "../counters";
import { MAX_CONNECTIONS, OUTPUT_QUEUE } from "../layout";
import { limitedTransmit, restartAfterIdle } from "./congestion";
import { startPersist, startRetransmit } from "./deadlines";
import { ACK, FIN, PSH, SYN, isAfter, isBefore } from "./format";
import { startTiming, stopTiming } from "./rtt";
import { sendSegment } from "./send_segment";
import {
  ACK_NOW,
  FIN_QUEUED,
  IN_USE,
  NO_DELAY,
  PERSIST,
  SYN_RECEIVED,
  SYN_SENT,
  TIME_WAIT,
  Tcb,
  tcbAt,
} from "./tcb";

const QUEUE_MASK: u32 = MAX_CONNECTIONS - 1;

let head: u32 = 0;
let tail: u32 = 0;

export function startOutput(): void {
  head = tail = 0;
}

/** Lets tcpOutput run for the connection when input is done. */
export function wantOutput(t: Tcb): void {
  if (t.queued) return;
  t.queued = 1;
  store<u16>(OUTPUT_QUEUE + ((tail & QUEUE_MASK) << 1), <u16>t.index);
  tail += 1;
}

/** Whether a connection wants output. */
@inline
export function hasOutput(): bool {
  return head != tail;
}

/** Runs tcpOutput for all that want it. What finds no packet stays queued until packets are free again. */
export function flushOutput(): void {
  let left = tail - head;
  while (left) {
    left -= 1;
    const t = tcbAt(<u32>load<u16>(OUTPUT_QUEUE + ((head & QUEUE_MASK) << 1)));
    head += 1;
    t.queued = 0;
    if (!t.is(IN_USE) || tcpOutput(t)) continue;
    wantOutput(t);
    return;
  }
}

/** Whether a segment of `length` bytes, less than a full one, may go (RFC 9293, 3.7.4 and 3.8.6.2.1). */
@inline
function mayGoSmall(t: Tcb, length: u32, isLast: bool): bool {
  if (isBefore(t.sndNxt, t.sndMax)) return true; // sent before
  if (isLast && (t.is(NO_DELAY) || t.sndNxt == t.sndUna)) return true;
  return length >= t.sndWndMax >> 1;
}

/** Sends the SYN, or SYN and ACK. → false: no packet */
function sendSyn(t: Tcb): bool {
  const flags = t.state == SYN_SENT ? SYN : SYN | ACK;
  if (!sendSegment(t, t.iss, 0, flags)) return false;
  t.sndNxt = t.iss + 1;
  if (t.sndMax == t.iss) {
    t.sndMax = t.sndNxt;
    startTiming(t, t.sndNxt);
  } else {
    stopTiming(t);
    count(TCP_RETRANSMITTED);
  }
  startRetransmit(t);
  return true;
}

/** Sends what may be sent. → false: packets ran out */
export function tcpOutput(t: Tcb): bool {
  if (t.state == SYN_SENT || t.state == SYN_RECEIVED) {
    if (t.sndNxt == t.iss) return sendSyn(t);
  } else if (t.state > SYN_RECEIVED && t.state < TIME_WAIT && !sendData(t)) {
    return false;
  }
  return !t.is(ACK_NOW) || t.state < SYN_RECEIVED || sendSegment(t, t.sndNxt, 0, ACK);
}

function sendData(t: Tcb): bool {
  if (t.sndNxt == t.sndUna && t.sndNxt == t.sndMax && t.sndEnd != t.sndNxt) restartAfterIdle(t);
  for (;;) {
    const waiting = <i32>(t.sndEnd - t.sndNxt);
    if (waiting < 0) break; // the FIN is out
    const window = min(t.sndWnd, t.cwnd + limitedTransmit(t));
    const room = <i32>(t.sndUna + window - t.sndNxt);
    if (room < 0) break;
    const length = min(min(<u32>waiting, <u32>room), t.mss);
    const isLast = length == <u32>waiting;
    const withFin = isLast && t.is(FIN_QUEUED);
    if (!withFin && (length == 0 || (length < t.mss && !mayGoSmall(t, length, isLast)))) break;
    if (!sendPart(t, length, isLast, withFin)) return false;
  }
  if (t.sndUna == t.sndMax && <i32>(t.sndEnd - t.sndNxt) > 0 && !t.retransmit_us) startPersist(t);
  return true;
}

/** Sends `length` bytes from sndNxt on. */
function sendPart(t: Tcb, length: u32, isLast: bool, withFin: bool): bool {
  const flags = ACK | (isLast && length ? PSH : 0) | (withFin ? FIN : 0);
  if (!sendSegment(t, t.sndNxt, length, flags)) return false;
  const next = t.sndNxt + length + u32(withFin);
  if (isBefore(t.sndNxt, t.sndMax)) {
    stopTiming(t);
    count(TCP_RETRANSMITTED);
  } else if (length) {
    startTiming(t, next);
  }
  t.sndNxt = next;
  if (isAfter(next, t.sndMax)) t.sndMax = next;
  t.sent_us = now_us;
  if (!t.retransmit_us || t.is(PERSIST)) startRetransmit(t);
  return true;
}

/** Sends the first unacknowledged segment again, whatever sndNxt is. */
export function retransmitFirst(t: Tcb): void {
  const outstanding = t.sndMax - t.sndUna;
  if (!outstanding) return;
  const data = <i32>(t.sndEnd - t.sndUna);
  const length = min(min(<u32>max(data, 0), t.mss), outstanding);
  const reachesEnd = t.sndUna + length == t.sndEnd;
  const withFin = reachesEnd && t.is(FIN_QUEUED) && t.sndMax == t.sndEnd + 1;
  if (!length && !withFin) return;
  const flags = ACK | (reachesEnd ? PSH : 0) | (withFin ? FIN : 0);
  stopTiming(t);
  if (sendSegment(t, t.sndUna, length, flags)) count(TCP_RETRANSMITTED);
}

/** One byte beyond a closed window, to learn whether it has opened (RFC 9293, 3.8.6.1). */
export function sendProbe(t: Tcb): void {
  if (<i32>(t.sndEnd - t.sndUna) <= 0) return;
  if (sendSegment(t, t.sndUna, 1, ACK) && t.sndMax == t.sndUna) t.sndMax = t.sndUna + 1;
}

/** Sends what the windows let through, however little it is. → false: that is nothing */
export function sendWhatFits(t: Tcb): bool {
  const waiting = <i32>(t.sndEnd - t.sndNxt);
  const room = <i32>(t.sndUna + min(t.sndWnd, t.cwnd) - t.sndNxt);
  if (waiting <= 0 || room <= 0) return false;
  const length = min(min(<u32>waiting, <u32>room), t.mss);
  return sendPart(t, length, length == <u32>waiting, false);
}
