// ARP, IPv4, reassembly, ICMP, UDP: what RFC 1122 asks of a host's lower layers, and what hostile packets get.

import { beforeAll, expect, test } from "vitest";
import { ip, stackModule } from "./host.ts";
import {
  PROTOCOL,
  arpPacket,
  checksum,
  ethernetFrame,
  icmpMessage,
  ipPacket,
  parseArp,
  parseIp,
  udpDatagram,
} from "./packets.ts";
import { BROADCAST, HOST_ADDRESS, PEER_ADDRESS, PEER_MAC, Peer } from "./peer.ts";

const SECOND = 1_000_000;
const UDP = 1;
const ECHO = 2;
const PORT = 7000;
let module: WebAssembly.Module;

beforeAll(async () => {
  module = await stackModule();
});

const peerPorts = { from: 5000, to: PORT };

function boundSocket(peer: Peer, address = 0): number {
  const socket = peer.host.stack.udpOpen(UDP);
  expect(peer.host.stack.udpBind(socket, address, PORT)).toBe(0);
  return socket;
}

/** Sends an IP packet with fields of its own. */
function sendPacket(
  peer: Peer,
  fields: Partial<Parameters<typeof ipPacket>[0]>,
  payload: Uint8Array,
  to?: bigint,
): void {
  const whole = { from: PEER_ADDRESS, to: HOST_ADDRESS, protocol: PROTOCOL.udp, ...fields };
  peer.sendFrame(0x0800, ipPacket(whole, payload), to);
  peer.run();
}

/** Lets the host learn the peer's address, so that nothing waits for it. */
function warm(peer: Peer): void {
  peer.sendIp(PROTOCOL.icmp, icmpMessage(8, 0, 1, Buffer.alloc(0)));
  peer.frames = [];
}

const datagram = (data: Uint8Array, options = {}): Buffer =>
  udpDatagram(PEER_ADDRESS, HOST_ADDRESS, peerPorts, data, options);

/** The host's ICMP messages, as [type, code]. */
function icmpSent(peer: Peer): number[][] {
  return peer.frames
    .splice(0)
    .flatMap((frame) => parseIp(frame) ?? [])
    .filter(({ protocol }) => protocol === PROTOCOL.icmp)
    .map(({ payload }) => {
      expect(checksum(payload)).toBe(0);
      return [payload[0], payload[1]];
    });
}

test("ARP: asked for our address we answer, asked for another's we do not", () => {
  const peer = new Peer(module);
  const request = { operation: 1, senderMac: PEER_MAC, senderIp: PEER_ADDRESS, targetMac: 0n };
  peer.sendFrame(0x0806, arpPacket({ ...request, targetIp: HOST_ADDRESS }), BROADCAST);
  peer.sendFrame(0x0806, arpPacket({ ...request, targetIp: ip("10.0.0.9") }), BROADCAST);
  peer.run();
  expect(peer.frames.map((frame) => parseArp(frame))).toMatchObject([
    {
      operation: 2,
      senderMac: peer.host.mac,
      targetMac: PEER_MAC,
      targetIp: PEER_ADDRESS,
      destination: PEER_MAC,
    },
  ]);
});

test("ARP: nobody is believed whom we did not ask", () => {
  const peer = new Peer(module);
  const socket = boundSocket(peer);
  const evil = 0x0200_0000_0666n;
  const lie = { senderMac: evil, senderIp: PEER_ADDRESS, targetMac: peer.host.mac, targetIp: HOST_ADDRESS };
  const toPeer = (): bigint => {
    peer.host.sendDatagram(socket, Buffer.from("x"), PEER_ADDRESS, 9);
    peer.run();
    return BigInt(peer.frames.splice(0).at(-1)?.readUIntBE(0, 6) ?? 0);
  };
  peer.sendFrame(0x0806, arpPacket({ operation: 2, ...lie }));
  peer.sendFrame(0x0806, arpPacket({ operation: 1, ...lie }));
  expect(toPeer()).toBe(PEER_MAC);
  peer.sendFrame(0x0806, arpPacket({ operation: 2, ...lie }));
  peer.sendFrame(0x0806, arpPacket({ operation: 1, ...lie }));
  peer.run();
  peer.frames = [];
  expect(toPeer()).toBe(PEER_MAC);
});

