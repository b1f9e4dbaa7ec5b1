// What a user may ask of TCP (RFC 9293, 3.9.1). Nothing waits in here: a call answers with what there is, and events.ts tells
// when there is more. Data goes to and from the buffers directly:
//
//   for (let room = tcpSendRoom(t); room > 0;)       at = tcpSendSpan(t, wanted); put ringSpan bytes; tcpSent(t, count)
//   for (let size = tcpReadable(t); size > 0;)       at = tcpReadSpan(t, wanted); take them;          tcpConsumed(t, count)

import {
  EADDRNOTAVAIL,
  EAFNOSUPPORT,
  EALREADY,
  ECONNRESET,
  EINVAL,
  EISCONN,
  ENETUNREACH,
  ENOBUFS,
  ENOTCONN,
  EPIPE,
} from "../../../../../abi/errno";
import { now_us } from "../clock";
import { TCP_ACTIVE_OPENS, count } from "../counters";
import { spanLength } from "../byte_ring";
import { IpAddress } from "../ip_address";
import { sourceFor } from "../ip4_output";
import { MSL_US, abortConnection, closeConnection, leaveListener } from "./close";
import { setOther } from "./deadlines";
import { startSending } from "./listen";
import { wantOutput } from "./output";
import { addToTimeWait, firstToAccept } from "./queues";
import { bind, findConnection, linkConnection, portTowards, tcbFree, tcbNew } from "./table";
import {
  ACK_NOW,
  BLOCKED,
  BOUND,
  CLOSED,
  CLOSE_WAIT,
  DETACHED,
  ESTABLISHED,
  FIN_QUEUED,
  FIN_RECEIVED,
  FIN_WAIT_1,
  FIN_WAIT_2,
  LAST_ACK,
  LISTEN,
  READ_SHUT,
  RECEIVE_URGENT,
  SEND_URGENT,
  SYN_RECEIVED,
  SYN_SENT,
  TIMESTAMPS,
  TIME_WAIT,
  Tcb,
  WAS_OPEN,
  canSend,
} from "./tcb";
import { isAfter } from "./format";
import { isUpdateDue, openWindow } from "./window";

export const MAX_BACKLOG: u32 = 128;
/** What tcpReadable says when the peer sends no more. */
export const END_OF_DATA: i32 = i32.MIN_VALUE;

const anyAddress = changetype<IpAddress>(memory.data(16, 8));
const ownAddress = changetype<IpAddress>(memory.data(16, 8));

/** A new connection, closed and unbound. null: the table is full. */
export function tcpOpen(): Tcb | null {
  return tcbNew();
}

/** → 0, -EINVAL, -EADDRINUSE, -EADDRNOTAVAIL */
export function tcpBind(t: Tcb, address: IpAddress, port: u32): i32 {
  return bind(t, address, port);
}

/** Passive open. Again on a listener: another backlog. → 0, -EINVAL, -EADDRINUSE */
export function tcpListen(t: Tcb, backlog: u32): i32 {
  if (t.state != CLOSED && t.state != LISTEN) return -EINVAL;
  if (t.is(WAS_OPEN) || t.error) return -EINVAL;
  if (!t.is(BOUND)) {
    const status = bind(t, anyAddress, 0);
    if (status < 0) return status;
  }
  t.state = LISTEN;
  t.backlog = min(max(backlog, 1), MAX_BACKLOG);
  return 0;
}

/**
 * Active open. → 0: under way, or -EISCONN, -EALREADY, -EINVAL (a listener, or closed already), -EAFNOSUPPORT,
 * -ENETUNREACH, -EADDRNOTAVAIL (no port is free, or that connection exists), -ENOBUFS
 */
export function tcpConnect(t: Tcb, remote: IpAddress, port: u32): i32 {
  if (t.state == SYN_SENT || t.state == SYN_RECEIVED) return -EALREADY;
  if (t.state == LISTEN || t.is(FIN_QUEUED)) return -EINVAL;
  if (t.state != CLOSED) return -EISCONN;
  if (t.is(WAS_OPEN) || t.error) return -EINVAL;
  if (!remote.isV4) return -EAFNOSUPPORT;
  const source = sourceFor(remote.v4);
  if (!source || remote.v4 >= 0xe000_0000) return -ENETUNREACH;
  if (!port) return -EADDRNOTAVAIL;
  ownAddress.setV4(source);
  if (!t.local.isUnspecified) ownAddress.copyFrom(t.local);
  const local = t.localPort ? t.localPort : portTowards(ownAddress, remote, port);
  if (!local || findConnection(ownAddress, remote, (local << 16) | port)) return -EADDRNOTAVAIL;
  if (!openWindow(t, t.receiveBytes)) return -ENOBUFS;
  t.local.copyFrom(ownAddress);
  t.remote.copyFrom(remote);
  t.ports = (local << 16) | port;
  startSending(t);
  t.set(TIMESTAMPS);
  linkConnection(t);
  t.state = SYN_SENT;
  count(TCP_ACTIVE_OPENS);
  wantOutput(t);
  return 0;
}

/** A connection that the listener has ready, or null. It is the caller's from now on. */
export function tcpAccept(listener: Tcb): Tcb | null {
  const t = listener.state == LISTEN ? firstToAccept(listener) : null;
  if (t) leaveListener(t);
  return t;
}

