// What an acknowledgment means for what we have sent (RFC 9293, 3.10.7.4, step 5): data done, the window's new edge, and
// in the closing states the end of our FIN.

import { EVENT_WRITABLE, raiseEvent } from "../events";
import { now_us } from "../clock";
import { closeConnection, enterTimeWait } from "./close";
import { afterPartialAck, onDuplicateAck, onNewAck } from "./congestion";
import { MSL_US } from "./close";
import { setOther, startRetransmit, stopRetransmit } from "./deadlines";
import { FIN, isAfter, isBefore } from "./format";
import { wantOutput } from "./output";
import { measure } from "./rtt";
import { segment } from "./segment";
import {
  BLOCKED,
  CLOSING,
  DETACHED,
  FIN_QUEUED,
  FIN_WAIT_1,
  FIN_WAIT_2,
  LAST_ACK,
  SEND_URGENT,
  Tcb,
} from "./tcb";

/** → false: the connection is no more */
export function ackInput(t: Tcb): bool {
  const s = segment;
  const window = s.wnd << t.sndShift;
  if (isAfter(s.ack, t.sndUna)) {
    newAck(t);
  } else if (
    s.ack == t.sndUna &&
    s.length == 0 &&
    window == t.sndWnd &&
    t.sndMax != t.sndUna &&
    window != 0 &&
    !s.has(FIN)
  ) {
    onDuplicateAck(t);
    wantOutput(t);
  }
  if (!isBefore(s.ack, t.sndUna)) updateWindow(t, window);
  return finInput(t);
}

/** New data is acknowledged. */
function newAck(t: Tcb): void {
  const ack = segment.ack;
  const acked = ack - t.sndUna;
  measure(t);
  onNewAck(t, acked);
  const finDone = t.is(FIN_QUEUED) && ack == t.sndEnd + 1;
  t.sendRing.release(ack - u32(finDone) - (t.iss + 1));
  t.sndUna = ack;
  if (isBefore(t.sndNxt, ack)) t.sndNxt = ack;
  if (t.is(SEND_URGENT) && isAfter(ack, t.sndUrgent)) t.clear(SEND_URGENT);
  t.backoff = 0;
  t.firstRetransmit_us = 0;
  if (ack == t.sndMax) stopRetransmit(t);
  else startRetransmit(t);
  afterPartialAck(t);
  if (t.sndEnd != ack || t.is(FIN_QUEUED)) wantOutput(t);
  if (t.is(BLOCKED) && t.sendBytes - (t.sndEnd - ack) >= t.sendBytes >> 2) {
    t.clear(BLOCKED);
    raiseEvent(t.index, EVENT_WRITABLE);
  }
}

/** The peer's window, unless the segment is older than the one it was learned from last. */
function updateWindow(t: Tcb, window: u32): void {
  const s = segment;
  if (isAfter(t.sndWl1, s.seq) || (t.sndWl1 == s.seq && isAfter(t.sndWl2, s.ack))) return;
  const grew = isAfter(s.ack + window, t.sndUna + t.sndWnd);
  t.sndWnd = window;
  t.sndWl1 = s.seq;
  t.sndWl2 = s.ack;
  if (window > t.sndWndMax) t.sndWndMax = window;
  if (grew && t.sndEnd != t.sndNxt) wantOutput(t);
}

/** Our FIN is acknowledged: the closing states move on. */
function finInput(t: Tcb): bool {
  if (!t.is(FIN_QUEUED) || t.sndUna != t.sndEnd + 1) return true;
  if (t.state == FIN_WAIT_1) {
    t.state = FIN_WAIT_2;
    // Nobody waits for the peer's end any more: it has as long as TIME-WAIT would last.
    if (t.is(DETACHED)) setOther(t, now_us + 2 * MSL_US);
  } else if (t.state == CLOSING) {
    enterTimeWait(t);
  } else if (t.state == LAST_ACK) {
    closeConnection(t, 0);
    return false;
  }
  return true;
}
