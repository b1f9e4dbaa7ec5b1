// Segments that answer one which belongs to no connection, or that a connection refuses: RST (RFC 9293, 3.5.2).

import { store16, store32 } from "../bytes";
import { complement, pseudoSum, sumBytes } from "../checksum";
import { TCP_OUT, TCP_RESETS_OUT, count } from "../counters";
import { IP_HEADER, PROTOCOL_TCP } from "../ip4_format";
import { DEFAULT_SERVICE, ip4Send } from "../ip4_output";
import { ipHeaderOf, packetNew } from "../packet";
import {
  ACK,
  RST,
  TCP_ACKNOWLEDGMENT,
  TCP_CHECKSUM,
  TCP_DESTINATION,
  TCP_FLAGS,
  TCP_HEADER,
  TCP_OFFSET,
  TCP_SEQUENCE,
  TCP_SOURCE,
  TCP_URGENT,
  TCP_WINDOW,
} from "./format";
import { segment } from "./segment";
import { Tcb } from "./tcb";

function send(local: u32, remote: u32, ports: u32, seq: u32, ack: u32, flags: u32): void {
  const frame = packetNew();
  if (!frame) return;
  const tcp = ipHeaderOf(frame) + IP_HEADER;
  store16(tcp + TCP_SOURCE, ports >> 16);
  store16(tcp + TCP_DESTINATION, ports & 0xffff);
  store32(tcp + TCP_SEQUENCE, seq);
  store32(tcp + TCP_ACKNOWLEDGMENT, ack);
  store<u8>(tcp, <u8>(TCP_HEADER << 2), TCP_OFFSET);
  store<u8>(tcp, <u8>flags, TCP_FLAGS);
  store16(tcp + TCP_WINDOW, 0);
  store16(tcp + TCP_URGENT, 0);
  store<u16>(tcp, 0, TCP_CHECKSUM);
  const sum = sumBytes(tcp, TCP_HEADER, pseudoSum(local, remote, PROTOCOL_TCP, TCP_HEADER));
  store<u16>(tcp, complement(sum), TCP_CHECKSUM);
  count(TCP_OUT);
  count(TCP_RESETS_OUT);
  ip4Send(frame, local, remote, PROTOCOL_TCP, TCP_HEADER, 0, DEFAULT_SERVICE);
}

/** Refuses the segment being handled. A RST is never answered. */
export function refuseSegment(): void {
  const s = segment;
  if (s.has(RST)) return;
  if (s.has(ACK)) send(s.local.v4, s.remote.v4, s.ports, s.ack, 0, RST);
  else send(s.local.v4, s.remote.v4, s.ports, 0, s.seq + s.space, RST | ACK);
}

/** Tells the peer that the connection is aborted. */
export function sendReset(t: Tcb): void {
  send(t.local.v4, t.remote.v4, t.ports, t.sndNxt, t.rcvNxt, RST | ACK);
}
