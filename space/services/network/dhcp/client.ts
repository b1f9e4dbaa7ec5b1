// The DHCP client (RFC 2131, 4.4): gets the card an address, keeps it, and gives it up when its time is over.
//
//              link up             offer               ack                 T1              T2
//   OFF ─────────────▶ SELECTING ─────────▶ REQUESTING ─────▶ BOUND ─────────────▶ RENEWING ──▶ REBINDING
//    ▲                  ▲   │ asks again      │ nak, silence     ▲                    │ ack        │ ack
//    └── link down ─────┼───┴─────────────────┘                  └────────────────────┴────────────┘
//                       └── nak, lease over (the address is gone) ────────────────────┘────────────┘
//
// Called by loop.ts: dhcpStart() when the link comes up, dhcpStop() when it goes, dhcpInput() after the stack has worked,
// dhcpTimer() when DHCP_TIMER expires. It asks at once rather than after 1–10 s (4.4.1): the machine is up in less than one.

import { FIRST_SYSTEM_TIMER } from "../stack/layout";
import { SECOND_US, now_us } from "../stack/clock";
import {
  DATAGRAM_HEADER,
  DatagramSocket,
  KIND_UDP,
  datagramBind,
  datagramClose,
  datagramOpen,
} from "../stack/datagram_socket";
import { ETHERNET, interfaceAt } from "../stack/interface";
import { BROADCAST_V4, IpAddress } from "../stack/ip_address";
import { randomBelow, randomU64 } from "../stack/keyed_hash";
import { NEVER, timerSet } from "../stack/timers";
import { datagramBegin, datagramFinish } from "../stack/udp_output";
import {
  ACK,
  CLIENT_PORT,
  DISCOVER,
  MESSAGE_BYTES,
  NAK,
  OFFER,
  REQUEST,
  SERVER_PORT,
  buildMessage,
  choose,
  chosen,
  readMessage,
  received,
} from "./message";

export const DHCP_TIMER: u32 = FIRST_SYSTEM_TIMER + 3;

export const OFF: u32 = 0;
export const SELECTING: u32 = 1;
export const REQUESTING: u32 = 2;
export const BOUND: u32 = 3;
export const RENEWING: u32 = 4;
export const REBINDING: u32 = 5;

const FIRST_WAIT_S: u32 = 4; // 4.1: doubled each time up to 64, a second more or less by chance
const LONGEST_WAIT_S: u32 = 64;
const REQUEST_TRIES: u32 = 4; // then another server is looked for
const SHORTEST_RENEWAL_WAIT_S: u64 = 60; // 4.4.5
const MAX_MESSAGE: u32 = 1500; // longer ones are not read
const FOR_EVER: u32 = 0xffff_ffff;

export let dhcpState: u32 = OFF;
let socket: DatagramSocket | null = null;
let xid: u32 = 0;
let wait_s: u32 = 0;
let tries: u32 = 0;
let began_us: u64 = 0; // when the first message of this exchange was sent
let leased_us: u64 = 0; // when the request was sent that the lease counts from

const buffer: usize = heap.alloc(MAX_MESSAGE);
const to = changetype<IpAddress>(memory.data(16, 8));
const anyAddress = changetype<IpAddress>(memory.data(16, 8));

function openSocket(): bool {
  if (socket) return true;
  const s = datagramOpen(KIND_UDP);
  if (!s) return false;
  if (datagramBind(s, anyAddress, CLIENT_PORT) < 0) {
    datagramClose(s);
    return false;
  }
  s.mayBroadcast = 1;
  socket = s;
  return true;
}

/** Looks for an address. Nothing happens when it does so already. */
export function dhcpStart(): void {
  if (dhcpState != OFF) return;
  select();
}

/** Gives up what it has. */
export function dhcpStop(): void {
  if (dhcpState >= BOUND) setAddress(0);
  dhcpState = OFF;
  timerSet(DHCP_TIMER, NEVER);
  const s = socket;
  if (s) datagramClose(s);
  socket = null;
}

/** Seconds that the lease still lasts. */
export function leaseLeft_s(): u32 {
  if (dhcpState < BOUND) return 0;
  const end_us = leased_us + <u64>chosen.lease_s * SECOND_US;
  return end_us > now_us ? <u32>((end_us - now_us) / SECOND_US) : 0;
}

