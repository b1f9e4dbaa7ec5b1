// Frames for mutation.test.ts: sound ones of every kind that the stack reads, aimed at what a host has open, and what is done
// to them. All choices come from one seed.

import {
  FLAG,
  PROTOCOL,
  arpPacket,
  checksum,
  ethernetFrame,
  icmpMessage,
  ipPacket,
  tcpSegment,
  udpDatagram,
} from "./packets.ts";
import { HOST_ADDRESS, PEER_ADDRESS, PEER_MAC, type Peer, option } from "./peer.ts";

export const UDP_PORT = 7000;
export const TCP_PORT = 80;
const IPV4 = 0x0800;
const ARP = 0x0806;
const HEADER = 20;
const ETHERNET = 14;
const TCP_CHECKSUM = 16;
/** Numbers that a receiver's window begins with, and some before it. */
const NEAR = 2000;

export type Random = () => number;
export const below = (random: Random, limit: number): number => Math.floor(random() * limit);
const oneOf = <T,>(random: Random, list: readonly T[]): T => list[below(random, list.length)];

const FLAGS = [
  FLAG.syn,
  FLAG.syn | FLAG.ack,
  FLAG.ack,
  FLAG.ack,
  FLAG.ack | FLAG.psh,
  FLAG.ack | FLAG.psh,
  FLAG.fin | FLAG.ack,
  FLAG.rst,
  FLAG.ack | FLAG.urg,
];

/** A segment for connection `n`, or, when that is -1, the first of a new one. Most fit what the host expects next. */
function segment(peer: Peer, n: number, random: Random): Buffer {
  const { stack } = peer.host;
  const options = [
    Buffer.alloc(0),
    option.mss(1460),
    option.timestamps(below(random, 2 ** 32), 0),
    option.scale(9),
  ];
  const common = {
    window: below(random, 65536),
    urgent: below(random, 65536),
    options: oneOf(random, options),
  };
  if (n < 0) {
    const ports = { sourcePort: 1024 + below(random, 60_000), destinationPort: TCP_PORT };
    const open = { seq: below(random, 2 ** 32), flags: FLAG.syn };
    return tcpSegment(PEER_ADDRESS, HOST_ADDRESS, { ...common, ...ports, ...open });
  }
  const field = (offset: number): number => stack.tcpField(n, offset) >>> 0;
  const ports = field(stack.offsetPorts());
  const isNext = random() < 0.6;
  const seq = field(stack.offsetReceiveNext()) + (isNext ? 0 : below(random, 2 * NEAR) - NEAR);
  const ack = random() < 0.8 ? field(stack.offsetSendMax()) - (random() < 0.3 ? below(random, NEAR) : 0) : 0;
  return tcpSegment(PEER_ADDRESS, HOST_ADDRESS, {
    ...common,
    sourcePort: ports & 0xffff,
    destinationPort: ports >>> 16,
    seq: seq >>> 0,
    ack: ack >>> 0,
    flags: oneOf(random, FLAGS),
    data: Buffer.alloc(below(random, 100), 65),
  });
}

function arp(peer: Peer, random: Random): Buffer {
  const sender = { operation: 1 + below(random, 2), senderMac: PEER_MAC, senderIp: PEER_ADDRESS };
  return arpPacket({ ...sender, targetMac: peer.host.mac, targetIp: HOST_ADDRESS });
}

