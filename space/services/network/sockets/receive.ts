// Receiving and accepting: one try each. LATER: nothing is there yet, and nothing has changed. Up to 256 bytes ride in the
// answer; more are copied from the socket's buffer into the caller's window 0.

import { EFAULT, EINVAL, ENOTCONN } from "../../../../abi/errno";
import { MAX_COPY_SLICE, MAX_MESSAGE_DATA } from "../../../../abi/limits";
import { ADDRESS_SIZE, MESSAGE_PEEK, SOCKET_STREAM } from "../../../../abi/net";
import { LATER, done, doneWithData, failed, message, msgWrite } from "../../../lib/hnx_ipc";
import { ByteRing, spanLength } from "../stack/byte_ring";
import { DATAGRAM_HEADER } from "../stack/datagram_socket";
import { IpAddress } from "../stack/ip_address";
import { LISTEN } from "../stack/tcp/tcb";
import { END_OF_DATA, tcpAccept, tcpConsumed, tcpReadable } from "../stack/tcp/user";
import { writeAddress } from "./address";
import { Socket, mayOpen, socketNew } from "./socket";
import { Waiter } from "./waiter";
import { EMFILE } from "../../../../abi/errno";

const sender = changetype<IpAddress>(memory.data(16, 8));
const addressRecord: usize = memory.data(ADDRESS_SIZE, 8);

/** The handle that the last accept or socket gave away, and to which call: an answer that reaches nobody closes it. */
export let openedHandle: u32 = 0;

export function noteOpened(handle: u32): void {
  openedHandle = handle;
}

/** Copies `size` bytes of a buffer from `position` on into the caller's window 0. → bytes, or -errno when that were none */
function copyOut(token: u64, ring: ByteRing, position: u32, size: u32): i32 {
  let moved: u32 = 0;
  while (moved < size) {
    const source = ring.span(position + moved, size - moved);
    const span = spanLength;
    const copied = msgWrite(token, 0, moved, source, span);
    if (copied < 0) return moved ? moved : copied;
    moved += copied;
    if (<u32>copied < span) break;
  }
  return moved;
}

/** Gives the caller `size` bytes of the buffer: in the answer, or in its window. → bytes or -errno */
function deliver(w: Waiter, ring: ByteRing, position: u32, size: u32): i32 {
  const m = message();
  m.beginReply();
  if (size > MAX_MESSAGE_DATA) {
    const copied = copyOut(w.token, ring, position, size);
    m.beginReply();
    return copied;
  }
  ring.read(position, m.reserve(size), size);
  return size;
}

export function tryReceive(w: Waiter, socket: Socket): i64 {
  return socket.type == SOCKET_STREAM ? receiveStream(w, socket) : receiveDatagram(w, socket);
}

function receiveStream(w: Waiter, socket: Socket): i64 {
  const t = socket.connection;
  const there = tcpReadable(t);
  if (there == END_OF_DATA || (there >= 0 && w.length == 0)) return done(0);
  if (there < 0) return failed(-there);
  if (there == 0) return LATER;
  const size = min(min(<u32>there, w.length), MAX_COPY_SLICE);
  const taken = deliver(w, t.receiveRing, t.receiveRing.head, size);
  if (taken < 0) return failed(-taken);
  if (!(w.flags & MESSAGE_PEEK)) tcpConsumed(t, taken);
  return doneWithData(taken);
}

/** A datagram is given whole, or cut to what was asked for; the rest of it is gone then. */
function receiveDatagram(w: Waiter, socket: Socket): i64 {
  const s = socket.datagrams;
  if (s.error) {
    const error = s.error;
    s.error = 0;
    return failed(error);
  }
  if (!s.hasDatagram) return LATER;
  const size = min(min(s.firstLength, w.length), MAX_COPY_SLICE);
  s.firstAddress(sender);
  writeAddress(addressRecord, sender, s.firstPort);
  // The address goes to window 1 if the caller has one; without it there is nobody to be told.
  const told = msgWrite(w.token, 1, 0, addressRecord, ADDRESS_SIZE);
  if (told == -EFAULT) return failed(EFAULT);
  const taken = deliver(w, s.ring, s.ring.head + DATAGRAM_HEADER, size);
  if (taken < 0) return failed(-taken);
  if (!(w.flags & MESSAGE_PEEK)) s.dropFirst();
  return doneWithData(taken);
}

/** Takes a connection from a listener. → its handle */
export function tryAccept(w: Waiter, socket: Socket): i64 {
  if (socket.type != SOCKET_STREAM) return failed(EINVAL);
  if (socket.connection.state != LISTEN) return failed(socket.connection.error ? ENOTCONN : EINVAL);
  if (!mayOpen(w.pid)) return failed(EMFILE);
  const t = tcpAccept(socket.connection);
  if (!t) return LATER;
  const accepted = socketNew(t.index, SOCKET_STREAM, w.pid);
  openedHandle = accepted.handle;
  return done(accepted.handle);
}
