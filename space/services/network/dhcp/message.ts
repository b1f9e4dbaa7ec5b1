// DHCP messages (RFC 2131, options of RFC 2132): building ours, reading a server's. What is read is hostile: every option is
// checked against the message's end, and values that cannot be are as if they were not there.
//
//   0 op · 1 htype · 2 hlen · 3 hops · 4 xid · 8 secs · 10 flags · 12 ciaddr · 16 yiaddr · 20 siaddr · 24 giaddr
//   28 chaddr (16) · 44 sname (64) · 108 file (128) · 236 magic cookie · 240 options: code, length, value …

import { load32, store16, store32 } from "../stack/bytes";
import { loadMac, storeMac } from "../stack/ethernet_format";
import { isLoopbackV4, isMulticastV4, isReservedV4 } from "../stack/ip_address";

export const SERVER_PORT: u32 = 67;
export const CLIENT_PORT: u32 = 68;
export const MESSAGE_BYTES: u32 = 300; // of ours: what BOOTP relays expect at least

export const DISCOVER: u32 = 1;
export const OFFER: u32 = 2;
export const REQUEST: u32 = 3;
export const ACK: u32 = 5;
export const NAK: u32 = 6;

const OP_REQUEST: u32 = 1;
const OP_REPLY: u32 = 2;
const ETHERNET_TYPE: u32 = 1;
const MAC_BYTES: u32 = 6;
const XID: u32 = 4;
const SECONDS: u32 = 8;
const FLAGS: u32 = 10;
const FLAG_BROADCAST: u32 = 0x8000; // we cannot be reached by an address that is not ours yet
const CLIENT_ADDRESS: u32 = 12;
const YOUR_ADDRESS: u32 = 16;
const HARDWARE_ADDRESS: u32 = 28;
const COOKIE: u32 = 236;
const COOKIE_VALUE: u32 = 0x63825363;
const OPTIONS: u32 = 240;

const OPTION_PAD: u32 = 0;
const OPTION_MASK: u32 = 1;
const OPTION_ROUTER: u32 = 3;
const OPTION_DNS: u32 = 6;
const OPTION_ADDRESS: u32 = 50;
const OPTION_LEASE: u32 = 51;
const OPTION_TYPE: u32 = 53;
const OPTION_SERVER: u32 = 54;
const OPTION_LIST: u32 = 55;
const OPTION_RENEWAL: u32 = 58;
const OPTION_REBINDING: u32 = 59;
const OPTION_END: u32 = 255;

const SHORTEST_LEASE_S: u32 = 60; // a server that gives less would have us ask all the time

/** What a server's message said. 0: it did not, or what cannot be. */
@unmanaged
export class Offer {
  type: u32; // OFFER, ACK or NAK
  address: u32;
  mask: u32;
  router: u32;
  dns0: u32;
  dns1: u32;
  server: u32;
  lease_s: u32;
  renewal_s: u32;
  rebinding_s: u32;
}
const OFFER_BYTES: u32 = 40;

export const received = changetype<Offer>(memory.data(40, 8));
/** What the server that we follow has offered or given. */
export const chosen = changetype<Offer>(memory.data(40, 8));

export function choose(): void {
  memory.copy(changetype<usize>(chosen), changetype<usize>(received), OFFER_BYTES);
}

function putOption32(at: usize, code: u32, value: u32): usize {
  store<u8>(at, <u8>code);
  store<u8>(at + 1, 4);
  store32(at + 2, value);
  return at + 6;
}

/**
 * Builds a message of MESSAGE_BYTES at `at`. own: our address if we have one (it is renewed), or 0; wanted, server: options
 * that a request carries, or 0.
 */
export function buildMessage(
  at: usize,
  type: u32,
  xid: u32,
  seconds: u32,
  mac: u64,
  own: u32,
  wanted: u32,
  server: u32,
): void {
  memory.fill(at, 0, MESSAGE_BYTES);
  store<u8>(at, <u8>OP_REQUEST);
  store<u8>(at + 1, <u8>ETHERNET_TYPE);
  store<u8>(at + 2, <u8>MAC_BYTES);
  store32(at + XID, xid);
  store16(at + SECONDS, min(seconds, 0xffff));
  if (!own) store16(at + FLAGS, FLAG_BROADCAST);
  store32(at + CLIENT_ADDRESS, own);
  storeMac(at + HARDWARE_ADDRESS, mac);
  store32(at + COOKIE, COOKIE_VALUE);
  let option = at + OPTIONS;
  store<u8>(option, <u8>OPTION_TYPE);
  store<u8>(option + 1, 1);
  store<u8>(option + 2, <u8>type);
  option += 3;
  if (wanted) option = putOption32(option, OPTION_ADDRESS, wanted);
  if (server) option = putOption32(option, OPTION_SERVER, server);
  store<u8>(option, <u8>OPTION_LIST);
  store<u8>(option + 1, 3);
  store<u8>(option + 2, <u8>OPTION_MASK);
  store<u8>(option + 3, <u8>OPTION_ROUTER);
  store<u8>(option + 4, <u8>OPTION_DNS);
  store<u8>(option + 5, <u8>OPTION_END);
}