/** The type and payload of a sound frame of some kind; `n` is the connection that it may be about, or -1. */
export function original(peer: Peer, n: number, random: Random): [number, Buffer] {
  const options =
    random() < 0.05 ? Buffer.from([7, 4 + 4 * below(random, 3), 4, 0, 131, 3, 4, 0]) : undefined;
  const packet = (protocol: number, payload: Buffer, fragment = 0): [number, Buffer] => {
    const fields = {
      from: PEER_ADDRESS,
      to: HOST_ADDRESS,
      protocol,
      fragment,
      id: below(random, 20),
      options,
    };
    return [IPV4, ipPacket(fields, payload)];
  };
  const data = Buffer.alloc(8 * below(random, 20), 66);
  switch (below(random, 8)) {
    case 0:
      return [ARP, arp(peer, random)];
    case 1:
      return packet(PROTOCOL.udp, udpDatagram(PEER_ADDRESS, HOST_ADDRESS, { from: 53, to: UDP_PORT }, data));
    case 2: {
      const own = { from: HOST_ADDRESS, to: PEER_ADDRESS, protocol: PROTOCOL.tcp };
      const quote = ipPacket(own, turned(segment(peer, n, random)));
      const type = oneOf(random, [3, 4, 5, 8, 0, 11, 12]);
      return packet(PROTOCOL.icmp, icmpMessage(type, below(random, 6), 0, quote));
    }
    case 3:
      return packet(random() < 0.5 ? PROTOCOL.udp : PROTOCOL.tcp, data, below(random, 65536));
    default:
      return packet(PROTOCOL.tcp, segment(peer, n, random));
  }
}

/** A segment with its ports the other way round: as the host had sent it. */
function turned(bytes: Buffer): Buffer {
  const ports = bytes.readUInt32BE(0);
  bytes.writeUInt32BE(((ports << 16) | (ports >>> 16)) >>> 0, 0);
  return bytes;
}

/** Changes, cuts or doubles some of it, or nothing. */
function mutate(bytes: Buffer, random: Random): Buffer {
  let mutated = Buffer.from(bytes);
  for (let i = below(random, 4); i > 0; i--) mutated[below(random, mutated.length)] = below(random, 256);
  if (random() < 0.1) mutated = mutated.subarray(0, below(random, mutated.length + 1));
  if (random() < 0.05) mutated = Buffer.concat([mutated, mutated]);
  return mutated;
}

/** The frame that is sent: `payload` mutated, most of the time with sound checksums again; some have their Ethernet header mutated, too. */
export function mutatedFrame(peer: Peer, type: number, payload: Buffer, random: Random): Buffer {
  const mutated = mutate(payload, random);
  const sound = type === IPV4 && random() < 0.7 ? repair(mutated) : mutated;
  const frame = ethernetFrame(peer.host.mac, PEER_MAC, type, sound);
  if (random() > 0.05) return frame;
  frame[below(random, ETHERNET)] = below(random, 256);
  return frame.subarray(0, random() < 0.1 ? below(random, ETHERNET + 1) : frame.length);
}

/** Corrects the checksums of an IP packet; whatever else is wrong with it stays. */
function repair(packet: Buffer): Buffer {
  const size = (packet[0] & 15) * 4;
  if (packet.length < 2 * HEADER || size < HEADER || packet.length < size + HEADER) return packet;
  const fields = {
    version: packet[0] >> 4,
    totalLength: packet.readUInt16BE(2),
    id: packet.readUInt16BE(4),
    fragment: packet.readUInt16BE(6),
    ttl: packet[8],
    protocol: packet[9],
    from: packet.readUInt32BE(12),
    to: packet.readUInt32BE(16),
    options: packet.subarray(HEADER, size),
  };
  const payload = Buffer.from(packet.subarray(size));
  if (fields.protocol === PROTOCOL.icmp)
    return ipPacket(
      fields,
      icmpMessage(payload[0], payload[1], payload.readUInt32BE(4), payload.subarray(8)),
    );
  if (fields.protocol !== PROTOCOL.tcp) return ipPacket(fields, payload);
  payload.writeUInt16BE(0, TCP_CHECKSUM);
  payload.writeUInt16BE(tcpChecksum(packet, payload), TCP_CHECKSUM);
  return ipPacket(fields, payload);
}

function tcpChecksum(packet: Buffer, segmentBytes: Buffer): number {
  const pseudo = Buffer.alloc(12);
  packet.copy(pseudo, 0, 12, 20);
  pseudo[9] = PROTOCOL.tcp;
  pseudo.writeUInt16BE(segmentBytes.length, 10);
  return checksum(pseudo, segmentBytes);
}
