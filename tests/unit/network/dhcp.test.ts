// The DHCP client against a server of the test's, in virtual time: getting an address, keeping it, losing it; and messages
// that nobody honest sends. A failure of the random ones prints its seed.

import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { compileForTest } from "../harness/compile.ts";
import { ip } from "./host.ts";
import { PROTOCOL, arpPacket, ethernetFrame, ipPacket, parseArp, parseUdp, udpDatagram } from "./packets.ts";
import { randomFrom, seconds } from "./wire.ts";

const MAC = 0x0200_0000_0001n;
const SERVER_MAC = 0x0200_0000_0002n;
const SERVER = ip("10.0.2.2");
const EVERYBODY = ip("255.255.255.255");
const GIVEN = ip("10.0.2.15");
const COUNT = Number(process.env.MUTATED_PACKETS ?? 200_000);
const STATE = { off: 0, selecting: 1, requesting: 2, bound: 3, renewing: 4, rebinding: 5 };
const TYPE = { discover: 1, offer: 2, request: 3, ack: 5, nak: 6 };

interface Exports {
  memory: WebAssembly.Memory;
  start(mac: bigint, seed: bigint): number;
  dhcpStart(): void;
  dhcpStop(): void;
  dhcpState: WebAssembly.Global;
  leaseLeft_s(): number;
  run(time_us: bigint): void;
  receiveBuffer(): number;
  receive(length: number): void;
  deadline(): bigint;
  takeFromWire(): number;
  packetLength(frame: number): number;
  packetFree(frame: number): void;
  freePackets(): number;
  datagramSocketsInUse(): number;
  address(): number;
  mask(): number;
  gateway(): number;
  resolver(): number;
  message: WebAssembly.Global;
  textBuffer(): number;
  dnsQuery(size: number, id: number): number;
  dnsResponse(size: number, id: number): number;
  dnsAddress(index: number): number;
}

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};
const option = (code: number, value: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([code, value.length]), value]);

interface Sent {
  type: number;
  xid: number;
  destination: number;
  client: number;
  options: Map<number, Buffer>;
}

function parse(frame: Buffer): Sent | undefined {
  const udp = parseUdp(frame);
  if (udp?.destinationPort !== 67) return undefined;
  const { data } = udp;
  const options = new Map<number, Buffer>();
  for (let at = 240; data[at] !== 255; at += 2 + data[at + 1])
    options.set(data[at], data.subarray(at + 2, at + 2 + data[at + 1]));
  const destination = frame.readUInt32BE(30);
  return {
    type: options.get(53)?.[0] ?? 0,
    xid: data.readUInt32BE(4),
    destination,
    client: data.readUInt32BE(12),
    options,
  };
}

const defaults = (): Buffer[] => [
  option(1, word(ip("255.255.255.0"))),
  option(3, word(SERVER)),
  option(6, word(ip("10.0.2.3"))),
  option(51, word(3600)),
  option(54, word(SERVER)),
];

function reply(type: number, xid: number, given = GIVEN, options = defaults()): Buffer {
  const head = Buffer.alloc(240);
  head.set([2, 1, 6]);
  head.writeUInt32BE(xid, 4);
  head.writeUInt32BE(given, 16);
  head.writeUIntBE(Number(MAC), 28, 6);
  head.writeUInt32BE(0x63825363, 236);
  return Buffer.concat([head, option(53, Buffer.from([type])), ...options, Buffer.from([255])]);
}

let module: WebAssembly.Module;
let client: Exports;
let now = 0;

beforeAll(async () => {
  module = await compileForTest("tests/unit/network/dhcp.as.ts", "dhcp");
}, 60_000);

beforeEach(() => {
  client = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
  expect(client.start(MAC, 1n)).toBeTruthy();
  now = seconds(1);
});

function deliver(data: Uint8Array, from = SERVER): void {
  const to = client.address() === 0 ? EVERYBODY : client.address() >>> 0;
  const udp = udpDatagram(from, to, { from: 67, to: 68 }, data);
  const packet = ipPacket({ from, to, protocol: PROTOCOL.udp }, udp);
  receive(ethernetFrame(to === EVERYBODY ? 0xffff_ffff_ffffn : MAC, SERVER_MAC, 0x0800, packet));
}

