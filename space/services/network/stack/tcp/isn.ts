// Initial sequence numbers (RFC 6528): a clock of 4 µs plus a keyed hash of the four numbers, so that nobody outside can
// tell one connection's from another's. The same for the origin of timestamps (RFC 7323, 5.4): each connection has its own
// clock.

import { MILLISECOND_US, now_us } from "../clock";
import { keyedHash } from "../keyed_hash";
import { Tcb } from "./tcb";

const TIMESTAMP_DOMAIN: u64 = 1 << 32; // keeps both hashes apart

@inline
function hashOf(t: Tcb, domain: u64): u32 {
  return <u32>keyedHash(t.localHigh, t.localLow, t.remoteHigh, t.remoteLow, (<u64>t.ports) | domain);
}

export function initialSequence(t: Tcb): u32 {
  return <u32>(now_us >> 2) + hashOf(t, 0);
}

export function timestampOffset(t: Tcb): u32 {
  return hashOf(t, TIMESTAMP_DOMAIN);
}

/** The value of our timestamps now: milliseconds. */
@inline
export function timestampNow(t: Tcb): u32 {
  return <u32>(now_us / MILLISECOND_US) + t.tsOffset;
}
