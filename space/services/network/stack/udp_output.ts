// Datagrams that leave. The data goes straight into the packet:
//
//   const at = datagramBegin(length, to.v4);            0: no packet, or too long
//   … put `length` bytes at `at` …
//   status = datagramFinish(socket, length, to, port);

import { EACCES, EAFNOSUPPORT, EDESTADDRREQ, EMSGSIZE } from "../../../../abi/errno";
import { store16 } from "./bytes";
import { complement, pseudoSum, sumBytes } from "./checksum";
import { ICMP_OUT, UDP_OUT, count } from "./counters";
import { DatagramSocket, KIND_ECHO, datagramBind } from "./datagram_socket";
import { ICMP_CHECKSUM, ICMP_ECHO, ICMP_HEADER, ICMP_REST } from "./icmp_format";
import { ETHERNET, interfaceAt } from "./interface";
import { BROADCAST_V4, IpAddress } from "./ip_address";
import { IP_HEADER, PROTOCOL_ICMP, PROTOCOL_UDP } from "./ip4_format";
import { ip4Send, ip4SendLong, mtuTo, sourceFor } from "./ip4_output";
import { SCRATCH_DATAGRAM } from "./layout";
import { ipHeaderOf, packetFree, packetNew } from "./packet";
import { UDP_CHECKSUM, UDP_DESTINATION, UDP_HEADER, UDP_LENGTH, UDP_SOURCE } from "./udp_format";

/** RFC 768 and 791: 65,535 bytes less both headers. */
export const DATAGRAM_MAX: u32 = 65535 - IP_HEADER - UDP_HEADER;

/** The packet between datagramBegin and datagramFinish; 0: SCRATCH_DATAGRAM. */
let current: usize = 0;
let isLong: bool = false;

const anyAddress = changetype<IpAddress>(memory.data(16, 8));

/** Where the `length` ≤ DATAGRAM_MAX bytes of a datagram to `destination` go. 0: no packet is free. */
export function datagramBegin(length: u32, destination: u32): usize {
  isLong = length + UDP_HEADER + IP_HEADER > mtuTo(destination);
  current = isLong ? 0 : packetNew();
  if (!isLong && !current) return 0;
  return (isLong ? SCRATCH_DATAGRAM : ipHeaderOf(current)) + IP_HEADER + UDP_HEADER;
}

/** Ends what datagramBegin began without sending it. */
export function datagramAbandon(): void {
  if (current) packetFree(current);
  current = 0;
}

/** Why the socket may not send there, or 0. */
function refusal(socket: DatagramSocket, to: IpAddress, port: u32): i32 {
  if (!port && socket.kind != KIND_ECHO) return -EDESTADDRREQ;
  if (!to.isV4 && !to.isUnspecified) return -EAFNOSUPPORT;
  const destination = to.v4;
  if (!destination) return -EDESTADDRREQ;
  const isBroadcast = destination == BROADCAST_V4 || interfaceAt(ETHERNET).isBroadcast(destination);
  if (isBroadcast && !socket.mayBroadcast) return -EACCES;
  if (!socket.localPort) return datagramBind(socket, anyAddress, 0);
  return 0;
}

/** Sends it. The packet is gone in any case. → 0 or -errno */
export function datagramFinish(socket: DatagramSocket, length: u32, to: IpAddress, port: u32): i32 {
  const refused = length > DATAGRAM_MAX ? -EMSGSIZE : refusal(socket, to, port);
  if (refused < 0) {
    datagramAbandon();
    return refused;
  }
  const destination = to.v4;
  const source = socket.local.isUnspecified ? sourceFor(destination) : socket.local.v4;
  const upper = (isLong ? SCRATCH_DATAGRAM : ipHeaderOf(current)) + IP_HEADER;
  const protocol = socket.kind == KIND_ECHO ? PROTOCOL_ICMP : PROTOCOL_UDP;
  let size = length + UDP_HEADER;
  let header = upper;
  if (protocol == PROTOCOL_UDP) {
    writeUdp(upper, socket.localPort, port, source, destination, size);
  } else {
    header = upper + UDP_HEADER;
    size = length;
    if (!writeEcho(header, socket.localPort, length)) {
      datagramAbandon();
      return -EMSGSIZE;
    }
    memory.copy(upper, header, size);
  }
  const frame = current;
  current = 0;
  if (isLong) return ip4SendLong(source, destination, protocol, size, socket.service);
  return ip4Send(frame, source, destination, protocol, size, 0, socket.service);
}

function writeUdp(udp: usize, from: u32, to: u32, source: u32, destination: u32, size: u32): void {
  store16(udp + UDP_SOURCE, from);
  store16(udp + UDP_DESTINATION, to);
  store16(udp + UDP_LENGTH, size);
  store<u16>(udp, 0, UDP_CHECKSUM);
  const checksum = complement(sumBytes(udp, size, pseudoSum(source, destination, PROTOCOL_UDP, size)));
  store<u16>(udp, checksum ? checksum : 0xffff, UDP_CHECKSUM);
  count(UDP_OUT);
}

/** Makes what a program wrote an echo request of its socket's: type, code, checksum and identifier are ours. */
function writeEcho(icmp: usize, identifier: u32, length: u32): bool {
  if (length < ICMP_HEADER) return false;
  store<u16>(icmp, <u16>ICMP_ECHO);
  store<u16>(icmp, 0, ICMP_CHECKSUM);
  store16(icmp + ICMP_REST, identifier);
  store<u16>(icmp, complement(sumBytes(icmp, length, 0)), ICMP_CHECKSUM);
  count(ICMP_OUT);
  return true;
}