function receive(frame: Uint8Array): void {
  new Uint8Array(client.memory.buffer).set(frame, client.receiveBuffer());
  client.receive(frame.length);
}

/** Answers the question who the server is. → whether that was it */
function answerArp(frame: Buffer): boolean {
  const arp = parseArp(frame);
  if (arp?.targetIp !== SERVER) return false;
  const answer = {
    operation: 2,
    senderMac: SERVER_MAC,
    senderIp: SERVER,
    targetMac: MAC,
    targetIp: arp.senderIp,
  };
  receive(ethernetFrame(MAC, SERVER_MAC, 0x0806, arpPacket(answer)));
  return true;
}

/** Lets the client work at time `at`. → the DHCP messages that it sent */
function step(at = now): Sent[] {
  now = at;
  client.run(BigInt(now));
  const sent: Sent[] = [];
  for (let frame = client.takeFromWire(); frame !== 0; frame = client.takeFromWire()) {
    const bytes = Buffer.from(new Uint8Array(client.memory.buffer, frame, client.packetLength(frame)));
    const message = parse(bytes);
    client.packetFree(frame);
    if (message) sent.push(message);
    else answerArp(bytes);
  }
  return sent;
}

/** Lets time pass until the client sends something. */
function next(): Sent {
  for (let i = 0; i < 10_000; i++) {
    const [message] = step(Math.max(now + 1, Number(client.deadline())));
    if (message) return message;
  }
  throw new Error("the client sends nothing more");
}

const state = (): number => Number(client.dhcpState.value);

function bind(): void {
  client.dhcpStart();
  const [discover] = step();
  expect(discover).toMatchObject({ type: TYPE.discover, destination: EVERYBODY, client: 0 });
  deliver(reply(TYPE.offer, discover.xid));
  const [request] = step();
  expect(request).toMatchObject({ type: TYPE.request, destination: EVERYBODY, client: 0, xid: discover.xid });
  expect(request.options.get(50)?.readUInt32BE()).toBe(GIVEN);
  expect(request.options.get(54)?.readUInt32BE()).toBe(SERVER);
  expect(client.address()).toBe(0);
  deliver(reply(TYPE.ack, request.xid));
  step();
  expect(state()).toBe(STATE.bound);
}

describe("a lease", () => {
  test("is asked for and taken, with all that comes with it", () => {
    bind();
    expect(client.address()).toBe(GIVEN);
    expect(client.mask() >>> 0).toBe(ip("255.255.255.0"));
    expect(client.gateway()).toBe(SERVER);
    expect(client.resolver()).toBe(ip("10.0.2.3"));
    expect(client.leaseLeft_s()).toBe(3600);
  });

  test("is asked for again, later each time, while nobody answers", () => {
    client.dhcpStart();
    step();
    const waits = Array.from({ length: 6 }, () => {
      const before = now;
      expect(next().type).toBe(TYPE.discover);
      return (now - before) / seconds(1);
    });
    [4, 8, 16, 32, 64, 64].forEach((wait, i) => {
      expect(waits[i]).toBeGreaterThan(wait - 1.1);
      expect(waits[i]).toBeLessThan(wait + 1.1);
    });
  });

  test("is renewed at half of it by a message to the server alone", () => {
    bind();
    const began = now;
    const request = next();
    expect(Math.round((now - began) / seconds(1))).toBe(1800);
    expect(request.type).toBe(TYPE.request);
    expect(request.client).toBe(GIVEN);
    expect(request.options.has(50) || request.options.has(54)).toBe(false);
    deliver(reply(TYPE.ack, request.xid));
    step();
    expect(state()).toBe(STATE.bound);
    expect(client.leaseLeft_s()).toBe(3600);
  });

  test("is asked of everybody at seven eighths, and gone at its end", () => {
    bind();
    const began = now;
    while (state() !== STATE.rebinding) step(Math.max(now + 1, Number(client.deadline())));
    expect(Math.round((now - began) / seconds(1))).toBe(3150);
    expect(next()).toMatchObject({ type: TYPE.request, destination: EVERYBODY, client: GIVEN });
    while (state() !== STATE.selecting) step(Math.max(now + 1, Number(client.deadline())));
    expect(Math.round((now - began) / seconds(1))).toBe(3600);
    expect(client.address()).toBe(0);
  });

  test("that is refused while it is renewed is given up at once", () => {
    bind();
    const request = next();
    deliver(reply(TYPE.nak, request.xid, 0, [option(54, word(SERVER))]));
    const [discover] = step();
    expect(discover.type).toBe(TYPE.discover);
    expect(client.address()).toBe(0);
  });

  test("ends with the link, and leaves nothing", () => {
    const packets = client.freePackets();
    bind();
    client.dhcpStop();
    step();
    expect(client.address()).toBe(0);
    expect(client.datagramSocketsInUse()).toBe(0);
    expect(client.freePackets()).toBe(packets);
  });
});

