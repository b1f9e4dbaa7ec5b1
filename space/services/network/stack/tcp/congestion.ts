// Congestion control: slow start, congestion avoidance, fast retransmit and fast recovery (RFC 5681), NewReno's partial
// acknowledgments (RFC 6582), limited transmit (RFC 3042). Everything is counted in bytes.

import { now_us } from "../clock";
import { TCP_FAST_RETRANSMITS, count } from "../counters";
import { isAfter, isBefore } from "./format";
import { startRetransmit } from "./deadlines";
import { retransmitFirst } from "./output";
import { segment } from "./segment";
import { RECOVERY, SYN_RETRANSMITTED, Tcb } from "./tcb";

const DUPLICATES: u32 = 3; // RFC 5681 3.2
const UNLIMITED: u32 = 0x7fff_ffff;

/** RFC 5681 3.1: two to four segments; one if the handshake had to be repeated. */
function initialWindow(t: Tcb): u32 {
  if (t.is(SYN_RETRANSMITTED)) return t.mss;
  if (t.mss > 2190) return 2 * t.mss;
  return t.mss > 1095 ? 3 * t.mss : 4 * t.mss;
}

export function startCongestion(t: Tcb): void {
  t.cwnd = initialWindow(t);
  t.ssthresh = UNLIMITED;
  t.recover = t.iss;
}

/** After a pause longer than the RTO what is known of the path is out of date (RFC 5681, 4.1). */
export function restartAfterIdle(t: Tcb): void {
  if (now_us - t.sent_us > <u64>t.rto_us) t.cwnd = min(t.cwnd, initialWindow(t));
}

@inline
function halfOfFlight(t: Tcb): u32 {
  return max((t.sndMax - t.sndUna) >> 1, 2 * t.mss);
}

/** The segment being handled acknowledges `acked` new bytes. sndUna is still the old one. */
export function onNewAck(t: Tcb, acked: u32): void {
  t.dupAcks = 0;
  if (t.is(RECOVERY)) return onRecoveryAck(t, acked);
  if (t.cwnd < t.ssthresh) {
    t.cwnd += min(acked, t.mss);
  } else {
    t.ackedBytes += acked;
    if (t.ackedBytes < t.cwnd) return;
    t.ackedBytes -= t.cwnd;
    t.cwnd += t.mss;
  }
  t.cwnd = min(t.cwnd, UNLIMITED >> 1);
}

/** RFC 6582 3.2 step 3. */
function onRecoveryAck(t: Tcb, acked: u32): void {
  if (!isBefore(segment.ack, t.recover)) {
    const flight = t.sndMax - segment.ack;
    t.cwnd = min(t.ssthresh, max(flight, t.mss) + t.mss);
    t.clear(RECOVERY);
    return;
  }
  t.cwnd -= min(acked, t.cwnd);
  if (acked >= t.mss) t.cwnd += t.mss;
  t.cwnd = max(t.cwnd, t.mss);
}

/** A partial acknowledgment: the next hole is filled at once. sndUna is the new one. */
export function afterPartialAck(t: Tcb): void {
  if (!t.is(RECOVERY)) return;
  retransmitFirst(t);
}

/** A duplicate acknowledgment (RFC 5681, 2) came. */
export function onDuplicateAck(t: Tcb): void {
  t.dupAcks += 1;
  if (t.is(RECOVERY)) {
    t.cwnd += t.mss;
    return;
  }
  if (t.dupAcks != DUPLICATES) return;
  // RFC 6582 3.2 step 2: not again for what was outstanding when the last recovery began.
  if (!isAfter(segment.ack - 1, t.recover)) return;
  count(TCP_FAST_RETRANSMITS);
  t.ssthresh = halfOfFlight(t);
  t.recover = t.sndMax;
  t.set(RECOVERY);
  retransmitFirst(t);
  t.cwnd = t.ssthresh + DUPLICATES * t.mss;
  startRetransmit(t);
}

/** What may be sent beyond cwnd on the first two duplicates (RFC 3042). */
@inline
export function limitedTransmit(t: Tcb): u32 {
  return t.is(RECOVERY) ? 0 : min(t.dupAcks, 2) * t.mss;
}

/** The retransmission timer expired. */
export function onTimeout(t: Tcb): void {
  if (t.backoff == 0) t.ssthresh = halfOfFlight(t);
  t.cwnd = t.mss;
  t.ackedBytes = 0;
  t.dupAcks = 0;
  t.recover = t.sndMax;
  t.clear(RECOVERY);
}
