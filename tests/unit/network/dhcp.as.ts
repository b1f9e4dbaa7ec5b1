// The DHCP client over the stack, and the reading of DNS messages, for tests under Node. AssemblyScript.

import {
  dhcpInput,
  dhcpStart,
  dhcpState,
  dhcpStop,
  dhcpTimer,
  DHCP_TIMER,
  leaseLeft_s,
} from "../../../space/services/network/dhcp/client";
import { setClock } from "../../../space/services/network/stack/clock";
import { datagramSocketsInUse } from "../../../space/services/network/stack/datagram_socket";
import { frameInput } from "../../../space/services/network/stack/ethernet";
import { ETHERNET, interfaceAt } from "../../../space/services/network/stack/interface";
import { setSecret } from "../../../space/services/network/stack/keyed_hash";
import { FIRST_SYSTEM_TIMER, reserveArena } from "../../../space/services/network/stack/layout";
import {
  frameOfPacket,
  freePackets,
  packetFree,
  packetLength,
  takeFromWire,
} from "../../../space/services/network/stack/packet";
import { otherTimers, runStack, startStack } from "../../../space/services/network/stack/stack";
import { nextDeadline } from "../../../space/services/network/stack/timers";
import { addresses, buildQuery, readResponse } from "../../../space/lib/net/dns_message";

export { dhcpStart, dhcpStop, dhcpState, leaseLeft_s };

export function start(mac: u64, seed: u64): bool {
  if (!reserveArena()) return false;
  setSecret(seed, ~seed);
  startStack(mac, 1);
  interfaceAt(ETHERNET).up = 1;
  return true;
}

/** As the service's loop does it. */
export function run(time_us: u64): void {
  setClock(time_us);
  runStack();
  if (otherTimers & (1 << (DHCP_TIMER - FIRST_SYSTEM_TIMER))) dhcpTimer();
  dhcpInput();
  runStack();
}
export function receiveBuffer(): usize {
  return frameOfPacket(0);
}
export function receive(length: u32): void {
  frameInput(frameOfPacket(0), length);
}
export function deadline(): u64 {
  return nextDeadline();
}
export { takeFromWire, packetLength, packetFree, freePackets, datagramSocketsInUse };
export function address(): u32 {
  return interfaceAt(ETHERNET).address;
}
export function mask(): u32 {
  return interfaceAt(ETHERNET).mask;
}
export function gateway(): u32 {
  return interfaceAt(ETHERNET).gateway;
}
export function resolver(): u32 {
  return interfaceAt(ETHERNET).dns0;
}

const text: usize = heap.alloc(512);
export const message: usize = heap.alloc(1024);
export function textBuffer(): usize {
  return text;
}
export function dnsQuery(size: u32, id: u32): u32 {
  return buildQuery(message, id, String.UTF8.decodeUnsafe(text, size));
}
export function dnsResponse(size: u32, id: u32): i32 {
  return readResponse(message, size, id);
}
export function dnsAddress(index: i32): u32 {
  return addresses[index];
}
