// The IPv4 header (RFC 791):
//
//   0            1     2              4    6                8     9          10         12       16            20
//   | version 4, | TOS | total length | id | flags (3),     | TTL | protocol | checksum | source | destination | options …
//   | words      |     |              |    | offset / 8     |

export const IP_VERSION_LENGTH: u32 = 0;
export const IP_TOS: u32 = 1;
export const IP_TOTAL_LENGTH: u32 = 2;
export const IP_ID: u32 = 4;
export const IP_FRAGMENT: u32 = 6;
export const IP_TTL: u32 = 8;
export const IP_PROTOCOL: u32 = 9;
export const IP_CHECKSUM: u32 = 10;
export const IP_SOURCE: u32 = 12;
export const IP_DESTINATION: u32 = 16;
export const IP_HEADER: u32 = 20;

export const FLAG_DONT_FRAGMENT: u32 = 0x4000;
export const FLAG_MORE_FRAGMENTS: u32 = 0x2000;
export const FRAGMENT_OFFSET_MASK: u32 = 0x1fff;

export const PROTOCOL_ICMP: u32 = 1;
export const PROTOCOL_TCP: u32 = 6;
export const PROTOCOL_UDP: u32 = 17;

/** Bytes of the header at `ip`, by its own account. */
@inline
export function ipHeaderLength(ip: usize): u32 {
  return ((<u32>load<u8>(ip)) & 0xf) << 2;
}
