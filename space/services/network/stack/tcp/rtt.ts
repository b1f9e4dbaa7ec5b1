// Round-trip times and the retransmission time-out (RFC 6298). One segment at a time is timed, never one that was sent
// twice (Karn's algorithm); while retransmissions make that impossible, timestamps tell (RFC 7323, 4).

import { MILLISECOND_US, now_us } from "../clock";
import { isAfter } from "./format";
import { timestampNow } from "./isn";
import { segment } from "./segment";
import { RTT_TIMED, TIMESTAMPS, Tcb } from "./tcb";

export const INITIAL_RTO_US: u32 = 1_000_000; // RFC 6298 2.1
const MIN_RTO_US: u32 = 1_000_000; // 2.4
const MAX_SAMPLE_US: u64 = 60_000_000;
const GRANULARITY_US: u32 = 8_192; // of the timer wheel

/** Takes a measured round trip into account. */
function sample(t: Tcb, trip_us: u64): void {
  const r = <u32>min(trip_us, MAX_SAMPLE_US);
  if (t.srtt_us == 0) {
    t.srtt_us = max(r, 1);
    t.rttvar_us = r >> 1;
  } else {
    const difference = r > t.srtt_us ? r - t.srtt_us : t.srtt_us - r;
    t.rttvar_us = t.rttvar_us - (t.rttvar_us >> 2) + (difference >> 2);
    t.srtt_us = max(t.srtt_us - (t.srtt_us >> 3) + (r >> 3), 1);
  }
  t.rto_us = max(t.srtt_us + max(GRANULARITY_US, t.rttvar_us << 2), MIN_RTO_US);
}

/** Begins to time the segment that ends before `sequence`, sent now for the first time. */
@inline
export function startTiming(t: Tcb, sequence: u32): void {
  if (t.is(RTT_TIMED)) return;
  t.set(RTT_TIMED);
  t.rttSequence = sequence;
  t.rttStart_us = now_us;
}

/** A retransmission: what is acknowledged from now on may be either copy. */
@inline
export function stopTiming(t: Tcb): void {
  t.clear(RTT_TIMED);
}

/** The segment being handled acknowledges data. */
export function measure(t: Tcb): void {
  if (t.is(RTT_TIMED)) {
    if (isAfter(t.rttSequence, segment.ack)) return;
    t.clear(RTT_TIMED);
    sample(t, now_us - t.rttStart_us);
  } else if (t.is(TIMESTAMPS) && segment.hasTimestamps && segment.tsEcho) {
    const trip_ms = timestampNow(t) - segment.tsEcho;
    if (<i32>trip_ms >= 0) sample(t, <u64>trip_ms * MILLISECOND_US);
  }
}
