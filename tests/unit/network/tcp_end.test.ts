// How connections end, and what forged or belated segments may do to them (RFC 9293, 3.5.2, 3.6, 3.8.4, 3.8.5; 5961; 7323).

import { beforeAll, expect, test } from "vitest";
import { ECONNREFUSED, ECONNRESET, ETIMEDOUT } from "../../../abi/errno.ts";
import { ip, stackModule } from "./host.ts";
import { FLAG, PROTOCOL, icmpMessage, ipPacket, tcpSegment } from "./packets.ts";
import { HOST_ADDRESS, PEER_ADDRESS, Peer, option } from "./peer.ts";
import { END_OF_DATA } from "./transfer.ts";

const SECOND = 1_000_000;
const STATE = {
  closed: 0,
  listen: 1,
  synSent: 2,
  established: 4,
  finWait1: 5,
  finWait2: 6,
  closeWait: 7,
  closing: 8,
  lastAck: 9,
  timeWait: 10,
};
const FIN_ACK = FLAG.fin | FLAG.ack;
let module: WebAssembly.Module;

beforeAll(async () => {
  module = await stackModule();
});

function established(options: Buffer = option.mss(1000)): Peer {
  const peer = new Peer(module);
  peer.establish(options);
  return peer;
}

/** The host closes; → with its FIN acknowledged. */
function hostFinishes(peer: Peer): void {
  peer.host.stack.tcpShutdownSend(peer.connection);
  const fin = peer.segment();
  expect(fin.flags & FLAG.fin).toBe(FLAG.fin);
  peer.ack = (fin.seq + 1) >>> 0;
}

test("the host closes first: FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT for 2 MSL (MUST-13)", () => {
  const peer = established();
  hostFinishes(peer);
  expect(peer.state).toBe(STATE.finWait1);
  peer.send();
  expect(peer.state).toBe(STATE.finWait2);
  peer.send({ data: Buffer.from("late") });
  expect((peer.host.read(peer.connection) as Buffer).toString()).toBe("late");
  peer.send({ flags: FIN_ACK });
  expect(peer.segment().ack).toBe(peer.seq);
  expect(peer.state).toBe(STATE.timeWait);
  peer.pass(59 * SECOND);
  expect(peer.state).toBe(STATE.timeWait);
  peer.pass(2 * SECOND);
  expect(peer.state).toBe(STATE.closed);
});

test("after the peer's FIN nothing is kept for more: only what is unread has a block", () => {
  const peer = established();
  const free = (): number => peer.host.stack.freeBlocks();
  hostFinishes(peer);
  peer.send({ data: Buffer.alloc(1000, 65), flags: FIN_ACK });
  expect(peer.state).toBe(STATE.timeWait);
  expect(free()).toBe(4095);
  expect((peer.host.read(peer.connection) as Buffer).length).toBe(1000);
  expect(peer.host.stack.tcpReadable(peer.connection)).toBe(END_OF_DATA);
  expect(free()).toBe(4096);
});

test("a thousand connections in TIME-WAIT leave room for more, at once", () => {
  const peer = established();
  const [listener] = [...Array(16).keys()].filter((n) => peer.host.stack.tcpState(n) === STATE.listen);
  for (let i = 0; i < 1500; i++) {
    peer.port = 2000 + i;
    peer.seq = 1;
    peer.send({ flags: FLAG.syn, ack: 0, options: option.mss(1000) });
    const synAck = peer.segment();
    peer.ack = (synAck.seq + 1) >>> 0;
    peer.send({ data: Buffer.from("GET") });
    peer.connection = peer.host.stack.tcpAccept(listener);
    expect((peer.host.read(peer.connection) as Buffer).length).toBe(3);
    peer.segments();
    peer.host.stack.tcpClose(peer.connection);
    peer.ack = (peer.segment().seq + 1) >>> 0;
    peer.send({ flags: FIN_ACK });
    peer.segments();
  }
  expect(peer.host.stack.timeWaitConnections()).toBeGreaterThan(1000);
});

