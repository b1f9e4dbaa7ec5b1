// ARP (RFC 826, RFC 1122 2.3.2): asks for neighbours' addresses, answers for ours.
//
//   0          2        4    5    6    8        14       18       24
//   | hardware | protocol | 6 | 4 | op | sender MAC | sender IP | target MAC | target IP |

import { ARP_VALID, ArpEntry, addArpEntry, arpEntryAt, findArpEntry } from "./arp_table";
import { load16, load32, store16, store32 } from "./bytes";
import { MILLISECOND_US, SECOND_US, now_us } from "./clock";
import { ARP_IN, ARP_REFUSED, count } from "./counters";
import {
  BROADCAST_MAC,
  ETHERNET_DESTINATION,
  ETHERNET_HEADER,
  ETHERNET_SOURCE,
  ETHERNET_TYPE,
  TYPE_ARP,
  isGroupMac,
  loadMac,
  storeMac,
} from "./ethernet_format";
import { ETHERNET, interfaceAt } from "./interface";
import { FIRST_SYSTEM_TIMER, MAX_ARP_ENTRIES } from "./layout";
import { UNREACHABLE_HOST, reportUnreachable } from "./icmp_errors";
import { packetFree, packetLength, packetNew, packetSend } from "./packet";
import { NEVER, timerSet } from "./timers";

const ARP_SIZE: u32 = 28;
const FORMAT: u64 = 0x0001_0800_0604; // Ethernet, IPv4, 6 and 4 bytes
const OPERATION: u32 = 6;
const SENDER_MAC: u32 = 8;
const SENDER_IP: u32 = 14;
const TARGET_MAC: u32 = 18;
const TARGET_IP: u32 = 24;
const REQUEST: u32 = 1;
const REPLY: u32 = 2;

const VALID_US: u64 = 30 * SECOND_US; // an entry in use is asked again after it
const REQUEST_INTERVAL_US: u64 = 1000 * MILLISECOND_US; // RFC 1122 2.3.2.1: at most one a second for a destination
const MAX_REQUESTS: u32 = 3;
const IDLE_US: u64 = 120 * SECOND_US; // an entry that nobody uses goes

export const ARP_TIMER: u32 = FIRST_SYSTEM_TIMER;

/** Writes the Ethernet header of a frame of ours. */
@inline
function writeHeader(frame: usize, destination: u64, type: u32): void {
  storeMac(frame + ETHERNET_DESTINATION, destination);
  storeMac(frame + ETHERNET_SOURCE, interfaceAt(ETHERNET).mac);
  store16(frame + ETHERNET_TYPE, type);
}

function send(operation: u32, destination: u64, targetMac: u64, targetIp: u32): void {
  const frame = packetNew();
  if (!frame) return;
  const ethernet = interfaceAt(ETHERNET);
  const arp = frame + ETHERNET_HEADER;
  writeHeader(frame, destination, TYPE_ARP);
  store16(arp, <u32>(FORMAT >> 32));
  store32(arp + 2, <u32>FORMAT);
  store16(arp + OPERATION, operation);
  storeMac(arp + SENDER_MAC, ethernet.mac);
  store32(arp + SENDER_IP, ethernet.address);
  storeMac(arp + TARGET_MAC, targetMac);
  store32(arp + TARGET_IP, targetIp);
  packetSend(frame, ETHERNET_HEADER + ARP_SIZE);
}

/** Asks for the entry's address, at most once a second; a known neighbour is asked directly first. */
function ask(entry: ArpEntry): void {
  if (entry.nextRequest_us > now_us) return;
  const direct = <u32>entry.state == ARP_VALID && entry.requests == 0;
  send(REQUEST, direct ? entry.mac : BROADCAST_MAC, 0, entry.address);
  entry.requests += 1;
  entry.nextRequest_us = now_us + REQUEST_INTERVAL_US;
  timerSet(ARP_TIMER, earliest());
}