test("ARP: entries age, requests go once a second at most, a few packets wait (RFC 1122 2.3.2)", () => {
  const peer = new Peer(module);
  const socket = boundSocket(peer);
  const nobody = ip("10.0.0.77");
  for (let i = 0; i < 20; i++) peer.host.sendDatagram(socket, Buffer.from("x"), nobody, 9);
  peer.run();
  expect(peer.frames.splice(0).length).toBe(1);
  peer.pass(10 * SECOND);
  expect(peer.frames.splice(0).length).toBe(2);
  expect(peer.host.resources.packets).toBe(511);
  expect(peer.host.receiveDatagram(socket)).toBeLessThan(-1);
});

test("ARP: more neighbours than the table holds", () => {
  const peer = new Peer(module);
  const socket = boundSocket(peer);
  for (let i = 10; i < 250; i++) peer.host.sendDatagram(socket, Buffer.from("x"), ip("10.0.0.0") + i, 9);
  peer.pass(10 * SECOND);
  peer.frames = [];
  expect(peer.host.resources.packets).toBe(511);
});

test("IP: wrong version, length, checksum, or not for us: dropped in silence (RFC 1122 3.2.1)", () => {
  const peer = new Peer(module);
  const socket = boundSocket(peer);
  const data = datagram(Buffer.from("hi"));
  sendPacket(peer, { version: 6 }, data);
  sendPacket(peer, { checksum: 1 }, data);
  sendPacket(peer, { totalLength: 10 }, data);
  sendPacket(peer, { totalLength: 2000 }, data);
  sendPacket(peer, { to: ip("10.0.0.3") }, data);
  sendPacket(peer, { to: ip("127.0.0.1") }, data);
  sendPacket(peer, { from: ip("127.0.0.1") }, data);
  sendPacket(peer, { from: ip("224.0.0.1") }, data);
  sendPacket(peer, { from: ip("255.255.255.255") }, data);
  sendPacket(peer, { from: HOST_ADDRESS }, data);
  sendPacket(peer, {}, data, BROADCAST);
  expect(peer.frames).toEqual([]);
  expect(peer.host.receiveDatagram(socket)).toBe(-1);
  sendPacket(peer, {}, data);
  expect(peer.host.receiveDatagram(socket).toString()).toBe("hi");
});

test("IP: padding behind the packet's end is not data", () => {
  const peer = new Peer(module);
  const socket = boundSocket(peer);
  const packet = ipPacket(
    { from: PEER_ADDRESS, to: HOST_ADDRESS, protocol: PROTOCOL.udp },
    datagram(Buffer.from("a")),
  );
  peer.sendFrame(0x0800, Buffer.concat([packet, Buffer.alloc(17, 0x55)]));
  expect(peer.host.receiveDatagram(socket).toString()).toBe("a");
});

test("IP options: unknown ones are passed over, malformed ones reported, an unfinished route refused", () => {
  const peer = new Peer(module);
  const socket = boundSocket(peer);
  const data = datagram(Buffer.from("hi"));
  sendPacket(peer, { options: Buffer.from([0x99, 4, 1, 2]) }, data);
  sendPacket(peer, { options: Buffer.from([131, 7, 8, 0, 0, 0, 0, 0]) }, data);
  expect(peer.host.receiveDatagram(socket).toString()).toBe("hi");
  expect(peer.host.receiveDatagram(socket).toString()).toBe("hi");
  sendPacket(peer, { options: Buffer.from([0x99, 9, 1, 2]) }, data);
  expect(icmpSent(peer)).toEqual([[12, 0]]);
  sendPacket(peer, { options: Buffer.from([131, 7, 4, 10, 0, 0, 9, 0]) }, data);
  expect(icmpSent(peer)).toEqual([]);
  expect(peer.host.receiveDatagram(socket)).toBe(-1);
});