test("TIME-WAIT: the FIN again is acknowledged, and the time starts over", () => {
  const peer = established();
  hostFinishes(peer);
  peer.send({ flags: FIN_ACK });
  peer.segments();
  peer.pass(50 * SECOND);
  peer.sendRaw({ flags: FIN_ACK, seq: peer.seq - 1 });
  expect(peer.segment().ack).toBe(peer.seq);
  peer.pass(50 * SECOND);
  expect(peer.state).toBe(STATE.timeWait);
});

test("TIME-WAIT: a new SYN with a higher number opens a new connection (MAY-2)", () => {
  const peer = established();
  hostFinishes(peer);
  peer.send({ flags: FIN_ACK });
  peer.segments();
  peer.host.stack.tcpClose(peer.connection);
  peer.seq += 100_000;
  peer.send({ flags: FLAG.syn, ack: 0 });
  expect(peer.segment().flags).toBe(FLAG.syn | FLAG.ack);
});

test("the peer closes first: CLOSE-WAIT, LAST-ACK; the program learns that it was orderly (MUST-12)", () => {
  const peer = established();
  peer.send({ data: Buffer.from("bye"), flags: FIN_ACK });
  expect(peer.state).toBe(STATE.closeWait);
  peer.segments();
  expect((peer.host.read(peer.connection) as Buffer).toString()).toBe("bye");
  expect(peer.host.stack.tcpReadable(peer.connection)).toBe(END_OF_DATA);
  expect(peer.host.send(peer.connection, Buffer.from("still"))).toBe(5);
  const segment = peer.segment();
  peer.ack = (segment.seq + 5) >>> 0;
  peer.send();
  hostFinishes(peer);
  expect(peer.state).toBe(STATE.lastAck);
  peer.send();
  expect(peer.state).toBe(STATE.closed);
  expect(peer.host.stack.tcpTakeError(peer.connection)).toBe(0);
});

test("simultaneous close: CLOSING, TIME-WAIT", () => {
  const peer = established();
  const { ack } = peer;
  hostFinishes(peer);
  const finAck = peer.ack;
  peer.ack = ack;
  peer.send({ flags: FIN_ACK });
  expect(peer.segment().ack).toBe(peer.seq);
  expect(peer.state).toBe(STATE.closing);
  peer.ack = finAck;
  peer.send();
  expect(peer.state).toBe(STATE.timeWait);
});

test("closing with data unread: the peer is told by a RST", () => {
  const peer = established();
  peer.send({ data: Buffer.from("unread") });
  peer.host.stack.tcpClose(peer.connection);
  expect(peer.segment().flags & FLAG.rst).toBe(FLAG.rst);
  expect(peer.host.stack.connectionsInUse()).toBe(1);
});

test("data for a program that has closed: RST", () => {
  const peer = established();
  peer.host.stack.tcpClose(peer.connection);
  const fin = peer.segment();
  peer.ack = (fin.seq + 1) >>> 0;
  peer.send();
  peer.send({ data: Buffer.from("anyone?") });
  expect(peer.segment().flags & FLAG.rst).toBe(FLAG.rst);
});

test("FIN-WAIT-2 of a program that has gone does not last for ever", () => {
  const peer = established();
  peer.host.stack.tcpClose(peer.connection);
  const fin = peer.segment();
  peer.ack = (fin.seq + 1) >>> 0;
  peer.send();
  peer.pass(61 * SECOND);
  expect(peer.host.stack.connectionsInUse()).toBe(1);
});

test("RST at the exact number ends it, elsewhere in the window it is challenged, outside ignored (RFC 5961)", () => {
  const peer = established();
  peer.sendRaw({ flags: FLAG.rst, seq: peer.seq + 1 });
  expect(peer.segment()).toMatchObject({ flags: FLAG.ack, ack: peer.seq });
  peer.sendRaw({ flags: FLAG.rst, seq: peer.seq - 1 });
  peer.sendRaw({ flags: FLAG.rst, seq: peer.seq + 1_000_000 });
  peer.silence();
  expect(peer.state).toBe(STATE.established);
  peer.sendRaw({ flags: FLAG.rst });
  expect(peer.state).toBe(STATE.closed);
  expect(peer.host.stack.tcpReadable(peer.connection)).toBe(-ECONNRESET);
});

