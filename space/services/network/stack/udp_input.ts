// Datagrams that arrive: UDP (RFC 768, RFC 1122 4.1), and echo replies for the sockets that sent echoes.

import { load16, load32 } from "./bytes";
import { fold, pseudoSum, sumBytes } from "./checksum";
import { UDP_ERRORS, UDP_IN, UDP_NO_PORTS, count } from "./counters";
import { DatagramSocket, KIND_ECHO, KIND_UDP, firstWithPort, nextWithPort } from "./datagram_socket";
import { UNREACHABLE_PORT, sendUnreachable } from "./icmp_errors";
import { ICMP_REST } from "./icmp_format";
import { IpAddress } from "./ip_address";
import { IP_DESTINATION, IP_SOURCE, IP_TOTAL_LENGTH, PROTOCOL_UDP } from "./ip4_format";
import { UDP_CHECKSUM, UDP_DESTINATION, UDP_HEADER, UDP_LENGTH, UDP_SOURCE } from "./udp_format";

const sender = changetype<IpAddress>(memory.data(16, 8));
const receiver = changetype<IpAddress>(memory.data(16, 8));

/** The socket that fits best: a connected one before one with an address before one with a port only. */
function findSocket(kind: u32, port: u32, remotePort: u32): DatagramSocket | null {
  let best: DatagramSocket | null = null;
  let bestScore = -1;
  let next = firstWithPort(kind, port);
  while (next) {
    const socket = next;
    next = nextWithPort(socket);
    let score = 0;
    if (socket.remotePort) {
      if (socket.remotePort != remotePort || !socket.remote.equals(sender)) continue;
      score = 2;
    }
    if (!socket.local.isUnspecified) {
      if (!socket.local.equals(receiver)) continue;
      score += 1;
    }
    if (score <= bestScore) continue;
    best = socket;
    bestScore = score;
  }
  return best;
}

/** Handles the `length` bytes at `udp` of the packet at `ip`. */
export function udpInput(ip: usize, udp: usize, length: u32): void {
  count(UDP_IN);
  if (length < UDP_HEADER) return count(UDP_ERRORS);
  const size = load16(udp + UDP_LENGTH);
  if (size < UDP_HEADER || size > length) return count(UDP_ERRORS);
  const source = load32(ip + IP_SOURCE);
  const destination = load32(ip + IP_DESTINATION);
  if (load<u16>(udp, UDP_CHECKSUM)) {
    const sum = sumBytes(udp, size, pseudoSum(source, destination, PROTOCOL_UDP, size));
    if (fold(sum) != 0xffff) return count(UDP_ERRORS);
  }
  sender.setV4(source);
  receiver.setV4(destination);
  const port = load16(udp + UDP_SOURCE);
  const socket = findSocket(KIND_UDP, load16(udp + UDP_DESTINATION), port);
  if (!socket) {
    count(UDP_NO_PORTS);
    return sendUnreachable(ip, load16(ip + IP_TOTAL_LENGTH), UNREACHABLE_PORT);
  }
  if (!socket.keep(udp + UDP_HEADER, size - UDP_HEADER, sender, port)) count(UDP_ERRORS);
}

/** Hands an ICMP echo reply, whole, to the socket whose identifier it has. */
export function echoReplyInput(ip: usize, icmp: usize, length: u32): void {
  sender.setV4(load32(ip + IP_SOURCE));
  receiver.setV4(load32(ip + IP_DESTINATION));
  const identifier = load16(icmp + ICMP_REST);
  const socket = findSocket(KIND_ECHO, identifier, 0);
  if (socket && !socket.keep(icmp, length, sender, 0)) count(UDP_ERRORS);
}

/** An ICMP error about a datagram of ours, whose headers it quotes: told to the socket that sent it, if it still is there. */
export function udpControl(quote: usize, udp: usize, error: i32): void {
  if (!error) return;
  sender.setV4(load32(quote + IP_DESTINATION));
  receiver.setV4(load32(quote + IP_SOURCE));
  const socket = findSocket(KIND_UDP, load16(udp + UDP_SOURCE), load16(udp + UDP_DESTINATION));
  if (socket) socket.fail(error);
}