test("fragments in any order make the packet (RFC 1122 3.3.2)", () => {
  const peer = new Peer(module);
  const socket = boundSocket(peer);
  const text = Buffer.from("0123456789abcdef".repeat(250));
  const whole = datagram(text);
  const parts = [0, 1000, 2000, 3000, 4000].map((at) => ({ at, bytes: whole.subarray(at, at + 1000) }));
  for (const order of [
    [0, 1, 2, 3, 4],
    [4, 3, 2, 1, 0],
    [2, 0, 4, 1, 1, 3],
  ]) {
    for (const index of order) {
      const { at, bytes } = parts[index];
      const more = at + bytes.length < whole.length ? 0x2000 : 0;
      sendPacket(peer, { id: 100 + order[0], fragment: more | (at / 8) }, bytes);
    }
    expect(peer.host.receiveDatagram(socket).toString()).toBe(text.toString());
  }
  expect(peer.host.stack.reassembliesInUse()).toBe(0);
});

test("fragments that overlap, lie, or are too long make nothing", () => {
  const peer = new Peer(module);
  boundSocket(peer);
  const bytes = Buffer.alloc(64, 1);
  sendPacket(peer, { id: 1, fragment: 0x2000 }, bytes);
  sendPacket(peer, { id: 1, fragment: 0x2000 | 4 }, bytes);
  expect(peer.host.stack.reassembliesInUse()).toBe(0);
  sendPacket(peer, { id: 2, fragment: 0x2000 | 8191 }, bytes);
  sendPacket(peer, { id: 3, fragment: 0x2000 }, bytes.subarray(0, 63));
  expect(peer.host.stack.reassembliesInUse()).toBe(0);
  sendPacket(peer, { id: 4, fragment: 16 }, bytes);
  sendPacket(peer, { id: 4, fragment: 8 }, bytes);
  expect(peer.host.stack.reassembliesInUse()).toBe(0);
});

test("fragments of many packets: bounded, the oldest gives way; late ones are reported if the first is there", () => {
  const peer = new Peer(module);
  warm(peer);
  for (let id = 0; id < 1000; id++) sendPacket(peer, { id, fragment: 0x2000 }, Buffer.alloc(64));
  expect(peer.host.stack.reassembliesInUse()).toBe(8);
  peer.pass(61 * SECOND);
  expect(peer.host.stack.reassembliesInUse()).toBe(0);
  expect(icmpSent(peer)).toEqual(Array.from({ length: 8 }, () => [11, 1]));
  sendPacket(peer, { id: 5, fragment: 0x2000 | 8 }, Buffer.alloc(64));
  peer.pass(61 * SECOND);
  expect(icmpSent(peer)).toEqual([]);
});

test("echo: the same data comes back, long ones in fragments; echoes to all do not (RFC 1122 3.2.2.6)", () => {
  const peer = new Peer(module);
  const data = Buffer.from("ping! ".repeat(20));
  peer.sendIp(PROTOCOL.icmp, icmpMessage(8, 0, 0x12340001, data));
  const reply = parseIp(peer.frames.splice(0)[0]);
  expect(reply?.payload).toEqual(icmpMessage(0, 0, 0x12340001, data));
  sendPacket(peer, { protocol: PROTOCOL.icmp, to: ip("10.0.0.255") }, icmpMessage(8, 0, 1, data), BROADCAST);
  expect(peer.frames).toEqual([]);
  const long = icmpMessage(8, 0, 7, Buffer.alloc(3000, 65));
  sendPacket(peer, { protocol: PROTOCOL.icmp, id: 9, fragment: 0x2000 }, long.subarray(0, 1480));
  sendPacket(peer, { protocol: PROTOCOL.icmp, id: 9, fragment: 0x2000 | 185 }, long.subarray(1480, 2960));
  sendPacket(peer, { protocol: PROTOCOL.icmp, id: 9, fragment: 370 }, long.subarray(2960));
  const parts = peer.frames.splice(0).flatMap((frame) => parseIp(frame) ?? []);
  const back = Buffer.concat(parts.map(({ payload }) => payload));
  expect(parts.map(({ fragment }) => fragment)).toEqual([0x2000, 0x2000 | 185, 370]);
  expect(back).toEqual(icmpMessage(0, 0, 7, Buffer.alloc(3000, 65)));
});

