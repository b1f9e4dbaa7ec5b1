// UDP (RFC 768, RFC 1122 4.1): what programs get, what hostile datagrams get, and the limits.

import { beforeAll, expect, test } from "vitest";
import { EACCES, EADDRINUSE, EADDRNOTAVAIL, ECONNREFUSED, EDESTADDRREQ } from "../../../abi/errno.ts";
import { ip, stackModule } from "./host.ts";
import { PROTOCOL, checksum, icmpMessage, ipPacket, parseIp, parseUdp, udpDatagram } from "./packets.ts";
import { HOST_ADDRESS, PEER_ADDRESS, Peer } from "./peer.ts";

const UDP = 1;
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

test("UDP: wrong checksums are dropped, none at all is taken; ours always has one (RFC 1122 4.1.3.4)", () => {
  const peer = new Peer(module);
  const socket = boundSocket(peer);
  const good = datagram(Buffer.from("data"));
  sendPacket(peer, {}, datagram(Buffer.from("data"), { checksum: good.readUInt16BE(6) ^ 1 }));
  sendPacket(peer, {}, datagram(Buffer.from("data"), { length: 7 }));
  sendPacket(peer, {}, datagram(Buffer.from("data"), { length: 100 }));
  expect(peer.host.receiveDatagram(socket)).toBe(-1);
  sendPacket(peer, {}, datagram(Buffer.from("data"), { checksum: 0 }));
  expect(peer.host.receiveDatagram(socket).toString()).toBe("data");
  peer.host.sendDatagram(socket, Buffer.from("back"), PEER_ADDRESS, 5000);
  peer.run();
  const sent = parseUdp(peer.frames[0]);
  expect(sent).toMatchObject({ sourcePort: PORT, destinationPort: 5000, from: HOST_ADDRESS });
  expect(sent?.checksum).not.toBe(0);
});

test("UDP: the largest datagram, in fragments both ways", () => {
  const peer = new Peer(module);
  const socket = boundSocket(peer);
  warm(peer);
  const big = Buffer.from(Array.from({ length: 65507 }, (_, i) => (i * 31) & 255));
  expect(peer.host.sendDatagram(socket, big, PEER_ADDRESS, 5000)).toBe(0);
  peer.run();
  const parts = peer.frames.splice(0).flatMap((frame) => parseIp(frame) ?? []);
  const whole = Buffer.concat(parts.map(({ payload }) => payload));
  expect(whole.subarray(8)).toEqual(big);
  const back = datagram(big.subarray(0, 60000));
  for (let at = 0; at < back.length; at += 1480) {
    const part = back.subarray(at, at + 1480);
    sendPacket(peer, { id: 77, fragment: (at + part.length < back.length ? 0x2000 : 0) | (at / 8) }, part);
  }
  expect(peer.host.receiveDatagram(socket)).toEqual(big.subarray(0, 60000));
});

test("UDP: the buffer is bounded, and what is in it stays whole and in order", () => {
  const peer = new Peer(module);
  const socket = boundSocket(peer);
  for (let i = 0; i < 200; i++) sendPacket(peer, {}, datagram(Buffer.alloc(1000, i & 255)));
  let count = 0;
  for (
    let got = peer.host.receiveDatagram(socket);
    typeof got !== "number";
    got = peer.host.receiveDatagram(socket)
  ) {
    expect(got).toEqual(Buffer.alloc(1000, count & 255));
    count += 1;
  }
  expect(count).toBe(64);
  expect(peer.host.sender).toEqual({ address: PEER_ADDRESS, port: 5000 });
  expect(peer.host.resources.blocks).toBe(4096);
});

test("UDP: ICMP errors reach the socket (RFC 1122 4.1.3.3)", () => {
  const peer = new Peer(module);
  const socket = boundSocket(peer);
  peer.host.stack.udpConnect(socket, PEER_ADDRESS, 5000);
  peer.host.sendDatagram(socket, Buffer.from("anyone?"), PEER_ADDRESS, 5000);
  peer.run();
  const quote = peer.frames[0].subarray(14, 14 + 28);
  peer.sendIp(PROTOCOL.icmp, icmpMessage(3, 3, 0, quote));
  expect(peer.host.receiveDatagram(socket)).toBe(-ECONNREFUSED);
  expect(peer.host.receiveDatagram(socket)).toBe(-1);
});

test("UDP: binding, broadcasting and sending to nobody are checked", () => {
  const { host } = new Peer(module);
  const { stack } = host;
  const a = stack.udpOpen(UDP);
  const b = stack.udpOpen(UDP);
  expect(stack.udpBind(a, ip("1.2.3.4"), PORT)).toBe(-EADDRNOTAVAIL);
  expect(stack.udpBind(a, 0, PORT)).toBe(0);
  expect(stack.udpBind(b, HOST_ADDRESS, PORT)).toBe(-EADDRINUSE);
  expect(host.sendDatagram(b, Buffer.from("x"), ip("255.255.255.255"), 9)).toBe(-EACCES);
  expect(host.sendDatagram(b, Buffer.from("x"), ip("10.0.0.255"), 9)).toBe(-EACCES);
  expect(host.sendDatagram(b, Buffer.from("x"), PEER_ADDRESS, 0)).toBe(-EDESTADDRREQ);
  expect(host.resources.packets).toBe(511);
  stack.udpClose(a);
  expect(stack.udpBind(b, HOST_ADDRESS, PORT)).toBe(0);
});

test("UDP: a connected socket hears its peer only, one with an address only what is sent there", () => {
  const peer = new Peer(module);
  const any = boundSocket(peer);
  peer.host.stack.udpConnect(any, PEER_ADDRESS, 4999);
  sendPacket(peer, {}, datagram(Buffer.from("not you")));
  expect(peer.host.receiveDatagram(any)).toBe(-1);
  expect(icmpSent(peer)).toEqual([[3, 3]]);
});
