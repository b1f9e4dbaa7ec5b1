// Frames written and read by the tests themselves, without a line of the stack's: an independent opinion of the formats.

const ETHERNET = 14;
const IP = 20;
const TCP = 20;
const UDP = 8;
export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17 };
export const FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 };

/** RFC 1071 in its plainest form. */
export function checksum(...parts: Uint8Array[]): number {
  const bytes = Buffer.concat(parts);
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) sum += i % 2 === 0 ? bytes[i] * 256 : bytes[i];
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 65536);
  return ~sum & 0xffff;
}

export interface IpFields {
  from: number;
  to: number;
  protocol: number;
  id?: number;
  /** Flags and offset, as in the header. */
  fragment?: number;
  ttl?: number;
  options?: Uint8Array;
  /** What the header says, if that shall not be the truth. */
  totalLength?: number;
  version?: number;
  checksum?: number;
}

export function ipPacket(fields: IpFields, payload: Uint8Array): Buffer {
  const options = fields.options ?? new Uint8Array(0);
  const header = Buffer.alloc(IP + options.length);
  header[0] = (fields.version ?? 4) * 16 + header.length / 4;
  header.writeUInt16BE(fields.totalLength ?? header.length + payload.length, 2);
  header.writeUInt16BE(fields.id ?? 1, 4);
  header.writeUInt16BE(fields.fragment ?? 0, 6);
  header[8] = fields.ttl ?? 64;
  header[9] = fields.protocol;
  header.writeUInt32BE(fields.from >>> 0, 12);
  header.writeUInt32BE(fields.to >>> 0, 16);
  header.set(options, IP);
  header.writeUInt16BE(fields.checksum ?? checksum(header), 10);
  return Buffer.concat([header, payload]);
}

export function ethernetFrame(to: bigint, from: bigint, type: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(ETHERNET);
  header.writeUIntBE(Number(to), 0, 6);
  header.writeUIntBE(Number(from), 6, 6);
  header.writeUInt16BE(type, 12);
  return Buffer.concat([header, payload]);
}

function pseudoHeader(from: number, to: number, protocol: number, length: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(from >>> 0, 0);
  bytes.writeUInt32BE(to >>> 0, 4);
  bytes[9] = protocol;
  bytes.writeUInt16BE(length, 10);
  return bytes;
}

export interface Segment {
  sourcePort: number;
  destinationPort: number;
  seq: number;
  ack: number;
  flags: number;
  window: number;
  urgent: number;
  options: Buffer;
  data: Buffer;
}

export function tcpSegment(from: number, to: number, s: Partial<Segment>): Buffer {
  const options = s.options ?? Buffer.alloc(0);
  const data = s.data ?? Buffer.alloc(0);
  const header = Buffer.alloc(TCP + options.length);
  header.writeUInt16BE(s.sourcePort ?? 0, 0);
  header.writeUInt16BE(s.destinationPort ?? 0, 2);
  header.writeUInt32BE((s.seq ?? 0) >>> 0, 4);
  header.writeUInt32BE((s.ack ?? 0) >>> 0, 8);
  header[12] = (header.length / 4) << 4;
  header[13] = s.flags ?? 0;
  header.writeUInt16BE(s.window ?? 0, 14);
  header.writeUInt16BE(s.urgent ?? 0, 18);
  header.set(options, TCP);
  const length = header.length + data.length;
  header.writeUInt16BE(checksum(pseudoHeader(from, to, PROTOCOL.tcp, length), header, data), 16);
  return Buffer.concat([header, data]);
}

export function udpDatagram(
  from: number,
  to: number,
  ports: { from: number; to: number },
  data: Uint8Array,
  options: { checksum?: number; length?: number } = {},
): Buffer {
  const header = Buffer.alloc(UDP);
  header.writeUInt16BE(ports.from, 0);
  header.writeUInt16BE(ports.to, 2);
  header.writeUInt16BE(options.length ?? UDP + data.length, 4);
  const sum = checksum(pseudoHeader(from, to, PROTOCOL.udp, UDP + data.length), header, data);
  header.writeUInt16BE(options.checksum ?? (sum === 0 ? 0xffff : sum), 6);
  return Buffer.concat([header, data]);
}

export function icmpMessage(type: number, code: number, rest: number, data: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header[0] = type;
  header[1] = code;
  header.writeUInt32BE(rest >>> 0, 4);
  header.writeUInt16BE(checksum(header, data), 2);
  return Buffer.concat([header, data]);
}