test("errors are sent about what RFC 1122 3.2.2 allows, and not too many", () => {
  const peer = new Peer(module);
  sendPacket(peer, {}, datagram(Buffer.from("nobody listens")));
  expect(icmpSent(peer)).toEqual([[3, 3]]);
  sendPacket(peer, { protocol: 200 }, Buffer.alloc(20));
  expect(icmpSent(peer)).toEqual([[3, 2]]);
  sendPacket(peer, { to: ip("10.0.0.255") }, datagram(Buffer.from("x")), BROADCAST);
  sendPacket(peer, { protocol: 200, from: 0 }, Buffer.alloc(20));
  sendPacket(peer, { protocol: PROTOCOL.icmp }, icmpMessage(3, 3, 0, Buffer.alloc(28)));
  expect(icmpSent(peer)).toEqual([]);
  for (let i = 0; i < 1000; i++) sendPacket(peer, { protocol: 200 }, Buffer.alloc(20));
  expect(icmpSent(peer).length).toBeLessThanOrEqual(100);
});

test("sockets are bounded", () => {
  const { host } = new Peer(module);
  const opened = Array.from({ length: 300 }, () => host.stack.udpOpen(UDP));
  expect(opened.filter((n) => n >= 0).length).toBe(256);
  for (const n of opened) if (n >= 0) host.stack.udpClose(n);
  const connections = Array.from({ length: 1100 }, () => host.stack.tcpOpen());
  expect(connections.filter((n) => n >= 0).length).toBe(1024);
  for (const n of connections) if (n >= 0) host.stack.tcpClose(n);
  expect(host.resources).toEqual(new Peer(module).host.resources);
});

test("ping: an echo socket gets the replies to its own echoes", () => {
  const peer = new Peer(module);
  const { stack } = peer.host;
  const socket = stack.udpOpen(ECHO);
  expect(peer.host.sendDatagram(socket, icmpMessage(8, 0, 3, Buffer.from("abc")), PEER_ADDRESS, 0)).toBe(0);
  peer.run();
  const request = parseIp(peer.frames.splice(0)[0])?.payload ?? Buffer.alloc(8);
  expect(request[0]).toBe(8);
  expect(request.readUInt16BE(4)).toBe(stack.udpPort(socket));
  peer.sendIp(PROTOCOL.icmp, icmpMessage(0, 0, 0x00010003, Buffer.from("abc")));
  expect(peer.host.receiveDatagram(socket)).toBe(-1);
  peer.sendIp(PROTOCOL.icmp, icmpMessage(0, 0, request.readUInt32BE(4), Buffer.from("abc")));
  expect((peer.host.receiveDatagram(socket) as Buffer).subarray(8).toString()).toBe("abc");
});

test("loopback: a connection of the machine to itself, and nothing of it on the wire", () => {
  const peer = new Peer(module);
  const { stack } = peer.host;
  const listener = peer.listen();
  for (const address of ["127.0.0.1", "10.0.0.2"]) {
    const n = stack.tcpOpen();
    expect(stack.tcpConnect(n, ip(address), 80)).toBe(0);
    peer.run();
    const accepted = stack.tcpAccept(listener);
    expect(accepted).toBeGreaterThanOrEqual(0);
    peer.host.send(n, Buffer.from("to myself"));
    peer.run();
    expect((peer.host.read(accepted) as Buffer).toString()).toBe("to myself");
  }
  expect(peer.frames).toEqual([]);
});

test("frames for others, of other types, or cut short", () => {
  const peer = new Peer(module);
  const arp = {
    operation: 1,
    senderMac: PEER_MAC,
    senderIp: PEER_ADDRESS,
    targetMac: 0n,
    targetIp: HOST_ADDRESS,
  };
  peer.host.receive(ethernetFrame(0x0200_0000_0999n, PEER_MAC, 0x0806, arpPacket(arp)));
  peer.host.receive(ethernetFrame(peer.host.mac, PEER_MAC, 0x86dd, arpPacket(arp)));
  for (let size = 0; size < 40; size++) {
    peer.host.receive(ethernetFrame(peer.host.mac, PEER_MAC, 0x0806, arpPacket(arp)).subarray(0, size));
  }
  peer.run();
  expect(peer.frames).toEqual([]);
});
