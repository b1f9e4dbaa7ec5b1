// Passive opens: a SYN for a listener, and the acknowledgment that completes the handshake. Both of a listener's queues
// are bounded. When the half-open one is full its oldest makes room: a flood of SYNs from nowhere pushes out its own kind
// first, and whoever answers within the time that the flood takes to fill the queue gets through.

import { TCP_HALF_OPEN_EVICTED, TCP_PASSIVE_OPENS, count } from "../counters";
import { EVENT_READABLE, raiseEvent } from "../events";
import { ACK, RST, SYN } from "./format";
import { initialSequence, timestampOffset } from "./isn";
import { closeConnection } from "./close";
import { wantOutput } from "./output";
import { addToAccept, addToHalfOpen, oldestHalfOpen, takeFromHalfOpen } from "./queues";
import { refuseSegment } from "./reset";
import { INITIAL_RTO_US } from "./rtt";
import { segment } from "./segment";
import { ownMss } from "./send_segment";
import { linkConnection, tcbNew } from "./table";
import { KEEP_ALIVE, NO_DELAY, PASSIVE, SCALED, SYN_RECEIVED, TIMESTAMPS, Tcb, tcbAt } from "./tcb";
import { TIMESTAMPS_SIZE } from "./format";
import { openWindow, placeWindow } from "./window";
import { now_us } from "../clock";

const MAX_HALF_OPEN: u32 = 256; // of one listener
const FIRST_WINDOW: u32 = 16384; // bytes that a half-open connection's peer may send: ten segments of its first flight
const DEFAULT_SEND_MSS: u32 = 536; // RFC 9293 MUST-15
const SMALLEST_MSS: u32 = 64; // a peer that wants less would make us send headers only

/** The window scale that we offer: the largest buffer fits. */
export const OWN_SHIFT: u32 = 3;

/** Takes what the SYN being handled offers, and fills in our own part. */
export function agreeOnOptions(t: Tcb): void {
  t.peerMss = segment.mss ? segment.mss : DEFAULT_SEND_MSS;
  if (segment.shift >= 0) {
    t.set(SCALED);
    t.sndShift = <u32>segment.shift;
  } else {
    t.clear(SCALED);
    t.sndShift = 0;
    t.rcvShift = 0;
  }
  if (segment.hasTimestamps) {
    t.set(TIMESTAMPS);
    t.tsRecent = segment.tsValue;
    t.tsRecentAt_us = now_us;
  } else {
    t.clear(TIMESTAMPS);
  }
  setMss(t);
}

/** The data in a full segment (RFC 9293, 3.7.1): what both ends and the path take, less our options. */
export function setMss(t: Tcb): void {
  let mss = min(t.peerMss, ownMss(t));
  if (t.pathMtu) mss = min(mss, t.pathMtu - 40);
  t.mss = max(mss, SMALLEST_MSS) - (t.is(TIMESTAMPS) ? TIMESTAMPS_SIZE : 0);
}

/** First numbers and times of a connection whose four numbers are known. */
export function startSending(t: Tcb): void {
  t.iss = initialSequence(t);
  t.tsOffset = timestampOffset(t);
  t.sndUna = t.sndNxt = t.sndMax = t.iss;
  t.sndEnd = t.iss + 1;
  t.sendRing.reset(0);
  t.rto_us = INITIAL_RTO_US;
  t.rcvShift = OWN_SHIFT;
  t.heard_us = now_us;
}

/** A segment for a listener (RFC 9293, 3.10.7.2). */
export function listenInput(listener: Tcb): void {
  if (segment.has(RST)) return;
  if (segment.has(ACK)) return refuseSegment();
  if (!segment.has(SYN)) return;
  // Nobody accepts: the peer's SYN comes again.
  if (listener.acceptCount >= listener.backlog) return;
  if (listener.halfOpenCount >= MAX_HALF_OPEN) evictOldest(listener);
  const t = tcbNew();
  if (!t) return;
  t.local.copyFrom(segment.local);
  t.remote.copyFrom(segment.remote);
  t.ports = segment.ports;
  t.set(PASSIVE | (listener.flags & (NO_DELAY | KEEP_ALIVE)));
  t.sendBytes = listener.sendBytes;
  t.receiveBytes = listener.receiveBytes;
  t.service = listener.service;
  t.userTimeout_us = listener.userTimeout_us;
  t.keepIdle_s = listener.keepIdle_s;
  startSending(t);
  agreeOnOptions(t);
  linkConnection(t);
  t.state = SYN_RECEIVED;
  t.parent = <u16>(listener.index + 1);
  addToHalfOpen(listener, t);
  if (!openWindow(t, FIRST_WINDOW)) return closeConnection(t, 0);
  placeWindow(t);
  t.sndWnd = segment.wnd;
  t.sndWndMax = segment.wnd;
  t.sndWl1 = segment.seq;
  count(TCP_PASSIVE_OPENS);
  wantOutput(t);
}

function evictOldest(listener: Tcb): void {
  const oldest = oldestHalfOpen(listener);
  if (!oldest) return;
  count(TCP_HALF_OPEN_EVICTED);
  closeConnection(oldest, 0);
}

/** Whether the listener can hand over one more connection. */
export function hasRoomToAccept(t: Tcb): bool {
  if (!t.parent) return true;
  const listener = tcbAt(<u32>t.parent - 1);
  return listener.acceptCount < listener.backlog;
}

/** The handshake is complete: the listener's user may accept it. */
export function offerToAccept(t: Tcb): void {
  if (!t.parent) return;
  const listener = tcbAt(<u32>t.parent - 1);
  takeFromHalfOpen(listener, t);
  addToAccept(listener, t);
  raiseEvent(listener.index, EVENT_READABLE);
}
