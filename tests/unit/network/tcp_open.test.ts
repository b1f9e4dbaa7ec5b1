// Opening connections, segment by segment (RFC 9293, 3.5, 3.7.1, 3.10.7): MUST numbers are those of its appendix B.

import { beforeAll, expect, test } from "vitest";
import { ECONNREFUSED, ENETUNREACH, ETIMEDOUT } from "../../../abi/errno.ts";
import { ip, stackModule } from "./host.ts";
import { FLAG, PROTOCOL, ipPacket, tcpSegment } from "./packets.ts";
import { BROADCAST, HOST_ADDRESS, PEER_ADDRESS, PEER_PORT, Peer, option } from "./peer.ts";

const STATE = { closed: 0, listen: 1, synSent: 2, synReceived: 3, established: 4 };
const SECOND = 1_000_000;
let module: WebAssembly.Module;

beforeAll(async () => {
  module = await stackModule();
});

test("passive open: three segments, and the options that the peer offers (MUST-5, MUST-14)", () => {
  const peer = new Peer(module);
  const offered = Buffer.concat([option.mss(1000), option.scale(7), option.timestamps(5, 0)]);
  peer.options = () => option.timestamps(5, 0);
  const synAck = peer.establish(offered);
  expect(synAck.ack).toBe(1001);
  expect([...synAck.options.subarray(0, 8)]).toEqual([2, 4, 5, 180, 1, 3, 3, 3]);
  expect([...synAck.options.subarray(8, 12)]).toEqual([1, 1, 8, 10]);
  expect(synAck.options.readUInt32BE(16)).toBe(5);
  expect(peer.state).toBe(STATE.established);
  // MUST-16: what the peer takes, less our options.
  expect(peer.host.stack.tcpField(peer.connection, peer.host.stack.offsetMss())).toBe(1000 - 12);
});

test("a peer without options gets none but the MSS, and 536 bytes a segment (MUST-15, MUST-67)", () => {
  const peer = new Peer(module);
  const synAck = peer.establish();
  expect([...synAck.options]).toEqual([2, 4, 5, 180]);
  expect(peer.host.stack.tcpField(peer.connection, peer.host.stack.offsetMss())).toBe(536);
});

test("unknown options are passed over, illegal ones end the list (MUST-6, MUST-7)", () => {
  const illegal = [
    [99, 4, 1, 2, 2, 4, 3, 232],
    [2, 4, 3, 232, 99, 0, 1, 1],
    [2, 4, 3, 232, 99, 200, 1, 1],
    [2, 4, 3, 232, 1, 1, 1, 3],
    [2, 4, 3, 232, 0, 3, 3, 99],
  ];
  for (const bytes of illegal) {
    const peer = new Peer(module);
    const synAck = peer.establish(Buffer.from(bytes));
    expect(synAck.options.length).toBe(4);
    expect(peer.host.stack.tcpField(peer.connection, peer.host.stack.offsetMss())).toBe(1000);
  }
});

test("active open", () => {
  const peer = new Peer(module);
  const syn = peer.beConnectedTo(Buffer.concat([option.mss(1460), option.scale(2)]));
  expect(syn.ack).toBe(0);
  expect(syn.options.length).toBe(20);
  expect(peer.state).toBe(STATE.established);
});

test("initial sequence numbers: a clock, and unlike for each connection (MUST-8, MUST-9)", () => {
  const first = new Peer(module);
  const a = first.beCalled();
  first.now_us += 4 * SECOND;
  const later = new Peer(module, 7);
  later.now_us = first.now_us;
  later.run();
  const b = later.beCalled();
  const other = new Peer(module, 8).beCalled();
  expect(b.seq).not.toBe(a.seq);
  expect(other.seq).not.toBe(a.seq);
  const same = new Peer(module);
  expect(same.beCalled().seq).toBe(a.seq);
});

