// Sending and connecting: one try each. A stream's bytes go from the caller straight into the send buffer; what has been
// queued is remembered in the waiter, so that a blocking send ends when all of it is queued. A datagram's go straight into
// its packet.

import {
  EAGAIN,
  EBADMSG,
  EDESTADDRREQ,
  EINPROGRESS,
  EISCONN,
  EMSGSIZE,
  ENOTCONN,
} from "../../../../abi/errno";
import { MAX_COPY_SLICE } from "../../../../abi/limits";
import { MESSAGE_URGENT, SOCKET_STREAM } from "../../../../abi/net";
import { LATER, done, failed, msgRead } from "../../../lib/hnx_ipc";
import { spanLength } from "../stack/byte_ring";
import { IpAddress } from "../stack/ip_address";
import { CLOSED, ESTABLISHED, SYN_RECEIVED, SYN_SENT } from "../stack/tcp/tcb";
import {
  tcpConnect,
  tcpMarkUrgent,
  tcpSendRoom,
  tcpSendSpan,
  tcpSent,
  tcpTakeError,
} from "../stack/tcp/user";
import { DATAGRAM_MAX, datagramAbandon, datagramBegin, datagramFinish } from "../stack/udp_output";
import { CONNECT_TOLD, Socket } from "./socket";
import { Waiter } from "./waiter";

/** Brings bytes `offset`…`offset + size` of a send to `target`. → bytes or -errno */
function fetch(w: Waiter, offset: u32, target: usize, size: u32): i32 {
  if (!w.isInline) return msgRead(w.token, 0, offset, target, min(size, MAX_COPY_SLICE));
  memory.copy(target, w.data + offset, size);
  return size;
}

/** What a send that stops at an error answers: the bytes that went before it, if any. */
@inline
function stopped(w: Waiter, error: i32): i64 {
  return w.done ? done(w.done) : failed(error);
}

export function trySendStream(w: Waiter, socket: Socket): i64 {
  const t = socket.connection;
  if (t.state == SYN_SENT || t.state == SYN_RECEIVED) return LATER;
  while (w.done < w.length) {
    const room = tcpSendRoom(t);
    if (room < 0) return stopped(w, -room);
    if (room == 0) return LATER;
    const target = tcpSendSpan(t, min(<u32>room, w.length - w.done));
    const span = spanLength;
    if (!span) return LATER;
    const fetched = fetch(w, w.done, target, span);
    if (fetched < 0) return stopped(w, -fetched);
    tcpSent(t, fetched);
    w.done += fetched;
    if (<u32>fetched < span) return done(w.done);
  }
  if (!w.length) {
    const room = tcpSendRoom(t);
    if (room < 0) return failed(-room);
  } else if (w.flags & MESSAGE_URGENT) {
    tcpMarkUrgent(t);
  }
  return done(w.done);
}

/** Sends one datagram to `address`, or, with port 0 and no address, to where the socket is connected. */
export function sendDatagram(w: Waiter, socket: Socket, address: IpAddress, port: u32): i64 {
  const s = socket.datagrams;
  if (s.error) {
    const error = s.error;
    s.error = 0;
    return failed(error);
  }
  let to = address;
  if (to.isUnspecified) {
    if (s.remote.isUnspecified) return failed(EDESTADDRREQ);
    to = s.remote;
    port = s.remotePort;
  }
  if (w.length > DATAGRAM_MAX) return failed(EMSGSIZE);
  const target = datagramBegin(w.length, to.v4);
  if (!target) return failed(EAGAIN);
  let have: u32 = 0;
  while (have < w.length) {
    const fetched = fetch(w, have, target + have, w.length - have);
    if (fetched > 0) have += fetched;
    if (fetched > 0 && have < w.length) continue;
    if (have == w.length) break;
    datagramAbandon();
    return failed(fetched < 0 ? -fetched : EBADMSG);
  }
  const status = datagramFinish(s, w.length, to, port);
  return status < 0 ? failed(-status) : done(w.length);
}

/** Begins a connection, or, again, tells of one that is under way. mayWait: the caller waits for its outcome. */
export function startConnect(socket: Socket, address: IpAddress, port: u32, mayWait: bool): i64 {
  if (socket.type != SOCKET_STREAM) return connectDatagrams(socket, address, port);
  const status = tcpConnect(socket.connection, address, port);
  if (status < 0) return failed(-status);
  return mayWait ? LATER : failed(EINPROGRESS);
}

/** The outcome of a connect that waits. */
export function tryConnect(socket: Socket): i64 {
  const t = socket.connection;
  if (t.state == SYN_SENT || t.state == SYN_RECEIVED) return LATER;
  socket.flags |= CONNECT_TOLD;
  if (t.state >= ESTABLISHED) return done(0);
  const error = t.state == CLOSED ? tcpTakeError(t) : EISCONN;
  return failed(error ? error : ENOTCONN);
}

/** Fixes where datagrams go and come from; the unspecified address undoes it. */
function connectDatagrams(socket: Socket, address: IpAddress, port: u32): i64 {
  const s = socket.datagrams;
  s.remote.copyFrom(address);
  s.remotePort = address.isUnspecified ? 0 : port;
  return done(0);
}
