// Opening, naming and closing sockets.

import {
  EAFNOSUPPORT,
  EBADMSG,
  EINVAL,
  EMFILE,
  ENOBUFS,
  ENOTCONN,
  EOPNOTSUPP,
  EPROTONOSUPPORT,
} from "../../../../abi/errno";
import { Message } from "../../../../abi/message";
import {
  ADDRESS_SIZE,
  FAMILY_IPV4,
  NAME_OWN,
  NAME_PEER,
  PROTOCOL_DEFAULT,
  SHUTDOWN_BOTH,
  SHUTDOWN_RECEIVE,
  SHUTDOWN_SEND,
  SOCKET_DATAGRAM,
  SOCKET_STREAM,
} from "../../../../abi/net";
import { ECONNABORTED } from "../../../../abi/errno";
import { answer, done, doneWithData, failed } from "../../../lib/hnx_ipc";
import { KIND_ECHO, KIND_UDP, datagramBind, datagramOpen } from "../stack/datagram_socket";
import { PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from "../stack/ip4_format";
import { MAX_CONNECTIONS } from "../stack/layout";
import { tcpBind, tcpListen, tcpOpen, tcpShutdownReceive, tcpShutdownSend } from "../stack/tcp/user";
import { givenAddress, givenPort, takeAddress, writeAddress } from "./address";
import { noteOpened } from "./receive";
import { Socket, mayOpen, socketFree, socketNew } from "./socket";
import { forget, waiterAt } from "./waiter";
import { unwatch } from "./watch";

/** NET_SOCKET: u32 family, u32 type, u32 protocol → handle */
export function open(m: Message): i64 {
  const family = m.readU32();
  const type = m.readU32();
  const protocol = m.readU32();
  if (!m.ok) return failed(EBADMSG);
  if (family != FAMILY_IPV4) return failed(EAFNOSUPPORT);
  if (!mayOpen(m.srcPid)) return failed(EMFILE);
  let number = -1;
  if (type == SOCKET_STREAM) {
    if (protocol != PROTOCOL_DEFAULT && protocol != PROTOCOL_TCP) return failed(EPROTONOSUPPORT);
    const t = tcpOpen();
    if (t) number = t.index;
  } else if (type == SOCKET_DATAGRAM) {
    const isEcho = protocol == PROTOCOL_ICMP;
    if (protocol != PROTOCOL_DEFAULT && protocol != PROTOCOL_UDP && !isEcho) return failed(EPROTONOSUPPORT);
    const s = datagramOpen(isEcho ? KIND_ECHO : KIND_UDP);
    if (s) number = s.index + MAX_CONNECTIONS;
  } else {
    return failed(EINVAL);
  }
  if (number < 0) return failed(ENOBUFS);
  const socket = socketNew(number, type, m.srcPid);
  noteOpened(socket.handle);
  return done(socket.handle);
}

/** Closes a socket; calls that wait on it are ended. */
export function closeSocket(socket: Socket): void {
  while (socket.firstWaiter) {
    const w = waiterAt(<u32>socket.firstWaiter);
    const token = w.token;
    forget(w);
    answer(token, -ECONNABORTED);
  }
  unwatch(socket);
  socketFree(socket);
}

/** NET_BIND: the address follows. */
export function bindSocket(m: Message, socket: Socket): i64 {
  let status = takeAddress(m);
  if (status == 0) {
    status = socket.isStream
      ? tcpBind(socket.connection, givenAddress, givenPort)
      : datagramBind(socket.datagrams, givenAddress, givenPort);
  }
  return status < 0 ? failed(-status) : done(0);
}

/** NET_LISTEN: u32 backlog */
export function listenOn(m: Message, socket: Socket): i64 {
  const backlog = m.readU32();
  if (!m.ok) return failed(EBADMSG);
  if (!socket.isStream) return failed(EOPNOTSUPP);
  const status = tcpListen(socket.connection, backlog);
  return status < 0 ? failed(-status) : done(0);
}

/** NET_SHUTDOWN: u32 SHUTDOWN_… */
export function shutDown(m: Message, socket: Socket): i64 {
  const how = m.readU32();
  if (!m.ok) return failed(EBADMSG);
  if (how > SHUTDOWN_BOTH) return failed(EINVAL);
  if (!socket.isStream) return failed(EOPNOTSUPP);
  let status = 0;
  if (how != SHUTDOWN_RECEIVE) status = tcpShutdownSend(socket.connection);
  if (status == 0 && how != SHUTDOWN_SEND) status = tcpShutdownReceive(socket.connection);
  return status < 0 ? failed(-status) : done(0);
}

/** NET_NAME: u32 NAME_… → address */
export function nameOf(m: Message, socket: Socket): i64 {
  const which = m.readU32();
  if (!m.ok) return failed(EBADMSG);
  if (which != NAME_OWN && which != NAME_PEER) return failed(EINVAL);
  const isPeer = which == NAME_PEER;
  m.beginReply();
  const at = m.reserve(ADDRESS_SIZE);
  if (socket.isStream) {
    const t = socket.connection;
    if (isPeer && !t.remotePort) return failed(ENOTCONN);
    writeAddress(at, isPeer ? t.remote : t.local, isPeer ? t.remotePort : t.localPort);
  } else {
    const s = socket.datagrams;
    if (isPeer && s.remote.isUnspecified) return failed(ENOTCONN);
    writeAddress(at, isPeer ? s.remote : s.local, isPeer ? s.remotePort : s.localPort);
  }
  return doneWithData(0);
}