/** When the next entry needs attention. */
function earliest(): u64 {
  let first = NEVER;
  for (let index: u32 = 0; index < MAX_ARP_ENTRIES; index++) {
    const entry = arpEntryAt(index);
    if (!entry.state) continue;
    const due = entry.requests ? entry.nextRequest_us : entry.used_us + IDLE_US;
    if (due < first) first = due;
  }
  return first;
}

/** Sends a frame with an IP packet to the neighbour `address`, now or when its MAC address is known. */
export function sendToNeighbour(frame: usize, length: u32, address: u32): void {
  let entry = findArpEntry(address);
  if (!entry) entry = addArpEntry(address);
  entry.used_us = now_us;
  if (<u32>entry.state == ARP_VALID) {
    if (entry.validUntil_us <= now_us) ask(entry);
    storeMac(frame + ETHERNET_DESTINATION, entry.mac);
    packetSend(frame, length);
    return;
  }
  entry.keep(frame, length);
  ask(entry);
}

/** The neighbour may be gone, says a transport that hears nothing: it is asked at the next packet (RFC 1122 3.3.1.4). */
export function suspectNeighbour(address: u32): void {
  const entry = findArpEntry(address);
  if (entry && <u32>entry.state == ARP_VALID && entry.validUntil_us > now_us) entry.validUntil_us = now_us;
}

function learn(entry: ArpEntry, mac: u64): void {
  entry.mac = mac;
  entry.state = <u8>ARP_VALID;
  entry.requests = 0;
  entry.nextRequest_us = 0;
  entry.validUntil_us = now_us + VALID_US;
  while (entry.waiting) {
    const frame = entry.takeWaiting();
    storeMac(frame + ETHERNET_DESTINATION, mac);
    packetSend(frame, packetLength(frame));
  }
  timerSet(ARP_TIMER, earliest());
}

/** Handles an ARP packet of `size` bytes. */
export function arpInput(arp: usize, size: u32): void {
  const ours = interfaceAt(ETHERNET);
  count(ARP_IN);
  if (size < ARP_SIZE || load16(arp) != <u32>(FORMAT >> 32) || load32(arp + 2) != <u32>FORMAT) {
    return count(ARP_REFUSED);
  }
  const senderMac = loadMac(arp + SENDER_MAC);
  const senderIp = load32(arp + SENDER_IP);
  const operation = load16(arp + OPERATION);
  if (isGroupMac(senderMac) || senderMac == 0 || senderMac == ours.mac) return count(ARP_REFUSED);
  if (!ours.address || load32(arp + TARGET_IP) != ours.address || senderIp == ours.address) return;
  if (operation == REQUEST) return send(REPLY, senderMac, senderMac, senderIp);
  const entry = operation == REPLY ? findArpEntry(senderIp) : null;
  if (!entry || !entry.requests) return count(ARP_REFUSED);
  learn(entry, senderMac);
}

/** Nobody has that address: whoever sent the waiting packets hears of it as if a router had said so. */
function giveUp(entry: ArpEntry): void {
  while (entry.waiting) {
    const frame = entry.takeWaiting();
    const ip = frame + ETHERNET_HEADER;
    reportUnreachable(ip, packetLength(frame) - ETHERNET_HEADER, UNREACHABLE_HOST);
    packetFree(frame);
  }
  entry.drop();
}

/** The ARP timer: asks again, and forgets those who do not answer and those whom nobody needs. */
export function arpTimer(): void {
  for (let index: u32 = 0; index < MAX_ARP_ENTRIES; index++) {
    const entry = arpEntryAt(index);
    if (!entry.state) continue;
    if (entry.requests) {
      if (entry.nextRequest_us > now_us) continue;
      if (<u32>entry.requests >= MAX_REQUESTS) giveUp(entry);
      else ask(entry);
    } else if (entry.used_us + IDLE_US <= now_us) {
      entry.drop();
    }
  }
  timerSet(ARP_TIMER, earliest());
}