function setAddress(address: u32): void {
  const ethernet = interfaceAt(ETHERNET);
  ethernet.address = address;
  ethernet.mask = address ? chosen.mask : 0;
  ethernet.gateway = address ? chosen.router : 0;
  ethernet.dns0 = address ? chosen.dns0 : 0;
  ethernet.dns1 = address ? chosen.dns1 : 0;
}

function select(): void {
  dhcpState = SELECTING;
  xid = <u32>randomU64();
  wait_s = FIRST_WAIT_S;
  began_us = now_us;
  ask();
}

/** Sends what the state asks for, and sets the time for the next try. */
function ask(): void {
  const s = socket;
  if (!s && !openSocket()) return timerSet(DHCP_TIMER, now_us + SECOND_US); // no socket is free: later
  if (dhcpState == SELECTING) send(DISCOVER, 0, 0, 0);
  else if (dhcpState == REQUESTING) send(REQUEST, 0, chosen.address, chosen.server);
  else send(REQUEST, chosen.address, 0, 0);
  if (dhcpState >= RENEWING) return waitForRenewal();
  const chance_us = <u64>randomBelow(<u32>(2 * SECOND_US));
  timerSet(DHCP_TIMER, now_us + <u64>wait_s * SECOND_US - SECOND_US + chance_us);
  wait_s = min(wait_s << 1, LONGEST_WAIT_S);
}

/** Half of what is left until T2 or the lease's end, and no less than a minute (4.4.5). */
function waitForRenewal(): void {
  const next_us = leased_us + <u64>(dhcpState == RENEWING ? chosen.rebinding_s : chosen.lease_s) * SECOND_US;
  const left_us = next_us > now_us ? next_us - now_us : 0;
  timerSet(DHCP_TIMER, now_us + min(left_us, max(left_us >> 1, SHORTEST_RENEWAL_WAIT_S * SECOND_US)));
}

function send(type: u32, own: u32, wanted: u32, server: u32): void {
  const s = socket;
  if (!s) return;
  const destination = dhcpState == RENEWING ? chosen.server : BROADCAST_V4;
  const at = datagramBegin(MESSAGE_BYTES, destination);
  if (!at) return; // no packet is free: the next try may be luckier
  const seconds = <u32>((now_us - began_us) / SECOND_US);
  buildMessage(at, type, xid, seconds, interfaceAt(ETHERNET).mac, own, wanted, server);
  to.setV4(destination);
  datagramFinish(s, MESSAGE_BYTES, to, SERVER_PORT);
}

/** Reads what servers sent. → whether there may be something to send now */
export function dhcpInput(): bool {
  let isAny = false;
  for (let s = socket; s && s.hasDatagram; s = socket) {
    const size = min(s.firstLength, MAX_MESSAGE);
    const isServer = s.firstPort == SERVER_PORT;
    s.ring.read(s.ring.head + DATAGRAM_HEADER, buffer, size);
    s.dropFirst();
    isAny = true;
    if (isServer && readMessage(buffer, size, xid, interfaceAt(ETHERNET).mac)) take();
  }
  return isAny;
}

function take(): void {
  const type = received.type;
  if (dhcpState == SELECTING && type == OFFER) {
    choose();
    dhcpState = REQUESTING;
    wait_s = FIRST_WAIT_S;
    tries = 0;
    began_us = now_us;
    ask();
    return;
  }
  const isAsked = dhcpState == REQUESTING || dhcpState >= RENEWING;
  if (!isAsked || (dhcpState != REBINDING && received.server && received.server != chosen.server)) return;
  if (type == NAK) {
    if (dhcpState >= RENEWING) setAddress(0);
    return select();
  }
  if (type != ACK) return;
  choose();
  dhcpState = BOUND;
  leased_us = began_us;
  setAddress(chosen.address);
  timerSet(DHCP_TIMER, chosen.lease_s == FOR_EVER ? NEVER : leased_us + <u64>chosen.renewal_s * SECOND_US);
}

/** DHCP_TIMER has expired. */
export function dhcpTimer(): void {
  if (dhcpState == OFF) return;
  if (dhcpState == REQUESTING && ++tries > REQUEST_TRIES) return select();
  if (dhcpState >= BOUND && !leaseLeft_s()) {
    setAddress(0);
    return select();
  }
  if (dhcpState == BOUND) {
    dhcpState = RENEWING;
    xid = <u32>randomU64();
    began_us = now_us;
  } else if (dhcpState == RENEWING && now_us >= leased_us + <u64>chosen.rebinding_s * SECOND_US) {
    dhcpState = REBINDING;
  }
  ask();
}
