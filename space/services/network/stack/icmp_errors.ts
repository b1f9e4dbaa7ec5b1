// ICMP errors in both directions. Out: about a packet that we received and cannot use, never about one that RFC 1122
// 3.2.2 excludes, and a bounded number a second. In: what an error says about a packet of ours goes to the transport whose
// packet it quotes; nothing of it is believed beyond that.

import { EHOSTUNREACH, EMSGSIZE, ENETUNREACH, ECONNREFUSED } from "../../../../abi/errno";
import { load16, load32, store32 } from "./bytes";
import { complement, sumBytes } from "./checksum";
import { SECOND_US, now_us } from "./clock";
import { ICMP_ERRORS_IN, ICMP_OUT, count } from "./counters";
import {
  EXCEEDED_REASSEMBLY,
  ICMP_CHECKSUM,
  ICMP_CODE,
  ICMP_HEADER,
  ICMP_PARAMETER_PROBLEM,
  ICMP_REST,
  ICMP_TIME_EXCEEDED,
  ICMP_TYPE,
  ICMP_UNREACHABLE,
  UNREACHABLE_NET,
  UNREACHABLE_PORT,
  UNREACHABLE_PROTOCOL,
  UNREACHABLE_TOO_BIG,
  isIcmpError,
} from "./icmp_format";
import { isOurs } from "./interface";
import { isMulticastV4 } from "./ip_address";
import {
  FRAGMENT_OFFSET_MASK,
  IP_DESTINATION,
  IP_FRAGMENT,
  IP_HEADER,
  IP_PROTOCOL,
  IP_SOURCE,
  PROTOCOL_ICMP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  ipHeaderLength,
} from "./ip4_format";
import { cameToMany } from "./ip4_input";
import { DEFAULT_SERVICE, ip4Send } from "./ip4_output";
import { ipHeaderOf, packetNew } from "./packet";
import { tcpControl } from "./tcp/control";
import { udpControl } from "./udp_input";

export * from "./icmp_format";

/** The most of a bad packet that is sent back (RFC 1812 4.3.2.3: no more than 576 bytes in all). */
const QUOTE_MAX: u32 = 576 - IP_HEADER - ICMP_HEADER;
const QUOTE_MIN: u32 = 8; // of the data behind the quoted header
const ERRORS_PER_SECOND: u32 = 100;

let second: u64 = 0;
let sentInSecond: u32 = 0;

/** Whether one more error may be sent in this second. */
function mayReport(): bool {
  const current = now_us / SECOND_US;
  if (current != second) {
    second = current;
    sentInSecond = 0;
  }
  sentInSecond += 1;
  return sentInSecond <= ERRORS_PER_SECOND;
}

/** Whether RFC 1122 3.2.2 lets an error be sent about the packet. */
function isReportable(ip: usize, total: u32): bool {
  const source = load32(ip + IP_SOURCE);
  if (cameToMany || source == 0 || isMulticastV4(source)) return false;
  if (load16(ip + IP_FRAGMENT) & FRAGMENT_OFFSET_MASK) return false;
  if (<u32>load<u8>(ip, IP_PROTOCOL) != PROTOCOL_ICMP) return true;
  const header = ipHeaderLength(ip);
  return total > header && !isIcmpError(<u32>load<u8>(ip + header, ICMP_TYPE));
}

/** rest: the word behind the checksum. */
function report(ip: usize, total: u32, type: u32, code: u32, rest: u32): void {
  if (!isReportable(ip, total) || !mayReport()) return;
  const frame = packetNew();
  if (!frame) return;
  const quoted = min(total, QUOTE_MAX);
  const icmp = ipHeaderOf(frame) + IP_HEADER;
  store<u8>(icmp, <u8>type, ICMP_TYPE);
  store<u8>(icmp, <u8>code, ICMP_CODE);
  store<u16>(icmp, 0, ICMP_CHECKSUM);
  store32(icmp + ICMP_REST, rest);
  memory.copy(icmp + ICMP_HEADER, ip, quoted);
  const length = ICMP_HEADER + quoted;
  store<u16>(icmp, complement(sumBytes(icmp, length, 0)), ICMP_CHECKSUM);
  count(ICMP_OUT);
  const to = load32(ip + IP_SOURCE);
  ip4Send(frame, load32(ip + IP_DESTINATION), to, PROTOCOL_ICMP, length, 0, DEFAULT_SERVICE);
}

/** Tells the sender of the packet of `total` bytes at `ip` that its protocol or port is not there. */
export function sendUnreachable(ip: usize, total: u32, code: u32): void {
  report(ip, total, ICMP_UNREACHABLE, code, 0);
}

/** The header's byte `pointer` is wrong. */
export function sendParameterProblem(ip: usize, total: u32, pointer: u32): void {
  report(ip, total, ICMP_PARAMETER_PROBLEM, 0, pointer << 24);
}

/** Fragments of the packet did not come in time. */
export function sendReassemblyTimeout(ip: usize, total: u32): void {
  report(ip, total, ICMP_TIME_EXCEEDED, EXCEEDED_REASSEMBLY, 0);
}

/** What an error means to whoever sent the packet, as errno. 0: nothing. */
export function errnoOfError(type: u32, code: u32): i32 {
  if (type != ICMP_UNREACHABLE) return type == ICMP_TIME_EXCEEDED ? EHOSTUNREACH : 0;
  if (code == UNREACHABLE_PROTOCOL || code == UNREACHABLE_PORT) return ECONNREFUSED;
  if (code == UNREACHABLE_TOO_BIG) return EMSGSIZE;
  const isNet = code == UNREACHABLE_NET || code == 6 || code == 9 || code == 11;
  return isNet ? ENETUNREACH : EHOSTUNREACH;
}

/** Hands an error about the packet that begins at `quote`, of which `size` bytes are there, to its transport. */
export function errorInput(quote: usize, size: u32, type: u32, code: u32, mtu: u32): void {
  const header = size < IP_HEADER ? <u32>0 : ipHeaderLength(quote);
  if (header < IP_HEADER || size < header + QUOTE_MIN || load<u8>(quote) >> 4 != 4) {
    return count(ICMP_ERRORS_IN);
  }
  if (!isOurs(load32(quote + IP_SOURCE))) return count(ICMP_ERRORS_IN);
  if (load16(quote + IP_FRAGMENT) & FRAGMENT_OFFSET_MASK) return;
  const protocol = <u32>load<u8>(quote, IP_PROTOCOL);
  if (protocol == PROTOCOL_TCP) tcpControl(quote, quote + header, type, code, mtu);
  else if (protocol == PROTOCOL_UDP) udpControl(quote, quote + header, errnoOfError(type, code));
}

/** A packet of ours cannot leave: as if its first router had said so. */
export function reportUnreachable(ip: usize, size: u32, code: u32): void {
  errorInput(ip, size, ICMP_UNREACHABLE, code, 0);
}