export interface ParsedIp {
  from: number;
  to: number;
  protocol: number;
  id: number;
  fragment: number;
  ttl: number;
  tos: number;
  payload: Buffer;
  packet: Buffer;
}

/** Reads an IPv4 frame and checks its header's checksum. undefined: it is something else. */
export function parseIp(frame: Buffer): ParsedIp | undefined {
  if (frame.readUInt16BE(12) !== 0x0800) return undefined;
  const packet = frame.subarray(ETHERNET, ETHERNET + frame.readUInt16BE(ETHERNET + 2));
  const header = (packet[0] & 15) * 4;
  if (checksum(packet.subarray(0, header)) !== 0) throw new Error("a wrong IP checksum");
  return {
    tos: packet[1],
    id: packet.readUInt16BE(4),
    fragment: packet.readUInt16BE(6),
    ttl: packet[8],
    protocol: packet[9],
    from: packet.readUInt32BE(12),
    to: packet.readUInt32BE(16),
    payload: packet.subarray(header),
    packet,
  };
}

/** Reads a frame with a TCP segment and checks its checksum. undefined: it is something else. */
export function parseTcp(frame: Buffer): Segment | undefined {
  const ip = parseIp(frame);
  if (!ip || ip.protocol !== PROTOCOL.tcp) return undefined;
  const { payload: tcp } = ip;
  if (checksum(pseudoHeader(ip.from, ip.to, PROTOCOL.tcp, tcp.length), tcp) !== 0) {
    throw new Error("a wrong TCP checksum");
  }
  const header = (tcp[12] >> 4) * 4;
  return {
    sourcePort: tcp.readUInt16BE(0),
    destinationPort: tcp.readUInt16BE(2),
    seq: tcp.readUInt32BE(4),
    ack: tcp.readUInt32BE(8),
    flags: tcp[13],
    window: tcp.readUInt16BE(14),
    urgent: tcp.readUInt16BE(18),
    options: tcp.subarray(TCP, header),
    data: tcp.subarray(header),
  };
}

export interface ParsedUdp {
  from: number;
  to: number;
  sourcePort: number;
  destinationPort: number;
  checksum: number;
  data: Buffer;
}

export function parseUdp(frame: Buffer): ParsedUdp | undefined {
  const ip = parseIp(frame);
  if (!ip || ip.protocol !== PROTOCOL.udp || (ip.fragment & 0x3fff) !== 0) return undefined;
  const { payload: udp } = ip;
  if (checksum(pseudoHeader(ip.from, ip.to, PROTOCOL.udp, udp.length), udp) !== 0) {
    throw new Error("a wrong UDP checksum");
  }
  return {
    from: ip.from,
    to: ip.to,
    sourcePort: udp.readUInt16BE(0),
    destinationPort: udp.readUInt16BE(2),
    checksum: udp.readUInt16BE(6),
    data: udp.subarray(UDP),
  };
}

export interface ParsedArp {
  operation: number;
  senderMac: bigint;
  senderIp: number;
  targetMac: bigint;
  targetIp: number;
  /** Where the frame goes. */
  destination: bigint;
}

const mac = (bytes: Buffer, at: number): bigint => BigInt(bytes.readUIntBE(at, 6));

export function parseArp(frame: Buffer): ParsedArp | undefined {
  if (frame.readUInt16BE(12) !== 0x0806) return undefined;
  const arp = frame.subarray(ETHERNET);
  return {
    operation: arp.readUInt16BE(6),
    senderMac: mac(arp, 8),
    senderIp: arp.readUInt32BE(14),
    targetMac: mac(arp, 18),
    targetIp: arp.readUInt32BE(24),
    destination: mac(frame, 0),
  };
}

export function arpPacket(arp: Omit<ParsedArp, "destination">): Buffer {
  const bytes = Buffer.alloc(28);
  bytes.writeUInt16BE(1, 0);
  bytes.writeUInt16BE(0x0800, 2);
  bytes[4] = 6;
  bytes[5] = 4;
  bytes.writeUInt16BE(arp.operation, 6);
  bytes.writeUIntBE(Number(arp.senderMac), 8, 6);
  bytes.writeUInt32BE(arp.senderIp >>> 0, 14);
  bytes.writeUIntBE(Number(arp.targetMac), 18, 6);
  bytes.writeUInt32BE(arp.targetIp >>> 0, 24);
  return bytes;
}