test("simultaneous open (MUST-10)", () => {
  const peer = new Peer(module);
  const syn = peer.beCalled();
  peer.send({ flags: FLAG.syn, ack: 0 });
  const synAck = peer.segment();
  expect(synAck).toMatchObject({ flags: FLAG.syn | FLAG.ack, seq: syn.seq, ack: 1001 });
  expect(peer.state).toBe(STATE.synReceived);
  peer.ack = (syn.seq + 1) >>> 0;
  peer.sendRaw({ seq: 1000, flags: FLAG.syn | FLAG.ack });
  expect(peer.state).toBe(STATE.established);
});

test("closed between the two SYNs and their acknowledgment: the FIN follows when it comes", () => {
  const peer = new Peer(module);
  const syn = peer.beCalled();
  peer.send({ flags: FLAG.syn, ack: 0 });
  peer.segment();
  peer.ack = (syn.seq + 1) >>> 0;
  peer.host.stack.tcpClose(peer.connection);
  peer.segments();
  peer.send();
  expect(peer.segments()).toMatchObject([{ flags: FLAG.fin | FLAG.ack, seq: peer.ack }]);
});

test("a RST ends a half-open connection as it was opened (MUST-11)", () => {
  const passive = new Peer(module);
  const listener = passive.listen();
  passive.send({ flags: FLAG.syn, ack: 0 });
  passive.segment();
  passive.sendRaw({ flags: FLAG.rst });
  expect(passive.host.stack.connectionsInUse()).toBe(1);
  expect(passive.host.stack.tcpState(listener)).toBe(STATE.listen);

  const active = new Peer(module);
  active.beCalled();
  active.send({ flags: FLAG.syn, ack: 0 });
  active.segment();
  active.sendRaw({ flags: FLAG.rst });
  expect(active.state).toBe(STATE.closed);
  expect(active.host.stack.tcpTakeError(active.connection)).toBe(ECONNREFUSED);
});

test("SYN-SENT: only a RST that acknowledges our SYN counts", () => {
  const peer = new Peer(module);
  const syn = peer.beCalled();
  peer.sendRaw({ flags: FLAG.rst, ack: 0 });
  peer.sendRaw({ flags: FLAG.rst | FLAG.ack, ack: syn.seq });
  expect(peer.state).toBe(STATE.synSent);
  peer.sendRaw({ flags: FLAG.rst | FLAG.ack, ack: syn.seq + 1 });
  expect(peer.state).toBe(STATE.closed);
  expect(peer.host.stack.tcpTakeError(peer.connection)).toBe(ECONNREFUSED);
});

test("SYN-SENT: an acknowledgment of something else is answered with RST", () => {
  const peer = new Peer(module);
  const syn = peer.beCalled();
  peer.sendRaw({ flags: FLAG.syn | FLAG.ack, ack: syn.seq + 2 });
  expect(peer.segment()).toMatchObject({ flags: FLAG.rst, seq: (syn.seq + 2) >>> 0 });
  expect(peer.state).toBe(STATE.synSent);
});

test("no one there: RST, never in answer to a RST", () => {
  const peer = new Peer(module);
  peer.hostPort = 81;
  peer.sendRaw({ flags: FLAG.syn, ack: 0, data: Buffer.from("abc") });
  expect(peer.segment()).toMatchObject({ flags: FLAG.rst | FLAG.ack, seq: 0, ack: 1000 + 4 });
  peer.sendRaw({ flags: FLAG.ack, ack: 77 });
  expect(peer.segment()).toMatchObject({ flags: FLAG.rst, seq: 77 });
  peer.sendRaw({ flags: FLAG.rst });
  peer.silence();
});

test("LISTEN: an acknowledgment is refused, a RST ignored", () => {
  const peer = new Peer(module);
  peer.listen();
  peer.sendRaw({ flags: FLAG.ack, ack: 55 });
  expect(peer.segment()).toMatchObject({ flags: FLAG.rst, seq: 55 });
  peer.sendRaw({ flags: FLAG.rst });
  peer.silence();
});

