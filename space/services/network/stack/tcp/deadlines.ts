// A connection's three deadlines and the one timer that serves them.

import { now_us } from "../clock";
import { NEVER, timerSet } from "../timers";
import { PERSIST, Tcb } from "./tcb";

export const MAX_RTO_US: u64 = 60_000_000; // RFC 6298 2.5: at least 60 seconds
export const DELAYED_ACK_US: u64 = 40_000; // RFC 9293 MUST-59: below 500 ms
const MIN_PERSIST_US: u64 = 1_000_000;

/** Sets the timer to the first of the deadlines; 0 is none. */
export function arm(t: Tcb): void {
  let first = t.retransmit_us - 1;
  if (t.delayedAck_us - 1 < first) first = t.delayedAck_us - 1;
  if (t.other_us - 1 < first) first = t.other_us - 1;
  timerSet(t.index, first == u64.MAX_VALUE ? NEVER : first + 1);
}

/** The time that the retransmission timer runs: RTO, doubled for each time it expired. */
@inline
export function backedOff(t: Tcb): u64 {
  return min((<u64>t.rto_us) << (<u64>min<u32>(t.backoff, 16)), MAX_RTO_US);
}

/** Starts the retransmission timer anew. */
export function startRetransmit(t: Tcb): void {
  t.clear(PERSIST);
  t.retransmit_us = now_us + backedOff(t);
  arm(t);
}

export function stopRetransmit(t: Tcb): void {
  t.clear(PERSIST);
  t.retransmit_us = 0;
}

/** Starts probing a window that lets nothing through. */
export function startPersist(t: Tcb): void {
  t.set(PERSIST);
  t.retransmit_us = now_us + max(backedOff(t), MIN_PERSIST_US);
  arm(t);
}

/** Lets an acknowledgment go within DELAYED_ACK_US, unless a segment takes it along before. */
export function delayAck(t: Tcb): void {
  if (t.delayedAck_us) return;
  t.delayedAck_us = now_us + DELAYED_ACK_US;
  arm(t);
}

export function setOther(t: Tcb, deadline_us: u64): void {
  t.other_us = deadline_us;
  arm(t);
}
