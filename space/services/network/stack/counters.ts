// Counts of what went through and of what was thrown away, and why; netstat shows them. Names as in RFC 4293, 4022 and 4113
// where those have one.

import { COUNTERS } from "./layout";

export const FRAMES_IN: u32 = 0;
export const FRAMES_OUT: u32 = 1;
export const FRAMES_BAD: u32 = 2; // too short, or of a kind that nobody here speaks
export const ARP_IN: u32 = 3;
export const ARP_REFUSED: u32 = 4; // replies that nobody asked for, and malformed packets
export const IP_IN: u32 = 5;
export const IP_OUT: u32 = 6;
export const IP_HEADER_ERRORS: u32 = 7;
export const IP_ADDRESS_ERRORS: u32 = 8; // not for us, or from nobody
export const IP_NO_ROUTE: u32 = 9;
export const IP_REASSEMBLED: u32 = 10;
export const IP_REASSEMBLY_FAILED: u32 = 11;
export const IP_FRAGMENTS_OUT: u32 = 12;
export const ICMP_IN: u32 = 13;
export const ICMP_ERRORS_IN: u32 = 14; // malformed
export const ICMP_OUT: u32 = 15;
export const UDP_IN: u32 = 16;
export const UDP_OUT: u32 = 17;
export const UDP_NO_PORTS: u32 = 18;
export const UDP_ERRORS: u32 = 19; // malformed, or the socket's buffer is full
export const TCP_IN: u32 = 20;
export const TCP_OUT: u32 = 21;
export const TCP_ERRORS: u32 = 22; // malformed or a wrong checksum
export const TCP_RETRANSMITTED: u32 = 23;
export const TCP_RESETS_OUT: u32 = 24;
export const TCP_ACTIVE_OPENS: u32 = 25;
export const TCP_PASSIVE_OPENS: u32 = 26;
export const TCP_HALF_OPEN_EVICTED: u32 = 27;
export const TCP_CHALLENGES: u32 = 28; // challenge ACKs (RFC 5961)
export const TCP_PAWS_DROPPED: u32 = 29;
export const TCP_OUT_OF_ORDER: u32 = 30;
export const TCP_TIMEOUTS: u32 = 31; // retransmission timer
export const TCP_FAST_RETRANSMITS: u32 = 32;
export const PACKETS_MISSED: u32 = 33; // times that no packet buffer was free
export const BYTES_COPIED: u32 = 34; // by the stack itself, between buffers and packets
export const COUNTER_COUNT: u32 = 35;

@inline
export function count(counter: u32): void {
  const at = COUNTERS + (counter << 3);
  store<u64>(at, load<u64>(at) + 1);
}

@inline
export function countMany(counter: u32, amount: u32): void {
  const at = COUNTERS + (counter << 3);
  store<u64>(at, load<u64>(at) + amount);
}

export function counterValue(counter: u32): u64 {
  return counter < COUNTER_COUNT ? load<u64>(COUNTERS + (counter << 3)) : 0;
}
