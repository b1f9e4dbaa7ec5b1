// A connection's timer expired: retransmission, window probe, delayed acknowledgment, keep-alive, the end of TIME-WAIT.

import { ETIMEDOUT } from "../../../../../abi/errno";
import { suspectNeighbour } from "../arp";
import { SECOND_US, now_us } from "../clock";
import { TCP_TIMEOUTS, count } from "../counters";
import { ETHERNET, interfaceAt } from "../interface";
import { nextHop } from "../ip4_output";
import { closeConnection, abortConnection } from "./close";
import { onTimeout } from "./congestion";
import { arm, setOther, startPersist, startRetransmit } from "./deadlines";
import { ACK } from "./format";
import { sendProbe, sendWhatFits, wantOutput } from "./output";
import { stopTiming } from "./rtt";
import { sendSegment } from "./send_segment";
import {
  ACK_NOW,
  CLOSED,
  CLOSE_WAIT,
  DETACHED,
  ESTABLISHED,
  FIN_WAIT_2,
  KEEP_ALIVE,
  PERSIST,
  SYN_RECEIVED,
  SYN_RETRANSMITTED,
  SYN_SENT,
  TIME_WAIT,
  Tcb,
} from "./tcb";

const SYN_TIMEOUT_US: u64 = 180 * SECOND_US; // R2 of a SYN: RFC 9293 3.8.3 wants 3 minutes at least
const R1_RETRANSMISSIONS: u32 = 3; // then the route is doubted
const KEEP_PROBE_INTERVAL_US: u64 = 75 * SECOND_US;
const MAX_KEEP_PROBES: u32 = 9;

export function connectionTimer(t: Tcb): void {
  if (t.delayedAck_us && t.delayedAck_us <= now_us) {
    t.delayedAck_us = 0;
    t.set(ACK_NOW);
    wantOutput(t);
  }
  if (t.retransmit_us && t.retransmit_us <= now_us) {
    t.retransmit_us = 0;
    if (t.is(PERSIST)) probeWindow(t);
    else retransmit(t);
  }
  if (t.state != CLOSED && t.other_us && t.other_us <= now_us) {
    t.other_us = 0;
    otherExpired(t);
  }
  if (t.state != CLOSED) arm(t);
}

/** The retransmission timer (RFC 6298, 5.4 to 5.7). */
function retransmit(t: Tcb): void {
  count(TCP_TIMEOUTS);
  const isOpening = t.state == SYN_SENT || t.state == SYN_RECEIVED;
  if (!t.firstRetransmit_us) t.firstRetransmit_us = now_us;
  // A peer that closes its window and still answers may take as long as it likes (RFC 9293 MUST-37).
  const since = t.sndWnd == 0 && !isOpening ? max(t.heard_us, t.firstRetransmit_us) : t.firstRetransmit_us;
  if (now_us - since >= (isOpening ? SYN_TIMEOUT_US : t.userTimeout_us))
    return closeConnection(t, lastError(t));
  stopTiming(t);
  if (isOpening) {
    t.set(SYN_RETRANSMITTED);
    t.sndNxt = t.iss;
  } else {
    onTimeout(t);
    t.sndNxt = t.sndUna;
  }
  t.backoff += 1;
  if (t.backoff == R1_RETRANSMISSIONS) suspectNeighbour(nextHop(interfaceAt(ETHERNET), t.remote.v4));
  startRetransmit(t);
  if (t.sndWnd == 0 && !isOpening) sendProbe(t);
  wantOutput(t);
}

/** What a router said about the connection explains its end better than silence. */
@inline
function lastError(t: Tcb): i32 {
  return t.error ? t.error : ETIMEDOUT;
}

/** The window is closed, or too small for silly-window avoidance (RFC 9293, 3.8.6.1 and 3.8.6.2.1). */
function probeWindow(t: Tcb): void {
  if (now_us - t.heard_us >= t.userTimeout_us && t.backoff > R1_RETRANSMISSIONS) {
    return closeConnection(t, lastError(t));
  }
  t.backoff += 1;
  if (!sendWhatFits(t)) sendProbe(t);
  if (!t.retransmit_us) startPersist(t);
}

/** Begins to watch a quiet connection, if its user wants that. */
export function startKeepAlive(t: Tcb): void {
  if (t.is(KEEP_ALIVE) && !t.other_us) setOther(t, now_us + <u64>t.keepIdle_s * SECOND_US);
}

function otherExpired(t: Tcb): void {
  if (t.state == TIME_WAIT || (t.state == FIN_WAIT_2 && t.is(DETACHED))) return closeConnection(t, 0);
  if (!t.is(KEEP_ALIVE) || t.state < ESTABLISHED || t.state > CLOSE_WAIT) return;
  const idle_us = <u64>t.keepIdle_s * SECOND_US;
  if (now_us - t.heard_us < idle_us) {
    t.probes = 0;
    return setOther(t, t.heard_us + idle_us);
  }
  if (t.probes == MAX_KEEP_PROBES) return abortConnection(t, lastError(t));
  t.probes += 1;
  // A number that the peer has acknowledged: it has to answer (RFC 9293, 3.8.4), and an answer shows in heard_us.
  sendSegment(t, t.sndUna - 1, 0, ACK);
  setOther(t, now_us + KEEP_PROBE_INTERVAL_US);
}
