// ICMP input (RFC 792, RFC 1122 3.2.2): echo is answered, echo replies go to the socket that asked, errors to their
// transport. Everything else is dropped in silence, as the RFC wants of unknown types; redirects are not followed.

import { load16 } from "./bytes";
import { complement, copySum, fold, sumBytes } from "./checksum";
import { ICMP_ERRORS_IN, ICMP_IN, ICMP_OUT, count } from "./counters";
import { errorInput } from "./icmp_errors";
import {
  ICMP_CHECKSUM,
  ICMP_CODE,
  ICMP_ECHO,
  ICMP_ECHO_REPLY,
  ICMP_HEADER,
  ICMP_REDIRECT,
  ICMP_REST,
  ICMP_SOURCE_QUENCH,
  ICMP_TYPE,
  isIcmpError,
} from "./icmp_format";
import { IP_DESTINATION, IP_HEADER, IP_SOURCE, PROTOCOL_ICMP } from "./ip4_format";
import { load32 } from "./bytes";
import { cameToMany } from "./ip4_input";
import { DEFAULT_SERVICE, ip4Send, ip4SendLong, mtuTo } from "./ip4_output";
import { SCRATCH_DATAGRAM } from "./layout";
import { ipHeaderOf, packetNew } from "./packet";
import { echoReplyInput } from "./udp_input";

/** Handles the `length` bytes at `icmp` of the packet at `ip`. */
export function icmpInput(ip: usize, icmp: usize, length: u32): void {
  count(ICMP_IN);
  if (length < ICMP_HEADER || fold(sumBytes(icmp, length, 0)) != 0xffff) return count(ICMP_ERRORS_IN);
  const type = <u32>load<u8>(icmp, ICMP_TYPE);
  if (type == ICMP_ECHO) return answerEcho(ip, icmp, length);
  if (type == ICMP_ECHO_REPLY) return echoReplyInput(ip, icmp, length);
  // A source quench is ignored (RFC 6633), and a redirect would let any neighbour turn our packets to himself.
  if (type == ICMP_SOURCE_QUENCH || type == ICMP_REDIRECT || !isIcmpError(type)) return;
  const mtu = load16(icmp + ICMP_REST + 2);
  errorInput(icmp + ICMP_HEADER, length - ICMP_HEADER, type, <u32>load<u8>(icmp, ICMP_CODE), mtu);
}

/** Sends the same data back. An echo to all is not answered (RFC 1122 3.2.2.6 allows it): it serves floods. */
function answerEcho(ip: usize, icmp: usize, length: u32): void {
  if (cameToMany) return;
  const to = load32(ip + IP_SOURCE);
  const from = load32(ip + IP_DESTINATION);
  const isLong = length + IP_HEADER > mtuTo(to);
  const frame = isLong ? <usize>0 : packetNew();
  if (!isLong && !frame) return;
  const reply = isLong ? SCRATCH_DATAGRAM + IP_HEADER : ipHeaderOf(frame) + IP_HEADER;
  const sum = copySum(reply + ICMP_REST, icmp + ICMP_REST, length - ICMP_REST, 0);
  store<u16>(reply, <u16>ICMP_ECHO_REPLY); // and code 0
  store<u16>(reply, complement(sum + ICMP_ECHO_REPLY), ICMP_CHECKSUM);
  count(ICMP_OUT);
  if (isLong) ip4SendLong(from, to, PROTOCOL_ICMP, length, DEFAULT_SERVICE);
  else ip4Send(frame, from, to, PROTOCOL_ICMP, length, 0, DEFAULT_SERVICE);
}
