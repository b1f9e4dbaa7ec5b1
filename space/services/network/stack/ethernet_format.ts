// Ethernet II:   destination 6 | source 6 | type 2 | payload

export const ETHERNET_DESTINATION: u32 = 0;
export const ETHERNET_SOURCE: u32 = 6;
export const ETHERNET_TYPE: u32 = 12;
export const ETHERNET_HEADER: u32 = 14;
export const ETHERNET_PAYLOAD_MAX: u32 = 1500; // RFC 894
export const TYPE_IPV4: u32 = 0x0800;
export const TYPE_ARP: u32 = 0x0806;
export const BROADCAST_MAC: u64 = 0xffff_ffff_ffff;

/** A MAC address as a number: its first byte is the highest of 48 bits. */
@inline
export function loadMac(at: usize): u64 {
  return ((<u64>bswap<u16>(load<u16>(at))) << 32) | (<u64>bswap<u32>(load<u32>(at, 2)));
}

@inline
export function storeMac(at: usize, mac: u64): void {
  store<u16>(at, bswap<u16>(<u16>(mac >> 32)));
  store<u32>(at, bswap<u32>(<u32>mac), 2);
}

/** The group bit: broadcast or multicast. */
@inline
export function isGroupMac(mac: u64): bool {
  return (mac >> 40) & 1 ? true : false;
}
