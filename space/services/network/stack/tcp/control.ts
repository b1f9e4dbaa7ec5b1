// What ICMP says about a segment of ours (RFC 9293, 3.9.2.2; RFC 5927). Believed only if the numbers quoted are ones that
// are under way. Network troubles are remembered and end nothing (MUST-56); that there is no such port or protocol
// ends a connection that is just being opened; a packet too big makes segments smaller (RFC 1191).

import { load16, load32 } from "../bytes";
import { ECONNREFUSED, EHOSTUNREACH } from "../../../../../abi/errno";
import {
  ICMP_SOURCE_QUENCH,
  ICMP_UNREACHABLE,
  UNREACHABLE_PORT,
  UNREACHABLE_PROTOCOL,
  UNREACHABLE_TOO_BIG,
} from "../icmp_format";
import { errnoOfError } from "../icmp_errors";
import { IP_DESTINATION, IP_SOURCE, IP_TOTAL_LENGTH } from "../ip4_format";
import { IpAddress } from "../ip_address";
import { closeConnection } from "./close";
import { TCP_DESTINATION, TCP_SEQUENCE, TCP_SOURCE, isBefore } from "./format";
import { setMss } from "./listen";
import { wantOutput } from "./output";
import { findConnection } from "./table";
import { SYN_RECEIVED, SYN_SENT, TIME_WAIT, Tcb } from "./tcb";

/** RFC 791: every network carries 68 bytes, and every host takes 576; below that something is a lie. */
const SMALLEST_PATH_MTU: u32 = 576;
/** RFC 1191 7.1: what routers that name no size are likely to mean, largest first. */
const PLATEAU_1006: u32 = 1006;

const local = changetype<IpAddress>(memory.data(16, 8));
const remote = changetype<IpAddress>(memory.data(16, 8));

/** quote: the IP header of our packet; tcp: at least 8 bytes behind it. */
export function tcpControl(quote: usize, tcp: usize, type: u32, code: u32, mtu: u32): void {
  local.setV4(load32(quote + IP_SOURCE));
  remote.setV4(load32(quote + IP_DESTINATION));
  const ports = (load16(tcp + TCP_SOURCE) << 16) | load16(tcp + TCP_DESTINATION);
  const t = findConnection(local, remote, ports);
  if (!t || t.state == TIME_WAIT || type == ICMP_SOURCE_QUENCH) return;
  const seq = load32(tcp + TCP_SEQUENCE);
  if (isBefore(seq, t.sndUna) || !isBefore(seq, t.sndMax)) return;
  if (type == ICMP_UNREACHABLE && code == UNREACHABLE_TOO_BIG) {
    return shrinkPath(t, mtu, load16(quote + IP_TOTAL_LENGTH));
  }
  const isHard = type == ICMP_UNREACHABLE && (code == UNREACHABLE_PORT || code == UNREACHABLE_PROTOCOL);
  const isOpening = t.state == SYN_SENT || t.state == SYN_RECEIVED;
  if (isHard && isOpening) return closeConnection(t, ECONNREFUSED);
  const error = errnoOfError(type, code);
  t.error = isHard ? EHOSTUNREACH : error;
}

/** The path takes only `mtu` bytes, or, if its router does not say, less than `size`. */
function shrinkPath(t: Tcb, mtu: u32, size: u32): void {
  if (!mtu) mtu = size > PLATEAU_1006 ? PLATEAU_1006 : SMALLEST_PATH_MTU;
  mtu = max(mtu, SMALLEST_PATH_MTU);
  if (t.pathMtu && mtu >= t.pathMtu) return;
  t.pathMtu = mtu;
  const before = t.mss;
  setMss(t);
  if (t.mss >= before) return;
  // What was too big is sent again in smaller pieces, at once (RFC 1191, 6.4).
  t.sndNxt = t.sndUna;
  wantOutput(t);
}
