// IPv4 input (RFC 791, RFC 1122 3.2.1): a packet is checked, put together from its fragments, and handed to its protocol.
// This is a host: what is not for it is dropped, never forwarded.

import { load16, load32 } from "./bytes";
import { fold, sumBytes } from "./checksum";
import { IP_ADDRESS_ERRORS, IP_HEADER_ERRORS, IP_IN, count } from "./counters";
import { icmpInput } from "./icmp";
import { UNREACHABLE_PROTOCOL, sendUnreachable } from "./icmp_errors";
import { LOOPBACK, interfaceAt } from "./interface";
import { BROADCAST_V4, isLoopbackV4, isMulticastV4, isReservedV4 } from "./ip_address";
import {
  FLAG_MORE_FRAGMENTS,
  FRAGMENT_OFFSET_MASK,
  IP_DESTINATION,
  IP_FRAGMENT,
  IP_HEADER,
  IP_PROTOCOL,
  IP_SOURCE,
  IP_TOTAL_LENGTH,
  PROTOCOL_ICMP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  ipHeaderLength,
} from "./ip4_format";
import { areOptionsSound } from "./ip4_options";
import { reassembledLength, reassemble } from "./reassembly";
import { tcpInput } from "./tcp/input";
import { udpInput } from "./udp_input";

const ALL_HOSTS: u32 = 0xe000_0001; // 224.0.0.1

/** Whether the packet came to all, as its destination says. */
export let cameToMany: bool = false;

/** Whether `destination` means this host on this interface. Leaves cameToMany. */
function isForUs(destination: u32, index: u32): bool {
  const own = interfaceAt(index);
  cameToMany = false;
  if (index == LOOPBACK) return isLoopbackV4(destination) || destination == interfaceAt(1).address;
  if (destination == own.address && destination) return true;
  cameToMany = destination == BROADCAST_V4 || destination == ALL_HOSTS;
  if (own.address && own.isBroadcast(destination)) cameToMany = true;
  return cameToMany;
}

/** Whether `source` can be somebody's address (RFC 1122 3.2.1.3). 0.0.0.0 is one who looks for his. */
function canBeSource(source: u32, index: u32): bool {
  if (isMulticastV4(source) || isReservedV4(source)) return false;
  if (index == LOOPBACK) return true;
  const own = interfaceAt(index);
  return !isLoopbackV4(source) && !(own.address && (own.isBroadcast(source) || source == own.address));
}

/**
 * Handles `size` bytes that begin with an IPv4 header, from interface `index`. toGroup: the frame was sent to a link-layer
 * broadcast or multicast address.
 */
export function ip4Input(ip: usize, size: u32, index: u32, toGroup: bool): void {
  count(IP_IN);
  if (size < IP_HEADER || load<u8>(ip) >> 4 != 4) return count(IP_HEADER_ERRORS);
  const header = ipHeaderLength(ip);
  const total = load16(ip + IP_TOTAL_LENGTH);
  if (header < IP_HEADER || total < header || total > size) return count(IP_HEADER_ERRORS);
  if (fold(sumBytes(ip, header, 0)) != 0xffff) return count(IP_HEADER_ERRORS);
  const source = load32(ip + IP_SOURCE);
  if (!isForUs(load32(ip + IP_DESTINATION), index) || !canBeSource(source, index)) {
    return count(IP_ADDRESS_ERRORS);
  }
  // RFC 1122 3.3.6: what the link sent to all must not be for one.
  if (toGroup && !cameToMany) return count(IP_ADDRESS_ERRORS);
  if (header > IP_HEADER && !areOptionsSound(ip, header, total)) return;
  if (load16(ip + IP_FRAGMENT) & (FLAG_MORE_FRAGMENTS | FRAGMENT_OFFSET_MASK)) {
    const whole = reassemble(ip, header, total);
    if (whole) deliver(whole, IP_HEADER, reassembledLength);
    return;
  }
  deliver(ip, header, total);
}

/** Hands a whole packet to its protocol. */
function deliver(ip: usize, header: u32, total: u32): void {
  const protocol = <u32>load<u8>(ip, IP_PROTOCOL);
  const length = total - header;
  if (protocol == PROTOCOL_TCP) tcpInput(ip, ip + header, length);
  else if (protocol == PROTOCOL_UDP) udpInput(ip, ip + header, length);
  else if (protocol == PROTOCOL_ICMP) icmpInput(ip, ip + header, length);
  else sendUnreachable(ip, total, UNREACHABLE_PROTOCOL);
}
