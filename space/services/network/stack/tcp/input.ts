// A segment arrives (RFC 9293, 3.10.7): it is checked, its connection or listener is found, and it goes where the state
// says. Nothing of the packet is kept; what is to be sent goes through the output queue.

import { fold, pseudoSum, sumBytes } from "../checksum";
import { load32 } from "../bytes";
import { TCP_ERRORS, TCP_IN, count } from "../counters";
import { IP_DESTINATION, IP_SOURCE, PROTOCOL_TCP } from "../ip4_format";
import { cameToMany } from "../ip4_input";
import { ECONNREFUSED } from "../../../../../abi/errno";
import { closeConnection } from "./close";
import { ACK, FIN, RST, SYN, TCP_HEADER, TCP_OFFSET, isAfter } from "./format";
import { agreeOnOptions, listenInput } from "./listen";
import { establish, synchronizedInput } from "./synchronized";
import { wantOutput } from "./output";
import { refuseSegment } from "./reset";
import { readSegment, segment } from "./segment";
import { findConnection, findListener } from "./table";
import { ACK_NOW, SYN_RECEIVED, SYN_SENT, Tcb } from "./tcb";
import { placeWindow } from "./window";
import { measure } from "./rtt";
import { stopRetransmit } from "./deadlines";

/** Handles the `length` bytes at `tcp` of the packet at `ip`. */
export function tcpInput(ip: usize, tcp: usize, length: u32): void {
  count(TCP_IN);
  // A connection has two ends: what was sent to all is dropped (RFC 9293 MUST-57).
  if (length < TCP_HEADER || cameToMany) return count(TCP_ERRORS);
  const header = ((<u32>load<u8>(tcp, TCP_OFFSET)) >> 4) << 2;
  if (header < TCP_HEADER || header > length) return count(TCP_ERRORS);
  const pseudo = pseudoSum(load32(ip + IP_SOURCE), load32(ip + IP_DESTINATION), PROTOCOL_TCP, length);
  if (fold(sumBytes(tcp, length, pseudo)) != 0xffff) return count(TCP_ERRORS);
  readSegment(ip, tcp, header, length);
  const t = findConnection(segment.local, segment.remote, segment.ports);
  if (!t) return strangerInput();
  if (t.state == SYN_SENT) return synSentInput(t);
  // A new SYN may end TIME-WAIT (RFC 6191): then it is for the listener.
  if (!synchronizedInput(t)) strangerInput();
}

/** A segment of no connection: for a listener, or refused (3.10.7.1). */
function strangerInput(): void {
  const listener = findListener(segment.local, segment.ports >> 16);
  if (listener && !segment.remote.isUnspecified) listenInput(listener);
  else refuseSegment();
}

/** 3.10.7.3 */
function synSentInput(t: Tcb): void {
  const s = segment;
  const hasAck = s.has(ACK);
  if (hasAck && (!isAfter(s.ack, t.iss) || isAfter(s.ack, t.sndMax))) return refuseSegment();
  if (s.has(RST)) {
    if (hasAck) closeConnection(t, ECONNREFUSED);
    return;
  }
  if (!s.has(SYN)) return;
  agreeOnOptions(t);
  placeWindow(t);
  t.sndWnd = s.wnd;
  t.sndWndMax = s.wnd;
  t.sndWl1 = s.seq;
  t.sndWl2 = s.ack;
  if (!hasAck) return simultaneousOpen(t);
  measure(t);
  t.sndUna = s.ack;
  stopRetransmit(t);
  establish(t);
  t.set(ACK_NOW);
  // Data that came with the SYN is behind it in the window now.
  s.flags &= ~SYN;
  s.seq += 1;
  if (s.length || s.has(FIN)) synchronizedInput(t);
  wantOutput(t);
}

/** Both sides opened at once (RFC 9293, figure 8): our SYN goes again, with the acknowledgment of theirs. */
function simultaneousOpen(t: Tcb): void {
  t.state = SYN_RECEIVED;
  t.sndNxt = t.iss;
  wantOutput(t);
}
