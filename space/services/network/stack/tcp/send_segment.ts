// Builds one segment and sends it: header, options, data from the send buffer, checksum in the same pass as the copy.

import { store16, store32 } from "../bytes";
import { complement, pseudoSum, sumBytes } from "../checksum";
import { BYTES_COPIED, TCP_OUT, count, countMany } from "../counters";
import { FLAG_DONT_FRAGMENT, IP_HEADER, PROTOCOL_TCP } from "../ip4_format";
import { ip4Send, mtuTo } from "../ip4_output";
import { ipHeaderOf, packetNew } from "../packet";
import {
  ACK,
  OPTION_MSS,
  OPTION_NOP,
  OPTION_WINDOW_SCALE,
  RST,
  SYN,
  TCP_ACKNOWLEDGMENT,
  TCP_CHECKSUM,
  TCP_FLAGS,
  TCP_HEADER,
  TCP_OFFSET,
  TCP_SEQUENCE,
  TCP_SOURCE,
  TCP_URGENT,
  TCP_WINDOW,
  TIMESTAMPS_SIZE,
  TIMESTAMPS_WORD,
  URG,
  isBefore,
} from "./format";
import { timestampNow } from "./isn";
import { ACK_NOW, SCALED, SEND_URGENT, SYN_SENT, TIMESTAMPS, Tcb } from "./tcb";
import { UNSCALED_MAX, advertiseWindow } from "./window";

const MSS_OPTION_SIZE: u32 = 4;
const SCALE_OPTION_SIZE: u32 = 4; // with a no-operation before it

/** The largest segment that we can take: what an unfragmented packet holds. */
export function ownMss(t: Tcb): u32 {
  return mtuTo(t.remote.v4) - IP_HEADER - TCP_HEADER;
}

/** Writes the options behind the header. → their size */
function writeOptions(t: Tcb, tcp: usize, flags: u32): u32 {
  let at = tcp + TCP_HEADER;
  if (flags & SYN) {
    store32(at, (OPTION_MSS << 24) | (MSS_OPTION_SIZE << 16) | ownMss(t));
    at += MSS_OPTION_SIZE;
    // In an answer only what the other side has offered (RFC 7323, 1.3 and 3.2).
    if (t.state == SYN_SENT || t.is(SCALED)) {
      store32(at, (OPTION_NOP << 24) | (OPTION_WINDOW_SCALE << 16) | (3 << 8) | t.rcvShift);
      at += SCALE_OPTION_SIZE;
    }
  }
  if (t.is(TIMESTAMPS)) {
    store32(at, TIMESTAMPS_WORD);
    store32(at + 4, timestampNow(t));
    store32(at + 8, flags & ACK ? t.tsRecent : 0);
    at += TIMESTAMPS_SIZE;
  }
  return <u32>(at - tcp) - TCP_HEADER;
}

/** The urgent field: where the last urgent byte is, counted from the segment's first (RFC 9293 MUST-62). */
@inline
function urgentField(t: Tcb, seq: u32): u32 {
  if (!t.is(SEND_URGENT) || isBefore(t.sndUrgent, seq)) return 0;
  return min(t.sndUrgent - seq, 0xffff);
}

/**
 * Sends `length` bytes of the send buffer from number `seq` on, with `flags`. Every segment but the first acknowledges.
 * → false: no packet was free, and nothing changed
 */
export function sendSegment(t: Tcb, seq: u32, length: u32, flags: u32): bool {
  const frame = packetNew();
  if (!frame) return false;
  const tcp = ipHeaderOf(frame) + IP_HEADER;
  store32(tcp + TCP_SOURCE, t.ports); // and the destination behind it
  store32(tcp + TCP_SEQUENCE, seq);
  store32(tcp + TCP_ACKNOWLEDGMENT, flags & ACK ? t.rcvNxt : 0);
  const window = flags & SYN ? min(t.receiveRing.end, UNSCALED_MAX) : advertiseWindow(t);
  store16(tcp + TCP_WINDOW, window);
  const isUrgent = t.is(SEND_URGENT) && !isBefore(t.sndUrgent, seq) && (flags & (SYN | RST)) == 0;
  store16(tcp + TCP_URGENT, isUrgent ? urgentField(t, seq) : 0);
  const header = TCP_HEADER + writeOptions(t, tcp, flags);
  store<u8>(tcp, <u8>(header << 2), TCP_OFFSET);
  store<u8>(tcp, <u8>(isUrgent ? flags | URG : flags), TCP_FLAGS);
  store<u16>(tcp, 0, TCP_CHECKSUM);
  const size = header + length;
  const local = t.local.v4;
  const remote = t.remote.v4;
  let sum = sumBytes(tcp, header, pseudoSum(local, remote, PROTOCOL_TCP, size));
  if (length) {
    sum = t.sendRing.readSum(seq - (t.iss + 1), tcp + header, length, sum);
    countMany(BYTES_COPIED, length);
  }
  store<u16>(tcp, complement(sum), TCP_CHECKSUM);
  count(TCP_OUT);
  ip4Send(frame, local, remote, PROTOCOL_TCP, size, FLAG_DONT_FRAGMENT, t.service);
  if (flags & ACK) {
    t.lastAckSent = t.rcvNxt;
    t.unackedSegments = 0;
    t.delayedAck_us = 0;
    t.clear(ACK_NOW);
  }
  return true;
}
