// Data, windows, acknowledgments and retransmission, segment by segment (RFC 9293, 3.7 and 3.8; 5681; 6298; 6582).

import { beforeAll, expect, test } from "vitest";
import { ETIMEDOUT } from "../../../abi/errno.ts";
import { stackModule } from "./host.ts";
import { FLAG, type Segment } from "./packets.ts";
import { Peer, option } from "./peer.ts";

const SECOND = 1_000_000;
const MSS = 1000;
const STATE = { closed: 0, established: 4 };
let module: WebAssembly.Module;

beforeAll(async () => {
  module = await stackModule();
});

function established(window = 65535): Peer {
  const peer = new Peer(module);
  peer.window = window;
  peer.establish(option.mss(MSS));
  return peer;
}

/** Lets the host's program send; → the segments that go out at once. */
function hostSends(peer: Peer, size: number): Segment[] {
  expect(peer.host.send(peer.connection, Buffer.alloc(size, 120))).toBe(size);
  return peer.segments();
}

/** The peer acknowledges all up to the end of `segment`. */
function acknowledge(peer: Peer, segment: Segment): void {
  peer.ack = (segment.seq + segment.data.length) >>> 0;
  peer.send();
}

const end = (segment: Segment): number => (segment.seq + segment.data.length) >>> 0;

test("the first flight has four segments of 1000 bytes, then slow start adds one for each (MUST-19)", () => {
  const peer = established();
  const first = hostSends(peer, 20 * MSS);
  expect(first.map(({ data }) => data.length)).toEqual([MSS, MSS, MSS, MSS]);
  acknowledge(peer, first[0]);
  expect(peer.segments().length).toBe(2);
  acknowledge(peer, first[1]);
  expect(peer.segments().length).toBe(2);
});

test("PSH on the last segment of what there is (MUST-61)", () => {
  const peer = established();
  const [a, b] = hostSends(peer, MSS + 10);
  expect(b).toBeUndefined();
  expect(a.flags & FLAG.psh).toBe(0);
  acknowledge(peer, a);
  expect(peer.segment().flags & FLAG.psh).toBe(FLAG.psh);
});

test("Nagle: one small segment is under way at a time, unless the user wants otherwise (MUST-17)", () => {
  const peer = established();
  const [first] = hostSends(peer, 10);
  expect(hostSends(peer, 10)).toEqual([]);
  expect(hostSends(peer, 10)).toEqual([]);
  acknowledge(peer, first);
  expect(peer.segment().data.length).toBe(20);
  const NO_DELAY = 4;
  peer.host.stack.tcpSetFlags(peer.connection, NO_DELAY);
  expect(hostSends(peer, 10).length).toBe(1);
});

test("received data comes out as it was sent, and every second segment is acknowledged at once (MUST-58)", () => {
  const peer = established();
  peer.send({ data: Buffer.from("hello, ") });
  peer.silence();
  peer.send({ data: Buffer.from("world") });
  expect(peer.segment().ack).toBe(peer.seq);
  expect(peer.host.read(peer.connection)?.toString()).toBe("hello, world");
});

test("an acknowledgment waits less than half a second (MUST-40)", () => {
  const peer = established();
  peer.send({ data: Buffer.from("x") });
  peer.silence();
  peer.pass(SECOND / 2 - 1);
  expect(peer.segment()).toMatchObject({ flags: FLAG.ack, ack: peer.seq });
});

test("a wrong checksum is a segment that never came (MUST-3)", () => {
  const peer = established();
  const { seq } = peer;
  peer.send({ data: Buffer.from("good") });
  peer.pass(SECOND);
  peer.segments();
  const errors = peer.host.stack.counter(22);
  const frame = Buffer.from("bad!");
  peer.sendRaw({ seq: seq + 4, data: frame, options: Buffer.from([1, 1, 1, 1]) });
  const before = peer.host.stack.tcpReadable(peer.connection);
  expect(before).toBe(8);
  expect(peer.host.stack.counter(22)).toBe(errors);
});