test.each([TYPE.ack, TYPE.nak])("another server than the chosen one has no say (message %i)", (type) => {
  client.dhcpStart();
  const [discover] = step();
  deliver(reply(TYPE.offer, discover.xid));
  const [request] = step();
  const other = [...defaults().slice(0, 4), option(54, word(ip("10.0.2.77")))];
  deliver(reply(type, request.xid, ip("10.0.2.99"), other), ip("10.0.2.77"));
  expect(step()).toEqual([]);
  expect(state()).toBe(STATE.requesting);
  deliver(reply(TYPE.ack, request.xid));
  step();
  expect(client.address()).toBe(GIVEN);
});

describe("an offer that cannot be", () => {
  test.each([
    ["another exchange", (xid: number) => reply(TYPE.offer, xid + 1)],
    ["address 0", (xid: number) => reply(TYPE.offer, xid, 0)],
    ["the loopback's", (xid: number) => reply(TYPE.offer, xid, ip("127.0.0.1"))],
    ["a group's", (xid: number) => reply(TYPE.offer, xid, ip("224.0.0.1"))],
    ["everybody's", (xid: number) => reply(TYPE.offer, xid, ip("10.0.2.255"))],
    ["the network's", (xid: number) => reply(TYPE.offer, xid, ip("10.0.2.0"))],
    ["no mask", (xid: number) => reply(TYPE.offer, xid, GIVEN, defaults().slice(1))],
    [
      "a mask with holes",
      (xid: number) => reply(TYPE.offer, xid, GIVEN, [option(1, word(0xff00ff00)), ...defaults().slice(1)]),
    ],
    ["no server", (xid: number) => reply(TYPE.offer, xid, GIVEN, defaults().slice(0, 4))],
    [
      "an option beyond the end",
      (xid: number) => Buffer.concat([reply(TYPE.offer, xid).subarray(0, -1), Buffer.from([6, 200])]),
    ],
  ])("(%s) is not taken", (_, make) => {
    client.dhcpStart();
    const [discover] = step();
    deliver(make(discover.xid));
    expect(step()).toEqual([]);
    expect(state()).toBe(STATE.selecting);
  });
});

test(`${COUNT} mutated messages trap nothing and leave nothing behind`, () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  const random = randomFrom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  client.dhcpStart();
  let xid = step()[0].xid;
  const packets = client.freePackets();
  try {
    for (let i = 0; i < COUNT; i++) {
      const message = reply([TYPE.offer, TYPE.ack, TYPE.nak][below(3)], xid);
      for (let n = below(4); n > 0; n--) message[below(message.length)] = below(256);
      if (random() < 0.5) message[240 + below(message.length - 240)] = below(256);
      deliver(random() < 0.1 ? message.subarray(0, below(message.length)) : message);
      for (const sent of step(now + below(seconds(2)))) xid = sent.xid;
      const host = client.address() & ~client.mask();
      if (client.address()) expect(host !== 0 && host !== ~client.mask()).toBe(true);
    }
    expect(client.freePackets()).toBe(packets);
    expect(client.datagramSocketsInUse()).toBe(1);
  } catch (error) {
    throw new Error(`SEED=${seed}`, { cause: error });
  }
}, 300_000);

