// IPv4 output: route, header, fragments. Two ways in, both of packets that the caller has filled behind the header:
//
//   ip4Send      a packet buffer, at most the MTU: TCP, small datagrams, ICMP
//   ip4SendLong  SCRATCH_DATAGRAM, up to 65,515 bytes behind the header, cut into fragments

import { sendToNeighbour } from "./arp";
import { store16, store32 } from "./bytes";
import { complement, sumBytes } from "./checksum";
import { IP_FRAGMENTS_OUT, IP_NO_ROUTE, IP_OUT, count } from "./counters";
import { ETHERNET_DESTINATION, ETHERNET_HEADER, ETHERNET_SOURCE, ETHERNET_TYPE } from "./ethernet_format";
import { BROADCAST_MAC, TYPE_IPV4, storeMac } from "./ethernet_format";
import { ETHERNET, LOOPBACK, Interface, interfaceAt, isOurs } from "./interface";
import { BROADCAST_V4, LOOPBACK_V4, isLoopbackV4, isMulticastV4 } from "./ip_address";
import {
  FLAG_MORE_FRAGMENTS,
  IP_CHECKSUM,
  IP_DESTINATION,
  IP_FRAGMENT,
  IP_HEADER,
  IP_ID,
  IP_PROTOCOL,
  IP_SOURCE,
  IP_TOTAL_LENGTH,
  IP_TTL,
} from "./ip4_format";
import { randomU64 } from "./keyed_hash";
import { SCRATCH_DATAGRAM } from "./layout";
import { ipHeaderOf, packetFree, packetLoop, packetNew, packetSend } from "./packet";
import { ENETUNREACH, ENOBUFS } from "../../../../abi/errno";

/** Type of service << 8 | time to live, as a sender may choose them: routine, and what RFC 1700 recommends. */
export const DEFAULT_SERVICE: u32 = 64;
const VERSION_LENGTH: u32 = 0x45;
const MULTICAST_MAC: u64 = 0x0100_5e00_0000; // RFC 1112 6.4: the address's low 23 bits follow
const MULTICAST_BITS: u32 = 0x007f_ffff;

let nextId: u32 = 0;

export function startIp4Output(): void {
  nextId = <u32>randomU64();
}

/** The interface that leads to `destination`, or -1. */
export function routeTo(destination: u32): i32 {
  if (isOurs(destination)) return LOOPBACK;
  const ethernet = interfaceAt(ETHERNET);
  if (!ethernet.up || isLoopbackV4(destination) || destination == 0) return -1;
  if (destination == BROADCAST_V4 || isMulticastV4(destination)) return ETHERNET;
  if (!ethernet.address) return -1;
  return ethernet.isNeighbour(destination) || ethernet.gateway ? <i32>ETHERNET : -1;
}

/** The neighbour that a packet to `destination` goes to. */
@inline
export function nextHop(ethernet: Interface, destination: u32): u32 {
  return ethernet.isNeighbour(destination) ? destination : ethernet.gateway;
}

/** The address that we have towards `destination`; 0: none. */
export function sourceFor(destination: u32): u32 {
  const index = routeTo(destination);
  if (index < 0) return 0;
  if (index == LOOPBACK) return isLoopbackV4(destination) ? LOOPBACK_V4 : destination;
  return interfaceAt(ETHERNET).address;
}

/** Bytes of an IP packet that fit towards `destination`. */
export function mtuTo(destination: u32): u32 {
  const index = routeTo(destination);
  return interfaceAt(index < 0 ? ETHERNET : <u32>index).mtu;
}

@inline
function writeHeader(
  ip: usize,
  source: u32,
  destination: u32,
  protocol: u32,
  total: u32,
  fragment: u32,
  service: u32,
): void {
  store16(ip, (VERSION_LENGTH << 8) | (service >> 8));
  store16(ip + IP_TOTAL_LENGTH, total);
  store16(ip + IP_FRAGMENT, fragment);
  store<u8>(ip, <u8>service, IP_TTL);
  store<u8>(ip, <u8>protocol, IP_PROTOCOL);
  store<u16>(ip, 0, IP_CHECKSUM);
  store32(ip + IP_SOURCE, source);
  store32(ip + IP_DESTINATION, destination);
}

/** Gives the finished IP packet of `total` bytes to its interface. */
function transmit(frame: usize, destination: u32, total: u32, index: u32): void {
  count(IP_OUT);
  if (index == LOOPBACK) return packetLoop(frame, total + ETHERNET_HEADER);
  const ethernet = interfaceAt(ETHERNET);
  storeMac(frame + ETHERNET_SOURCE, ethernet.mac);
  store16(frame + ETHERNET_TYPE, TYPE_IPV4);
  const length = total + ETHERNET_HEADER;
  if (destination == BROADCAST_V4 || ethernet.isBroadcast(destination)) {
    storeMac(frame + ETHERNET_DESTINATION, BROADCAST_MAC);
    return packetSend(frame, length);
  }
  if (isMulticastV4(destination)) {
    storeMac(frame + ETHERNET_DESTINATION, MULTICAST_MAC | (<u64>(destination & MULTICAST_BITS)));
    return packetSend(frame, length);
  }
  sendToNeighbour(frame, length, nextHop(ethernet, destination));
}

/**
 * Sends a packet with `length` bytes behind its IP header, at most the MTU in all. The packet is gone in any case.
 * flags: FLAG_DONT_FRAGMENT or 0. → 0, -ENETUNREACH
 */
export function ip4Send(
  frame: usize,
  source: u32,
  destination: u32,
  protocol: u32,
  length: u32,
  flags: u32,
  service: u32,
): i32 {
  const index = routeTo(destination);
  if (index < 0) {
    count(IP_NO_ROUTE);
    packetFree(frame);
    return -ENETUNREACH;
  }
  const ip = ipHeaderOf(frame);
  writeHeader(ip, source, destination, protocol, length + IP_HEADER, flags, service);
  store16(ip + IP_ID, nextId++);
  store<u16>(ip, complement(sumBytes(ip, IP_HEADER, 0)), IP_CHECKSUM);
  transmit(frame, destination, length + IP_HEADER, index);
  return 0;
}

/**
 * Sends the `length` bytes at SCRATCH_DATAGRAM + IP_HEADER, in fragments if they have to be. → 0, -ENETUNREACH,
 * -ENOBUFS when packets ran out (the datagram is lost then).
 */
export function ip4SendLong(source: u32, destination: u32, protocol: u32, length: u32, service: u32): i32 {
  const index = routeTo(destination);
  if (index < 0) {
    count(IP_NO_ROUTE);
    return -ENETUNREACH;
  }
  const step = (interfaceAt(index).mtu - IP_HEADER) & ~7;
  const id = nextId++;
  for (let offset: u32 = 0; offset < length; offset += step) {
    const frame = packetNew();
    if (!frame) return -ENOBUFS;
    const part = min(step, length - offset);
    const more = offset + part < length ? FLAG_MORE_FRAGMENTS : 0;
    const ip = ipHeaderOf(frame);
    memory.copy(ip + IP_HEADER, SCRATCH_DATAGRAM + IP_HEADER + offset, part);
    writeHeader(ip, source, destination, protocol, part + IP_HEADER, more | (offset >> 3), service);
    store16(ip + IP_ID, id);
    store<u16>(ip, complement(sumBytes(ip, IP_HEADER, 0)), IP_CHECKSUM);
    if (length > step) count(IP_FRAGMENTS_OUT);
    transmit(frame, destination, part + IP_HEADER, index);
  }
  return 0;
}