/** Whether `address` can be a host's. */
function canBeHost(address: u32): bool {
  return address >> 24 != 0 && !isLoopbackV4(address) && !isMulticastV4(address) && !isReservedV4(address);
}

/** Whether `mask` is ones and then zeros, and leaves room for hosts. */
function isMask(mask: u32): bool {
  const hosts = ~mask;
  return mask != 0 && (hosts & (hosts + 1)) == 0 && hosts >= 3;
}

function takeOption(code: u32, value: usize, length: u32): void {
  if (code == OPTION_TYPE && length == 1) received.type = load<u8>(value);
  if (length < 4) return;
  const word = load32(value);
  if (code == OPTION_MASK) received.mask = isMask(word) ? word : 0;
  else if (code == OPTION_ROUTER) received.router = canBeHost(word) ? word : 0;
  else if (code == OPTION_SERVER) received.server = canBeHost(word) ? word : 0;
  else if (code == OPTION_LEASE) received.lease_s = max(word, SHORTEST_LEASE_S);
  else if (code == OPTION_RENEWAL) received.renewal_s = word;
  else if (code == OPTION_REBINDING) received.rebinding_s = word;
  else if (code == OPTION_DNS) {
    received.dns0 = canBeHost(word) ? word : 0;
    const second = length >= 8 ? load32(value + 4) : 0;
    received.dns1 = canBeHost(second) ? second : 0;
  }
}

/** Reads the options [at, end). → whether they are well-formed */
function readOptions(at: usize, end: usize): bool {
  while (at < end) {
    const code = <u32>load<u8>(at);
    if (code == OPTION_END) return true;
    if (code == OPTION_PAD) {
      at += 1;
      continue;
    }
    if (end - at < 2) return false;
    const length = <u32>load<u8>(at + 1);
    if (end - at - 2 < length) return false;
    takeOption(code, at + 2, length);
    at += 2 + length;
  }
  return true; // no end option: what came counts
}

/** Puts T1 and T2 where the lease allows them (RFC 2131, 4.4.5: half of it and seven eighths). */
function settleTimes(o: Offer): void {
  const half = o.lease_s >> 1;
  const late = <u32>((<u64>o.lease_s * 7) >> 3);
  if (o.rebinding_s == 0 || o.rebinding_s >= o.lease_s) o.rebinding_s = late;
  if (o.renewal_s == 0 || o.renewal_s >= o.rebinding_s) {
    o.renewal_s = half < o.rebinding_s ? half : o.rebinding_s >> 1;
  }
}

/** Reads the `size` bytes of a message at `at` into `received`. → whether it is a server's answer to `xid` for us that makes sense */
export function readMessage(at: usize, size: u32, xid: u32, mac: u64): bool {
  memory.fill(changetype<usize>(received), 0, OFFER_BYTES);
  if (size < OPTIONS || <u32>load<u8>(at) != OP_REPLY) return false;
  if (<u32>load<u8>(at + 1) != ETHERNET_TYPE || <u32>load<u8>(at + 2) != MAC_BYTES) return false;
  if (load32(at + XID) != xid || loadMac(at + HARDWARE_ADDRESS) != mac) return false;
  if (load32(at + COOKIE) != COOKIE_VALUE || !readOptions(at + OPTIONS, at + size)) return false;
  if (received.type == NAK) return true;
  if ((received.type != OFFER && received.type != ACK) || !received.server || !received.lease_s) return false;
  received.address = load32(at + YOUR_ADDRESS);
  if (!canBeHost(received.address) || !received.mask) return false;
  const host = received.address & ~received.mask;
  if (host == 0 || host == ~received.mask) return false; // the network itself, or everybody on it
  if ((received.router ^ received.address) & received.mask) received.router = 0;
  settleTimes(received);
  return true;
}