/** The error that ended the connection or that a router reported, once. 0: none */
export function tcpTakeError(t: Tcb): i32 {
  const error = t.error;
  if (t.state != CLOSED) t.error = 0;
  return error;
}

/** Bytes that can be sent now. → -ENOTCONN, -EPIPE (no more may be sent), -ECONNRESET and the like: what ended it */
export function tcpSendRoom(t: Tcb): i32 {
  if (t.is(FIN_QUEUED)) return -EPIPE;
  if (!canSend(t.state)) {
    if (t.state == CLOSED && t.error) return -t.error;
    return t.is(WAS_OPEN) ? -EPIPE : -ENOTCONN;
  }
  const held = t.sndEnd - t.sndUna;
  if (held >= t.sendBytes) {
    t.set(BLOCKED);
    return 0;
  }
  return t.sendBytes - held;
}

/** Where the next bytes to be sent go, and how many of `size` in spanLength: 0 when no block is free. */
export function tcpSendSpan(t: Tcb, size: u32): usize {
  const position = t.sndEnd - (t.iss + 1);
  const backed = t.sendRing.extend(position + size) - position;
  if (!backed) t.set(BLOCKED);
  return t.sendRing.span(position, backed);
}

/** `size` bytes are there, at what tcpSendSpan returned. */
export function tcpSent(t: Tcb, size: u32): void {
  t.sndEnd += size;
  wantOutput(t);
}

/** The last byte sent so far is urgent (RFC 9293, 3.8.5). */
export function tcpMarkUrgent(t: Tcb): void {
  t.sndUrgent = t.sndEnd - 1;
  t.set(SEND_URGENT);
}

/** Bytes that can be read now; 0: none yet. → END_OF_DATA, -ENOTCONN, or what ended it */
export function tcpReadable(t: Tcb): i32 {
  const size = <i32>(t.state < ESTABLISHED && !t.is(WAS_OPEN) ? 0 : t.readable);
  if (size > 0 && !(t.state == CLOSED && t.error)) return size;
  if (t.is(FIN_RECEIVED | READ_SHUT)) return END_OF_DATA;
  if (t.state == LISTEN) return -ENOTCONN;
  if (t.state != CLOSED) return 0;
  if (t.error) return -t.error;
  return t.is(WAS_OPEN) ? END_OF_DATA : -ENOTCONN;
}

/** Where the next bytes to be read are, and how many of `size` ≤ tcpReadable in spanLength. */
export function tcpReadSpan(t: Tcb, size: u32): usize {
  return t.receiveRing.span(t.receiveRing.head, size);
}

/** `size` bytes have been read. The peer is told of the room when that is worth it. */
export function tcpConsumed(t: Tcb, size: u32): void {
  t.receiveRing.release(t.receiveRing.head + size);
  if (t.is(RECEIVE_URGENT) && isAfter(t.irs + 1 + t.receiveRing.head, t.rcvUrgent)) t.clear(RECEIVE_URGENT);
  if (t.state < ESTABLISHED || !isUpdateDue(t)) return;
  t.set(ACK_NOW);
  wantOutput(t);
}

/** Bytes up to and with the last urgent one that the user has not read; 0: nothing is urgent (RFC 9293 MUST-33). */
export function tcpUrgentAhead(t: Tcb): u32 {
  return t.is(RECEIVE_URGENT) ? t.rcvUrgent + 1 - (t.irs + 1 + t.receiveRing.head) : 0;
}

/** No more will be sent: FIN follows the data. → 0, -ENOTCONN */
export function tcpShutdownSend(t: Tcb): i32 {
  if (t.is(FIN_QUEUED)) return 0;
  if (t.state == ESTABLISHED) t.state = FIN_WAIT_1;
  else if (t.state == CLOSE_WAIT) t.state = LAST_ACK;
  else if (t.state != SYN_RECEIVED) return -ENOTCONN; // whose turn comes when it is established
  t.set(FIN_QUEUED);
  wantOutput(t);
  return 0;
}

/** No more will be read: what is there and what comes is thrown away. → 0, -ENOTCONN */
export function tcpShutdownReceive(t: Tcb): i32 {
  if (t.state < ESTABLISHED) return -ENOTCONN;
  t.set(READ_SHUT);
  if (t.readable) tcpConsumed(t, t.readable);
  return 0;
}

/** The user is done with the connection: it ends by itself, and nobody may name it any more (RFC 9293, 3.10.4). */
export function tcpClose(t: Tcb): void {
  if (t.state == CLOSED) return tcbFree(t);
  if (t.state == LISTEN || t.state == SYN_SENT) return tcpAbort(t);
  // Data that was not read will never be: the peer should know (RFC 9293, 3.6.1; RFC 2525, 2.17).
  if (t.readable && t.state != TIME_WAIT) return tcpAbort(t);
  t.set(DETACHED);
  if (t.state == TIME_WAIT) return addToTimeWait(t);
  if (t.state == FIN_WAIT_2) return setOther(t, now_us + 2 * MSL_US);
  tcpShutdownSend(t);
}

/** Ends it at once (RFC 9293, 3.10.5). Nobody may name it any more. */
export function tcpAbort(t: Tcb): void {
  if (t.state == CLOSED) return tcbFree(t);
  if (t.state == TIME_WAIT && t.is(DETACHED) == false) addToTimeWait(t);
  t.set(DETACHED);
  abortConnection(t, ECONNRESET);
}
