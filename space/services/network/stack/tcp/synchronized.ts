// A segment for a connection that has seen its peer's SYN (RFC 9293, 3.10.7.4, in its order): sequence number, RST, SYN,
// ACK, URG, data, FIN. Challenge ACKs as RFC 5961 wants them, PAWS as RFC 7323 does.

import { ECONNREFUSED, ECONNRESET } from "../../../../../abi/errno";
import { MILLISECOND_US, SECOND_US, now_us } from "../clock";
import { TCP_CHALLENGES, TCP_PAWS_DROPPED, count } from "../counters";
import { EVENT_READABLE, EVENT_STATE, EVENT_WRITABLE, raiseEvent } from "../events";
import { ackInput } from "./ack";
import { closeConnection, enterTimeWait } from "./close";
import { startCongestion } from "./congestion";
import { startKeepAlive } from "./expiry";
import { ACK, FIN, RST, SYN, URG, isAfter, isBefore } from "./format";
import { hasRoomToAccept, offerToAccept } from "./listen";
import { wantOutput } from "./output";
import { refuseSegment } from "./reset";
import { segment } from "./segment";
import {
  ACK_NOW,
  CLOSED,
  ESTABLISHED,
  FIN_QUEUED,
  FIN_WAIT_1,
  PASSIVE,
  RECEIVE_URGENT,
  SYN_RECEIVED,
  SYN_RETRANSMITTED,
  TIMESTAMPS,
  TIME_WAIT,
  Tcb,
  WAS_OPEN,
} from "./tcb";
import { textInput } from "./text";

const CHALLENGE_INTERVAL_US: u64 = 500 * MILLISECOND_US; // RFC 5961 7: challenge ACKs are throttled, each connection's own
const DATA_RTO_AFTER_SYN_LOSS_US: u32 = 3_000_000; // RFC 6298 5.7
const TS_RECENT_VALID_US: u64 = 24 * 86400 * SECOND_US; // RFC 7323 5.5

/** Handles the segment. → false: it is a new SYN that ended this connection's TIME-WAIT, and is for the listener */
export function synchronizedInput(t: Tcb): bool {
  const s = segment;
  if (t.is(TIMESTAMPS) && !areTimestampsSound(t)) return true;
  if (t.state == SYN_RECEIVED && s.has(SYN) && s.seq == t.irs && !takeRepeatedSyn(t)) return true;
  if (!isAcceptable(t)) {
    if (s.has(RST)) return true;
    if (t.state == TIME_WAIT && isNewConnection(t)) {
      closeConnection(t, 0);
      return false;
    }
    if (t.state == TIME_WAIT && s.has(FIN)) enterTimeWait(t);
    if (s.space) acknowledge(t);
    else challenge(t);
    return true;
  }
  t.heard_us = now_us;
  if (t.is(TIMESTAMPS) && s.hasTimestamps) rememberTimestamp(t);
  if (s.has(RST)) {
    resetInput(t);
  } else if (s.has(SYN)) {
    synInput(t);
  } else if (s.has(ACK) && acknowledgmentInput(t)) {
    if (s.has(URG)) urgentInput(t);
    if (t.state != CLOSED) textInput(t);
  }
  return true;
}

/** PAWS, and the rule that whoever agreed on timestamps sends them (RFC 7323, 3.2 and 5.3). */
function areTimestampsSound(t: Tcb): bool {
  const s = segment;
  if (s.has(RST)) return true;
  if (!s.hasTimestamps) return false;
  if (<i32>(s.tsValue - t.tsRecent) >= 0) return true;
  if (now_us - t.tsRecentAt_us > TS_RECENT_VALID_US) return true;
  if (t.state == TIME_WAIT && s.has(SYN)) return true;
  count(TCP_PAWS_DROPPED);
  acknowledge(t);
  return false;
}

@inline
function rememberTimestamp(t: Tcb): void {
  if (isAfter(segment.seq, t.lastAckSent) || <i32>(segment.tsValue - t.tsRecent) < 0) return;
  t.tsRecent = segment.tsValue;
  t.tsRecentAt_us = now_us;
}

/** RFC 9293, table 6. With a closed window an acknowledgment, URG or RST that begins at rcvNxt still counts (MUST-66). */
function isAcceptable(t: Tcb): bool {
  const s = segment;
  const window = t.rcvEdge - t.rcvNxt;
  const offset = s.seq - t.rcvNxt;
  if (s.space == 0) return window ? offset < window : offset == 0;
  if (offset == 0) return true;
  if (!window) return false;
  return offset < window || offset + s.space - 1 < window;
}