test("SYN in a connection: challenged, whatever its number (RFC 5961)", () => {
  const peer = established();
  for (const seq of [peer.seq, peer.seq + 10, peer.seq - 1000]) {
    peer.now_us += SECOND;
    peer.sendRaw({ flags: FLAG.syn, seq });
    expect(peer.segment()).toMatchObject({ flags: FLAG.ack, ack: peer.seq });
  }
  expect(peer.state).toBe(STATE.established);
});

test("acknowledgments of what was never sent, or of long ago: challenged, their data dropped (RFC 5961)", () => {
  const peer = established();
  for (const ack of [peer.ack + 1, peer.ack - 100_000]) {
    peer.now_us += SECOND;
    peer.sendRaw({ ack, data: Buffer.from("forged") });
    expect(peer.segment()).toMatchObject({ flags: FLAG.ack, ack: peer.seq });
  }
  expect(peer.host.stack.tcpReadable(peer.connection)).toBe(0);
});

test("challenges are throttled", () => {
  const peer = established();
  for (let i = 0; i < 100; i++) peer.sendRaw({ flags: FLAG.rst, seq: peer.seq + 1 });
  expect(peer.segments().length).toBe(1);
});

test("PAWS: a segment with an older timestamp is dropped and acknowledged (RFC 7323)", () => {
  const peer = new Peer(module);
  let clock = 5000;
  peer.options = () => option.timestamps(clock, 0);
  peer.establish(Buffer.concat([option.mss(1000), option.timestamps(4000, 0)]));
  peer.send({ data: Buffer.from("new") });
  clock = 4990;
  peer.sendRaw({ data: Buffer.from("old") });
  expect(peer.segments().length).toBe(1);
  expect(peer.host.stack.tcpReadable(peer.connection)).toBe(3);
  clock = 5001;
  peer.sendRaw({ data: Buffer.from("next"), options: Buffer.alloc(0) });
  expect(peer.host.stack.tcpReadable(peer.connection)).toBe(3);
});

test("keep-alive: off by default; on, a probe after the time, given up after nine (MUST-24 to MUST-28)", () => {
  const quiet = established();
  quiet.pass(20_000 * SECOND);
  quiet.silence();
  const peer = new Peer(module);
  const { stack } = peer.host;
  const listener = peer.listen();
  const KEEP_ALIVE = 8;
  stack.tcpSetFlags(listener, KEEP_ALIVE);
  peer.send({ flags: FLAG.syn, ack: 0 });
  peer.ack = (peer.segment().seq + 1) >>> 0;
  peer.send();
  peer.connection = stack.tcpAccept(listener);
  peer.pass(7199 * SECOND);
  peer.silence();
  peer.pass(2 * SECOND);
  expect(peer.segment()).toMatchObject({ seq: (peer.ack - 1) >>> 0, flags: FLAG.ack });
  peer.send();
  peer.pass(7100 * SECOND);
  peer.silence();
  peer.pass(1000 * SECOND);
  expect(peer.segments().filter(({ flags }) => (flags & FLAG.rst) === 0).length).toBe(9);
  expect(peer.state).toBe(STATE.closed);
  expect(stack.tcpReadable(peer.connection)).toBe(-ETIMEDOUT);
});

test("urgent data: announced, counted, forgotten when read; sent with a pointer at its last byte (MUST-30 to MUST-33, MUST-62)", () => {
  const peer = established();
  const { stack } = peer.host;
  peer.host.takeEvents();
  peer.send({ flags: FLAG.ack | FLAG.urg, urgent: 9, data: Buffer.from("abc") });
  expect(peer.host.takeEvents().get(peer.connection)).toBe(1);
  expect(stack.tcpUrgentAhead(peer.connection)).toBe(10);
  peer.send({ data: Buffer.from("defghijkl") });
  peer.host.read(peer.connection, 10);
  expect(stack.tcpUrgentAhead(peer.connection)).toBe(0);
  peer.segments();
  peer.host.send(peer.connection, Buffer.from("12345"));
  stack.tcpMarkUrgent(peer.connection);
  expect(peer.segment()).toMatchObject({ urgent: 4, flags: FLAG.ack | FLAG.psh | FLAG.urg });
});