describe("a DNS response", () => {
  const ID = 0x1234;
  const NAME = "www.Example.com";

  function query(name: string): Buffer {
    const bytes = Buffer.from(name);
    new Uint8Array(client.memory.buffer).set(bytes, client.textBuffer());
    const size = client.dnsQuery(bytes.length, ID);
    return Buffer.from(new Uint8Array(client.memory.buffer, Number(client.message.value), size));
  }
  function read(response: Uint8Array): number {
    new Uint8Array(client.memory.buffer).set(response, Number(client.message.value));
    return client.dnsResponse(response.length, ID);
  }
  const record = (name: Uint8Array, type: number, data: Uint8Array): Buffer =>
    Buffer.concat([name, Buffer.from([0, type, 0, 1, 0, 0, 0, 60, 0, data.length]), data]);
  const POINTER = Buffer.from([0xc0, 12]);
  const ALIAS = Buffer.concat([Buffer.from([3]), Buffer.from("cdn"), Buffer.from([0xc0, 16])]);
  function response(records: Buffer[], flags = 0x8180): Buffer {
    const head = query(NAME);
    head.writeUInt16BE(flags, 2);
    head.writeUInt16BE(records.length, 6);
    return Buffer.concat([head, ...records]);
  }

  test("asks for the name in small letters", () => {
    expect(query(NAME).subarray(12).toString("latin1")).toBe("\x03www\x07example\x03com\0\0\x01\0\x01");
    expect(
      ["", ".", "a..b", "a b", `${"a".repeat(64)}.b`, "x.".repeat(130)].map((n) => query(n).length),
    ).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("gives its addresses, through an alias, too", () => {
    expect(
      read(response([record(POINTER, 1, word(ip("1.2.3.4"))), record(POINTER, 1, word(ip("1.2.3.5")))])),
    ).toBe(2);
    expect(client.dnsAddress(1)).toBe(ip("1.2.3.5"));
    expect(read(response([record(POINTER, 5, ALIAS), record(ALIAS, 1, word(ip("9.8.7.6")))]))).toBe(1);
    expect(client.dnsAddress(0) >>> 0).toBe(ip("9.8.7.6"));
  });

  test("says that there is no such name, or that the server failed", () => {
    expect(read(response([], 0x8183))).toBe(-2);
    expect(read(response([], 0x8182))).toBe(-3);
    expect(read(response([]))).toBe(0);
  });

  test("about another name, to another query, or that is none does not count", () => {
    const other = response([record(POINTER, 1, word(1))]);
    other[13] ^= 1;
    expect(read(other)).toBe(-1);
    const strange = response([record(POINTER, 1, word(1))]);
    strange[1] ^= 1;
    expect(read(strange)).toBe(-1);
    expect(read(response([], 0x0100))).toBe(-1);
    expect(read(response([record(Buffer.from([0xc0, 33]), 1, word(1))]))).toBe(-1); // points at itself
    expect(read(response([record(ALIAS, 1, word(1))]))).toBe(0); // an address of somebody else
  });

  test(`mutated ${COUNT} times comes to an end`, () => {
    const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
    const random = randomFrom(seed);
    const good = response([
      record(POINTER, 5, ALIAS),
      record(ALIAS, 1, word(1)),
      record(POINTER, 1, word(2)),
    ]);
    for (let i = 0; i < COUNT; i++) {
      query(NAME);
      const bytes = Buffer.from(good);
      for (let n = Math.floor(random() * 5); n > 0; n--)
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      const result = read(
        bytes.subarray(0, random() < 0.1 ? Math.floor(random() * bytes.length) : bytes.length),
      );
      if (result < -3 || result > 8) throw new Error(`${result}, SEED=${seed}`);
    }
  }, 300_000);
});
