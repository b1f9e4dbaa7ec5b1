// What the stack is doing, for ip and netstat: interfaces, sockets, counters (records: abi/net.ts). Called by service.ts.

import {
  ADDRESS_SIZE,
  INTERFACE_BY_DHCP,
  INTERFACE_BY_HAND,
  INTERFACE_UP,
  SOCKET_STREAM,
} from "../../../abi/net";
import { EBADMSG, ENOENT } from "../../../abi/errno";
import { Message } from "../../../abi/message";
import { doneWithData, failed } from "../../lib/hnx_ipc";
import { writeAddress } from "./sockets/address";
import { socketAt } from "./sockets/socket";
import { BY_DHCP, BY_HAND, configuredBy } from "./configuration";
import { leaseLeft_s } from "./dhcp/client";
import { COUNTER_COUNT, counterValue } from "./stack/counters";
import { ETHERNET, interfaceAt } from "./stack/interface";
import { MAX_INTERFACES, MAX_SOCKETS } from "./stack/layout";
import { tcpReadable } from "./stack/tcp/user";

/** NET_INTERFACE: u32 index → InterfaceRecord */
export function interfaceStatus(m: Message): i64 {
  const index = m.readU32();
  if (!m.ok) return failed(EBADMSG);
  if (index >= MAX_INTERFACES) return failed(ENOENT);
  const i = interfaceAt(index);
  let flags: u32 = i.up ? INTERFACE_UP : 0;
  if (index == ETHERNET && configuredBy == BY_DHCP) flags |= INTERFACE_BY_DHCP;
  if (index == ETHERNET && configuredBy == BY_HAND) flags |= INTERFACE_BY_HAND;
  m.beginReply();
  m.withU32(flags).withU32(i.address).withU32(i.mask).withU32(i.gateway).withU32(i.dns0).withU32(i.dns1);
  m.withU32(i.mtu)
    .withU32(index == ETHERNET ? leaseLeft_s() : 0)
    .withU64(i.mac);
  return doneWithData(0);
}

/** NET_SOCKETS: u32 first → the first open socket from that number on: value its number, SocketRecord. -ENOENT: no more */
export function socketStatus(m: Message): i64 {
  const first = m.readU32();
  if (!m.ok) return failed(EBADMSG);
  for (let number = first; number < MAX_SOCKETS; number++) {
    const socket = socketAt(number);
    if (!socket.type) continue;
    m.beginReply();
    m.withU32(socket.type).withU32(socket.owner);
    if (socket.type == SOCKET_STREAM) {
      const t = socket.connection;
      m.withU32(t.state).withU32(tcpReadable(t) > 0 ? tcpReadable(t) : 0);
      writeAddress(m.reserve(ADDRESS_SIZE), t.local, t.localPort);
      writeAddress(m.reserve(ADDRESS_SIZE), t.remote, t.remotePort);
    } else {
      const s = socket.datagrams;
      m.withU32(0).withU32(s.tail - s.ring.head);
      writeAddress(m.reserve(ADDRESS_SIZE), s.local, s.localPort);
      writeAddress(m.reserve(ADDRESS_SIZE), s.remote, s.remotePort);
    }
    return doneWithData(number);
  }
  return failed(ENOENT);
}

/** NET_COUNTER: u32 number → value. -ENOENT: no more */
export function counterStatus(m: Message): i64 {
  const number = m.readU32();
  if (!m.ok) return failed(EBADMSG);
  if (number >= COUNTER_COUNT) return failed(ENOENT);
  m.beginReply();
  return doneWithData(counterValue(number));
}
