// Mutated packets: every kind that the stack reads is sent with random bytes changed, cut and repeated, to a host that has
// listeners, connections and sockets. No trap, nothing lost or grown, and the host still works afterwards. A failure
// prints its seed. MUTATED_PACKETS in the environment sets how many there are.

import { beforeAll, expect, test } from "vitest";
import { stackModule } from "./host.ts";
import { FLAG, PROTOCOL, arpPacket, icmpMessage, ipPacket, tcpSegment, udpDatagram } from "./packets.ts";
import { HOST_ADDRESS, PEER_ADDRESS, PEER_MAC, Peer, option } from "./peer.ts";
import { randomFrom } from "./wire.ts";

const COUNT = Number(process.env.MUTATED_PACKETS ?? 100_000);
const CHECK_EVERY = 10_000;
const UDP = 1;
let module: WebAssembly.Module;

beforeAll(async () => {
  module = await stackModule();
});

type Random = () => number;
const below = (random: Random, limit: number): number => Math.floor(random() * limit);

function segment(peer: Peer, random: Random): Buffer {
  const flags = [FLAG.syn, FLAG.ack, FLAG.ack | FLAG.psh, FLAG.fin | FLAG.ack, FLAG.rst, FLAG.ack | FLAG.urg];
  const options = [
    Buffer.alloc(0),
    option.mss(1460),
    option.timestamps(below(random, 2 ** 32), 0),
    option.scale(9),
  ];
  return tcpSegment(PEER_ADDRESS, HOST_ADDRESS, {
    sourcePort: peer.port + below(random, 3),
    destinationPort: random() < 0.9 ? peer.hostPort : below(random, 65536),
    seq: peer.seq + below(random, 3000) - 1000,
    ack: random() < 0.8 ? peer.ack : below(random, 2 ** 32),
    flags: flags[below(random, flags.length)],
    window: below(random, 65536),
    urgent: below(random, 65536),
    options: options[below(random, options.length)],
    data: Buffer.alloc(below(random, 100), 65),
  });
}

/** The type and payload of a sound frame of some kind. */
function original(peer: Peer, random: Random): [number, Buffer] {
  const packet = (protocol: number, payload: Buffer, fragment = 0): [number, Buffer] => [
    0x0800,
    ipPacket({ from: PEER_ADDRESS, to: HOST_ADDRESS, protocol, fragment, id: below(random, 20) }, payload),
  ];
  const data = Buffer.alloc(8 * below(random, 20), 66);
  switch (below(random, 7)) {
    case 0: {
      const fields = { operation: 1 + below(random, 2), senderMac: PEER_MAC, senderIp: PEER_ADDRESS };
      return [0x0806, arpPacket({ ...fields, targetMac: peer.host.mac, targetIp: HOST_ADDRESS })];
    }
    case 1:
      return packet(PROTOCOL.udp, udpDatagram(PEER_ADDRESS, HOST_ADDRESS, { from: 53, to: 7000 }, data));
    case 2: {
      const quote = ipPacket(
        { from: HOST_ADDRESS, to: PEER_ADDRESS, protocol: PROTOCOL.tcp },
        segment(peer, random),
      );
      return packet(
        PROTOCOL.icmp,
        icmpMessage([3, 4, 5, 8, 0, 11, 12][below(random, 7)], below(random, 6), 0, quote),
      );
    }
    case 3:
      return packet(random() < 0.5 ? PROTOCOL.udp : PROTOCOL.tcp, data, below(random, 65536));
    default:
      return packet(PROTOCOL.tcp, segment(peer, random));
  }
}

/** Changes, cuts or doubles some of it. A third of the changed IP packets get sound checksums again. */
function mutate(bytes: Buffer, random: Random): Buffer {
  let mutated = Buffer.from(bytes);
  for (let i = below(random, 4); i > 0; i--) mutated[below(random, mutated.length)] = below(random, 256);
  if (random() < 0.1) mutated = mutated.subarray(0, below(random, mutated.length + 1));
  if (random() < 0.05) mutated = Buffer.concat([mutated, mutated]);
  return mutated;
}

function repair(packet: Buffer): Buffer {
  if (packet.length < 40 || packet[0] !== 0x45) return packet;
  const fields = {
    from: packet.readUInt32BE(12),
    to: packet.readUInt32BE(16),
    protocol: packet[9],
    id: packet.readUInt16BE(4),
    fragment: packet.readUInt16BE(6),
  };
  const payload = Buffer.from(packet.subarray(20));
  if (fields.protocol === PROTOCOL.icmp)
    return ipPacket(fields, icmpMessage(payload[0], payload[1], 0, payload.subarray(8)));
  if (fields.protocol !== PROTOCOL.tcp) return ipPacket(fields, payload);
  const header = payload[12];
  const sound = tcpSegment(fields.from, fields.to, {
    sourcePort: payload.readUInt16BE(0),
    destinationPort: payload.readUInt16BE(2),
    seq: payload.readUInt32BE(4),
    ack: payload.readUInt32BE(8),
    flags: payload[13],
    window: payload.readUInt16BE(14),
    data: payload.subarray(20),
  });
  // The offset as it was mutated, its checksum corrected by the difference.
  sound[16] = 0;
  sound[17] = 0;
  sound[12] = header;
  const pseudo = Buffer.alloc(12);
  packet.copy(pseudo, 0, 12, 20);
  pseudo[9] = PROTOCOL.tcp;
  pseudo.writeUInt16BE(sound.length, 10);
  let sum = 0;
  const all = Buffer.concat([pseudo, sound]);
  for (let i = 0; i < all.length; i++) sum += i % 2 === 0 ? all[i] * 256 : all[i];
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 65536);
  sound.writeUInt16BE(~sum & 0xffff, 16);
  return ipPacket(fields, sound);
}

test.each([Math.floor(Math.random() * 1e9)])(`${COUNT} mutated packets, seed %i`, (seed) => {
  const random = randomFrom(seed);
  const peer = new Peer(module, seed & 0xffff);
  const { stack } = peer.host;
  peer.establish(option.mss(1460));
  const socket = stack.udpOpen(UDP);
  stack.udpBind(socket, 0, 7000);
  for (let i = 1; i <= COUNT; i++) {
    const [type, payload] = original(peer, random);
    const mutated = mutate(payload, random);
    peer.now_us += below(random, 20_000);
    peer.sendFrame(type, type === 0x0800 && random() < 0.7 ? repair(mutated) : mutated);
    if (i % 16 === 0) peer.run();
    if (i % CHECK_EVERY !== 0) continue;
    peer.frames = [];
    while (typeof peer.host.receiveDatagram(socket) !== "number");
    peer.host.read(peer.connection);
    expect(stack.connectionsInUse()).toBeLessThanOrEqual(1024);
    expect(stack.freePackets()).toBeGreaterThan(0);
  }
  finish(peer, socket);
});

/** Everything ends, nothing is left, and a new connection works. */
function finish(peer: Peer, socket: number): void {
  const { stack } = peer.host;
  stack.udpClose(socket);
  stack.tcpClose(peer.connection);
  peer.pass(400_000_000);
  for (let n = 0; n < 1024; n++) if (stack.tcpState(n) !== 0) stack.tcpAbort(n);
  peer.pass(100_000_000);
  peer.frames = [];
  expect(peer.host.resources).toEqual(new Peer(module).host.resources);
  peer.port = 60000;
  peer.seq = 1;
  peer.options = () => Buffer.alloc(0);
  peer.establish();
  peer.send({ data: Buffer.from("still alive") });
  expect((peer.host.read(peer.connection) as Buffer).toString()).toBe("still alive");
}