test("out of order: duplicates of the acknowledgment at once, then one for all", () => {
  const peer = established();
  const { seq } = peer;
  peer.sendRaw({ seq: seq + 5, data: Buffer.from("FGHIJ") });
  expect(peer.segment().ack).toBe(seq);
  peer.sendRaw({ seq: seq + 15, data: Buffer.from("PQRST") });
  expect(peer.segment().ack).toBe(seq);
  peer.sendRaw({ seq: seq + 10, data: Buffer.from("KLMNO") });
  expect(peer.segment().ack).toBe(seq);
  peer.sendRaw({ seq, data: Buffer.from("ABCDE") });
  expect(peer.segment().ack).toBe(seq + 20);
  expect(peer.host.read(peer.connection)?.toString()).toBe("ABCDEFGHIJKLMNOPQRST");
});

test("overlapping segments: every byte once", () => {
  const peer = established();
  const { seq } = peer;
  peer.sendRaw({ seq: seq + 3, data: Buffer.from("def") });
  peer.sendRaw({ seq: seq + 1, data: Buffer.from("bcdefgh") });
  peer.sendRaw({ seq, data: Buffer.from("abc") });
  peer.sendRaw({ seq: seq - 5, data: Buffer.from("vwxyzabcdefghij") });
  expect(peer.host.read(peer.connection)?.toString()).toBe("abcdefghij");
});

test("more holes than the table has places: what does not fit comes again", () => {
  const peer = established();
  const { seq } = peer;
  for (let i = 100; i > 0; i--) peer.sendRaw({ seq: seq + 10 * i, data: Buffer.from("x") });
  const text = Buffer.from("0123456789".repeat(101));
  peer.sendRaw({ seq, data: text });
  expect((peer.host.read(peer.connection) as Buffer).length).toBeGreaterThanOrEqual(text.length);
});

test("the window closes as the program does not read, never shrinks, and opens by a worthwhile step (MUST-39)", () => {
  const peer = established();
  peer.host.stack.tcpSetBuffers(peer.connection, 65536, 4000);
  let edge = 0;
  for (let i = 0; i < 20; i++) {
    peer.send({ data: Buffer.alloc(MSS, 97) });
    for (const { ack, window } of peer.segments()) {
      expect(ack + window).toBeGreaterThanOrEqual(edge);
      edge = ack + window;
    }
  }
  peer.pass(SECOND);
  peer.segments();
  const closed = peer.host.stack.tcpReadable(peer.connection);
  expect(peer.host.read(peer.connection, 100)).toHaveLength(100);
  peer.silence();
  peer.host.read(peer.connection, closed - 100);
  expect(peer.segment().window).toBe(4000);
});

test("beyond the window: cut off and acknowledged; at a closed window RST and ACK still count (MUST-66)", () => {
  const peer = established();
  const room = 16384;
  peer.send({ data: Buffer.alloc(1400, 97) });
  for (let sent = 1400; sent < room; sent += 1400) {
    peer.sendRaw({ seq: peer.seq, data: Buffer.alloc(1400, 97) });
    peer.seq += 1400;
  }
  expect(peer.host.stack.tcpReadable(peer.connection)).toBeGreaterThan(0);
  const [sent] = hostSends(peer, 5).slice(-1);
  acknowledge(peer, sent);
  peer.sendRaw({ flags: FLAG.rst });
  expect(peer.state).toBe(STATE.closed);
});

test("a closed window is probed, further and further apart, as long as the peer answers (MUST-35 to MUST-37)", () => {
  const peer = established(0);
  expect(hostSends(peer, 100)).toEqual([]);
  const gaps: number[] = [];
  let last = peer.now_us;
  for (let i = 0; i < 60; i++) {
    while (peer.frames.length === 0) {
      peer.pass(SECOND / 10);
      expect(peer.now_us - last).toBeLessThan(130 * SECOND);
    }
    const probe = peer.segment();
    expect(probe.data.length).toBe(1);
    gaps.push(Math.round((peer.now_us - last) / SECOND));
    last = peer.now_us;
    peer.send();
    expect(peer.state).toBe(STATE.established);
  }
  expect(gaps.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 32, 60]);
  peer.window = 65535;
  peer.send();
  expect(peer.segment().data.length).toBe(100);
});