/** The peer's SYN came again. → whether the rest of it is to be handled: a SYN that acknowledges ours */
function takeRepeatedSyn(t: Tcb): bool {
  if (!segment.has(ACK)) {
    t.sndNxt = t.iss;
    wantOutput(t);
    return false;
  }
  segment.flags &= ~SYN;
  segment.seq += 1;
  return true;
}

/** Whether a segment in TIME-WAIT opens the connection anew (RFC 9293 MAY-2, RFC 6191). */
function isNewConnection(t: Tcb): bool {
  const s = segment;
  if (!s.has(SYN) || s.has(ACK)) return false;
  if (isAfter(s.seq, t.rcvNxt)) return true;
  return t.is(TIMESTAMPS) && s.hasTimestamps != 0 && isAfter(s.tsValue, t.tsRecent);
}

@inline
function acknowledge(t: Tcb): void {
  t.set(ACK_NOW);
  wantOutput(t);
}

/** Acknowledges what may be a forgery: an honest peer learns where we are, a forger nothing (RFC 5961). */
export function challenge(t: Tcb): void {
  if (t.challengeAt_us && now_us - t.challengeAt_us < CHALLENGE_INTERVAL_US) return;
  t.challengeAt_us = now_us;
  count(TCP_CHALLENGES);
  acknowledge(t);
}

/** RST in the window: believed only if it stands exactly at rcvNxt (RFC 5961, 3.2). */
function resetInput(t: Tcb): void {
  if (segment.seq != t.rcvNxt) return challenge(t);
  if (t.state == SYN_RECEIVED) return closeConnection(t, t.is(PASSIVE) ? 0 : ECONNREFUSED);
  closeConnection(t, t.state == TIME_WAIT ? 0 : ECONNRESET);
}

/** SYN in the window (RFC 5961, 4.2); a half-open passive connection goes back to its listener. */
function synInput(t: Tcb): void {
  if (t.state == SYN_RECEIVED && t.is(PASSIVE)) return closeConnection(t, 0);
  challenge(t);
}

/** → whether the rest of the segment is to be handled */
function acknowledgmentInput(t: Tcb): bool {
  const s = segment;
  if (t.state == SYN_RECEIVED) {
    if (!isAfter(s.ack, t.sndUna) || isAfter(s.ack, t.sndMax)) {
      refuseSegment();
      return false;
    }
    if (!hasRoomToAccept(t)) return false;
    t.sndUna = t.iss + 1;
    t.sndWnd = s.wnd << t.sndShift;
    t.sndWndMax = t.sndWnd;
    t.sndWl1 = s.seq;
    t.sndWl2 = s.ack;
    offerToAccept(t);
    establish(t);
  }
  // RFC 5961 5.2: acknowledgments of what was never sent, or of what is long past, are forged.
  if (isAfter(s.ack, t.sndMax) || isBefore(s.ack, t.sndUna - t.sndWndMax)) {
    challenge(t);
    return false;
  }
  return ackInput(t);
}

/** The handshake is done: both sides have acknowledged each other's SYN. */
export function establish(t: Tcb): void {
  t.state = t.is(FIN_QUEUED) ? FIN_WAIT_1 : ESTABLISHED;
  t.set(WAS_OPEN);
  t.sndNxt = t.sndMax;
  t.backoff = 0;
  t.firstRetransmit_us = 0;
  t.retransmit_us = 0;
  if (t.is(SYN_RETRANSMITTED)) t.rto_us = max(t.rto_us, DATA_RTO_AFTER_SYN_LOSS_US);
  startCongestion(t);
  startKeepAlive(t);
  if (t.is(FIN_QUEUED)) wantOutput(t); // the user closed it meanwhile
  raiseEvent(t.index, EVENT_STATE | EVENT_WRITABLE);
}

/** Urgent data is announced (RFC 9293, 3.8.5): the user hears of it, once until he has read it. */
function urgentInput(t: Tcb): void {
  const last = segment.seq + segment.urgent;
  if (t.is(RECEIVE_URGENT) && !isAfter(last, t.rcvUrgent)) return;
  if (isBefore(last, t.irs + 1 + t.receiveRing.head)) return;
  t.rcvUrgent = last;
  t.set(RECEIVE_URGENT);
  raiseEvent(t.index, EVENT_READABLE);
}