test("SYNs to or from everybody are dropped in silence (MUST-57, MUST-63)", () => {
  const peer = new Peer(module);
  peer.listen();
  const send = (from: number, to: number): void => {
    const syn = tcpSegment(from, to, { sourcePort: 1, destinationPort: 80, flags: FLAG.syn });
    const packet = ipPacket({ from, to, protocol: PROTOCOL.tcp }, syn);
    peer.sendFrame(0x0800, packet, to === HOST_ADDRESS ? peer.host.mac : BROADCAST);
    peer.run();
  };
  send(PEER_ADDRESS, ip("255.255.255.255"));
  send(PEER_ADDRESS, ip("10.0.0.255"));
  send(PEER_ADDRESS, ip("224.0.0.1"));
  send(ip("255.255.255.255"), HOST_ADDRESS);
  send(ip("10.0.0.255"), HOST_ADDRESS);
  send(ip("224.0.0.1"), HOST_ADDRESS);
  send(0, HOST_ADDRESS);
  peer.silence();
  expect(peer.host.stack.connectionsInUse()).toBe(1);
});

test("active opens to everybody or nobody are refused (MUST-46)", () => {
  const { host } = new Peer(module);
  for (const address of ["255.255.255.255", "224.0.0.9", "0.0.0.0"]) {
    const n = host.stack.tcpOpen();
    expect(host.stack.tcpConnect(n, ip(address), 80), address).toBeLessThan(0);
  }
  const n = host.stack.tcpOpen();
  expect(host.stack.tcpConnect(n, ip("192.168.7.7"), 80)).toBe(-ENETUNREACH);
});

test("the SYN is sent again, further and further apart, for three minutes at least (MUST-20, MUST-22, MUST-23)", () => {
  const peer = new Peer(module);
  peer.beCalled();
  const start = peer.now_us;
  const times: number[] = [];
  while (peer.state === STATE.synSent) {
    peer.pass(SECOND / 10);
    for (const syn of peer.segments()) {
      expect(syn.flags).toBe(FLAG.syn);
      times.push(Math.round((peer.now_us - start) / SECOND));
    }
    expect(peer.now_us - start).toBeLessThan(600 * SECOND);
  }
  expect(times).toEqual([1, 3, 7, 15, 31, 63, 123]);
  expect(peer.now_us - start).toBeGreaterThan(180 * SECOND);
  expect(peer.host.stack.tcpTakeError(peer.connection)).toBe(ETIMEDOUT);
});

test("a listener is not disturbed by its connections, nor they by it (MUST-41, MUST-42)", () => {
  const peer = new Peer(module);
  const listener = peer.listen(1);
  const ports = [PEER_PORT, PEER_PORT + 1, PEER_PORT + 2];
  for (const port of ports) {
    peer.port = port;
    peer.seq = 1000;
    peer.send({ flags: FLAG.syn, ack: 0 });
    peer.ack = (peer.segment().seq + 1) >>> 0;
  }
  expect(peer.host.stack.tcpState(listener)).toBe(STATE.listen);
  expect(peer.host.stack.connectionsInUse()).toBe(4);
});

test("the backlog is a bound: more handshakes wait, none is lost for good", () => {
  const peer = new Peer(module);
  const listener = peer.listen(1);
  const acks: number[] = [];
  for (const port of [1, 2]) {
    peer.port = port;
    peer.seq = 1000;
    peer.send({ flags: FLAG.syn, ack: 0 });
    acks.push((peer.segment().seq + 1) >>> 0);
  }
  for (const port of [1, 2]) {
    peer.port = port;
    peer.seq = 1001;
    peer.ack = acks[port - 1];
    peer.send();
  }
  expect(peer.host.stack.tcpAccept(listener)).toBeGreaterThanOrEqual(0);
  expect(peer.host.stack.tcpAccept(listener)).toBe(-1);
  peer.send();
  expect(peer.host.stack.tcpAccept(listener)).toBeGreaterThanOrEqual(0);
});
