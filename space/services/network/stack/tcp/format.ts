// The TCP header (RFC 9293, 3.1):
//
//   0        2             4          8                12             13      14       16         18       20
//   | source | destination | sequence | acknowledgment | offset (4) 0 | flags | window | checksum | urgent | options … data
//
// Flags: CWR ECE URG ACK PSH RST SYN FIN, the last one bit 0.

export const TCP_SOURCE: u32 = 0;
export const TCP_DESTINATION: u32 = 2;
export const TCP_SEQUENCE: u32 = 4;
export const TCP_ACKNOWLEDGMENT: u32 = 8;
export const TCP_OFFSET: u32 = 12;
export const TCP_FLAGS: u32 = 13;
export const TCP_WINDOW: u32 = 14;
export const TCP_CHECKSUM: u32 = 16;
export const TCP_URGENT: u32 = 18;
export const TCP_HEADER: u32 = 20;

export const FIN: u32 = 1;
export const SYN: u32 = 2;
export const RST: u32 = 4;
export const PSH: u32 = 8;
export const ACK: u32 = 16;
export const URG: u32 = 32;

export const OPTION_END: u32 = 0;
export const OPTION_NOP: u32 = 1;
export const OPTION_MSS: u32 = 2; // length 4
export const OPTION_WINDOW_SCALE: u32 = 3; // length 3
export const OPTION_TIMESTAMPS: u32 = 8; // length 10: value, echo reply
export const TIMESTAMPS_WORD: u32 = 0x0101_080a; // two no-operations, kind and length
export const TIMESTAMPS_SIZE: u32 = 12; // with the no-operations
export const MAX_WINDOW_SHIFT: u32 = 14; // RFC 7323 2.3

// Sequence numbers are compared modulo 2^32 (RFC 9293, 3.4).
@inline
export function isBefore(a: u32, b: u32): bool {
  return <i32>(a - b) < 0;
}

@inline
export function isAfter(a: u32, b: u32): bool {
  return <i32>(a - b) > 0;
}

@inline
export function laterOf(a: u32, b: u32): u32 {
  return isAfter(b, a) ? b : a;
}