test("a window that shrinks is borne (MUST-34)", () => {
  const peer = established();
  const flight = hostSends(peer, 4 * MSS);
  peer.window = 0;
  acknowledge(peer, flight[0]);
  peer.pass(3 * SECOND);
  const probes = peer.segments();
  expect(probes.length).toBeGreaterThan(0);
  for (const probe of probes) expect(probe.seq).toBe(end(flight[0]));
  peer.window = 65535;
  acknowledge(peer, flight[3]);
  expect(peer.state).toBe(STATE.established);
  expect(hostSends(peer, 10).length).toBe(1);
});

test("silly windows are not filled by the sender (MUST-38)", () => {
  const peer = established(4000);
  const flight = hostSends(peer, 20 * MSS);
  expect(flight.length).toBe(4);
  peer.window = 100;
  acknowledge(peer, flight[3]);
  peer.silence();
  peer.pass(2 * SECOND);
  expect(peer.segments()[0].data.length).toBe(100);
});

test("a lost segment is sent again after a second, then two, four: with one segment under way (MUST-18, MUST-19)", () => {
  const peer = established();
  const flight = hostSends(peer, 4 * MSS);
  const start = peer.now_us;
  const times: number[] = [];
  while (times.length < 5) {
    peer.pass(SECOND / 10);
    for (const again of peer.segments()) {
      expect(again.seq).toBe(flight[0].seq);
      times.push(Math.round((peer.now_us - start) / SECOND));
    }
  }
  expect(times).toEqual([1, 3, 7, 15, 31]);
});

test("R2: a peer that is silent for too long is given up, with an error (MUST-12, MUST-20)", () => {
  const peer = established();
  hostSends(peer, 10);
  peer.pass(99 * SECOND);
  expect(peer.state).toBe(STATE.established);
  peer.pass(1000 * SECOND);
  expect(peer.state).toBe(STATE.closed);
  expect(peer.host.stack.tcpReadable(peer.connection)).toBe(-ETIMEDOUT);
});

test("three duplicates: fast retransmit, fast recovery, and a partial acknowledgment fills the next hole", () => {
  const peer = established();
  let flight = hostSends(peer, 64 * MSS);
  while (flight.length < 10) {
    acknowledge(peer, flight[flight.length - 1]);
    flight = peer.segments();
    if (flight.length === 0) throw new Error("nothing more to send");
  }
  // Segments 0 and 3 are lost.
  peer.ack = flight[0].seq;
  for (let i = 0; i < 2; i++) peer.send();
  const limited = peer.segments();
  for (const each of limited) expect(each.seq).not.toBe(flight[0].seq); // RFC 3042: new data
  peer.send();
  expect(peer.segments()[0].seq).toBe(flight[0].seq);
  acknowledge(peer, flight[2]);
  expect(peer.segments()[0].seq).toBe(flight[3].seq);
  acknowledge(
    peer,
    [...flight, ...limited].sort((a, b) => a.seq - b.seq)[flight.length + limited.length - 1],
  );
  expect(peer.host.stack.counter(32)).toBe(1n);
  expect(peer.host.stack.counter(31)).toBe(0n);
});

test("Karn: a retransmission does not count as a round trip", () => {
  const peer = established();
  const rto = (): number => peer.host.stack.tcpField(peer.connection, peer.host.stack.offsetRto());
  const before = rto();
  const [first] = hostSends(peer, 10);
  peer.pass(20 * SECOND);
  peer.segments();
  acknowledge(peer, first);
  expect(rto()).toBe(before);
});

test("measured round trips move the time-out (RFC 6298)", () => {
  const peer = established();
  for (let i = 0; i < 10; i++) {
    const [segment] = hostSends(peer, 10);
    peer.pass(0.9 * SECOND);
    peer.segments();
    acknowledge(peer, segment);
  }
  const rto = peer.host.stack.tcpField(peer.connection, peer.host.stack.offsetRto());
  expect(rto).toBeGreaterThan(1.0 * SECOND);
  expect(rto).toBeLessThan(2.5 * SECOND);
});

test("after a pause the window starts over (RFC 5681, 4.1)", () => {
  const peer = established();
  let flight = hostSends(peer, 40 * MSS);
  while (flight.length > 0) {
    acknowledge(peer, flight[flight.length - 1]);
    flight = peer.segments();
  }
  peer.pass(60 * SECOND);
  expect(hostSends(peer, 20 * MSS).length).toBe(4);
});