/** An ICMP error about the host's last segment. */
function icmpError(peer: Peer, type: number, code: number, rest = 0, seq = peer.ack): void {
  const from = HOST_ADDRESS;
  const segment = tcpSegment(from, PEER_ADDRESS, {
    sourcePort: peer.hostPort,
    destinationPort: peer.port,
    seq,
  });
  const quote = ipPacket({ from, to: PEER_ADDRESS, protocol: PROTOCOL.tcp }, segment);
  peer.sendIp(PROTOCOL.icmp, icmpMessage(type, code, rest, quote.subarray(0, 28)));
}

test("ICMP: network troubles and source quench end nothing (MUST-54 to MUST-56)", () => {
  const peer = established();
  peer.host.send(peer.connection, Buffer.from("out"));
  peer.segments();
  for (const [type, code] of [
    [3, 0],
    [3, 1],
    [3, 5],
    [11, 0],
    [12, 0],
    [4, 0],
    [3, 3],
  ])
    icmpError(peer, type, code);
  expect(peer.state).toBe(STATE.established);
  expect(peer.host.stack.tcpTakeError(peer.connection)).toBeGreaterThan(0);
});

test("ICMP: no such port ends an opening, and only if it quotes our number", () => {
  const peer = new Peer(module);
  const syn = peer.beCalled();
  icmpError(peer, 3, 3, 0, syn.seq + 5);
  expect(peer.state).toBe(STATE.synSent);
  icmpError(peer, 3, 3, 0, syn.seq);
  expect(peer.host.stack.tcpTakeError(peer.connection)).toBe(ECONNREFUSED);
});

test("ICMP: a packet too big is sent again in smaller ones, never below 576 bytes (RFC 1191)", () => {
  const peer = established(option.mss(1460));
  peer.host.send(peer.connection, Buffer.alloc(3000, 120));
  expect(peer.segments()[0].data.length).toBe(1460);
  icmpError(peer, 3, 4, 1000);
  expect(peer.segments()[0].data.length).toBe(960);
  icmpError(peer, 3, 4, 68);
  expect(peer.segments()[0].data.length).toBe(536);
});

test("a flood of 100,000 SYNs from everywhere leaves connections working and nothing behind", () => {
  const peer = established();
  const { stack } = peer.host;
  for (let i = 0; i < 100_000; i++) {
    const from = ip("11.0.0.0") + i;
    const syn = tcpSegment(from, HOST_ADDRESS, {
      sourcePort: i & 0xffff,
      destinationPort: 80,
      flags: FLAG.syn,
      seq: i,
    });
    peer.sendFrame(0x0800, ipPacket({ from, to: HOST_ADDRESS, protocol: PROTOCOL.tcp }, syn));
    if (i % 50 === 0) peer.run();
    if (i % 5000 === 0) {
      peer.frames = [];
      peer.send({ data: Buffer.from("still there?") });
      expect((peer.host.read(peer.connection) as Buffer).length).toBe(12);
    }
  }
  expect(stack.connectionsInUse()).toBeLessThanOrEqual(258);
  peer.frames = [];
  peer.port += 1;
  peer.seq = 5;
  peer.send({ flags: FLAG.syn, ack: 0 });
  expect(peer.segments().some(({ destinationPort }) => destinationPort === peer.port)).toBe(true);
  peer.pass(400 * SECOND);
  stack.tcpAbort(peer.connection);
  peer.pass(SECOND);
  peer.frames = [];
  const { connections, ...rest } = peer.host.resources;
  expect(connections).toBe(1);
  expect(rest).toMatchObject({ blocks: 4096, packets: 511, reassemblies: 0 });
});
