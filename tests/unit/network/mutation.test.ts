// Mutated packets: every kind that the stack reads is sent with random bytes changed, cut and repeated, to a host whose
// connections are opened, used and closed meanwhile, in every state of RFC 9293. No trap, nothing lost or grown, and the
// host still works afterwards. A failure prints its seed, which SEED replays; MUTATED_PACKETS sets how many there are.

import { beforeAll, expect, test } from "vitest";
import { stackModule } from "./host.ts";
import { type Random, TCP_PORT, UDP_PORT, below, mutatedFrame, original } from "./mutation.ts";
import { PEER_ADDRESS, Peer } from "./peer.ts";
import { randomFrom } from "./wire.ts";

const COUNT = Number(process.env.MUTATED_PACKETS ?? 1_000_000);
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
const TURN = 16;
const CHECK_EVERY = 10_000;
const UDP = 1;
const MAX_CONNECTIONS = 1024;
const MAX_HALF_OPEN = 256;
/** Of the test's: half-open ones and those that nobody holds any more come on top. */
const MAX_HELD = 12;
const STATE = { closed: 0, listen: 1, synSent: 2, timeWait: 10 };
const ALL_STATES = Array.from({ length: STATE.timeWait + 1 }, (_, state) => state);
const CLOSED_AND_GONE_US = 2_000_000_000;
let module: WebAssembly.Module;

beforeAll(async () => {
  module = await stackModule();
});

/** A program with sockets: accepts, connects, reads, writes, closes, as chance will have it. */
class Program {
  readonly held = new Set<number>();
  /** Connections that packets are about: the program's, and others that the stack has. */
  targets: number[] = [];
  readonly seen = new Set<number>();
  private readonly listener: number;

  constructor(
    private readonly peer: Peer,
    private readonly random: Random,
  ) {
    this.listener = peer.listen(MAX_HELD);
  }

  turn(): void {
    const { stack } = this.peer.host;
    for (let n = stack.tcpAccept(this.listener); n >= 0; n = stack.tcpAccept(this.listener)) this.held.add(n);
    if (this.held.size < MAX_HELD && this.random() < 0.2) this.connect();
    for (const n of this.held) this.use(n);
    this.targets = [...this.held];
    for (let n = 0; n < 2 * MAX_HELD; n++) {
      const state = stack.tcpState(n);
      this.seen.add(state);
      if (state >= STATE.synSent) this.targets.push(n);
    }
  }

  private connect(): void {
    const { stack } = this.peer.host;
    const n = stack.tcpOpen();
    if (n < 0) return;
    this.held.add(n);
    expect(stack.tcpConnect(n, PEER_ADDRESS, 1024 + below(this.random, 60_000))).toBe(0);
  }

  private use(n: number): void {
    const { host } = this.peer;
    host.read(n);
    const dice = this.random();
    if (dice < 0.2) host.send(n, Buffer.alloc(below(this.random, 5000), 67));
    else if (dice < 0.25) host.stack.tcpShutdownSend(n);
    const isOver = host.stack.tcpState(n) === STATE.closed || this.held.size > MAX_HELD;
    if (!isOver && dice < 0.95) return;
    this.held.delete(n);
    if (dice > 0.99) host.stack.tcpAbort(n);
    else host.stack.tcpClose(n);
  }

  close(): void {
    for (const n of this.held) this.peer.host.stack.tcpClose(n);
    this.peer.host.stack.tcpClose(this.listener);
  }
}

test(`${COUNT} mutated packets, seed ${SEED}`, () => {
  const random = randomFrom(SEED);
  const peer = new Peer(module, SEED & 0xffff);
  const before = peer.host.resources;
  const { stack } = peer.host;
  const memory = stack.memory.buffer.byteLength;
  const program = new Program(peer, random);
  const socket = stack.udpOpen(UDP);
  stack.udpBind(socket, 0, UDP_PORT);
  for (let i = 0; i < COUNT; i++) {
    if (i % TURN === 0) {
      peer.run();
      peer.frames = [];
      program.turn();
      while (typeof peer.host.receiveDatagram(socket) !== "number");
    }
    const { targets } = program;
    const n = targets.length === 0 || random() < 0.05 ? -1 : targets[below(random, targets.length)];
    peer.now_us += below(random, 20_000);
    const [type, payload] = original(peer, n, random);
    stack.advance(BigInt(peer.now_us));
    peer.host.receive(mutatedFrame(peer, type, payload, random));
    if (i % CHECK_EVERY !== 0) continue;
    expect(stack.connectionsInUse()).toBeLessThan(MAX_CONNECTIONS);
    expect(stack.freePackets()).toBeGreaterThan(MAX_HALF_OPEN);
  }
  expect([...program.seen].sort((a, b) => a - b)).toEqual(ALL_STATES);
  program.close();
  stack.udpClose(socket);
  peer.pass(CLOSED_AND_GONE_US);
  peer.frames = [];
  expect(peer.host.resources).toEqual(before);
  expect(stack.memory.buffer.byteLength).toBe(memory);
  worksStill(peer);
});

/** A new connection works. */
function worksStill(peer: Peer): void {
  peer.port = 60000;
  peer.hostPort = TCP_PORT;
  peer.establish();
  peer.send({ data: Buffer.from("still alive") });
  expect((peer.host.read(peer.connection) as Buffer).toString()).toBe("still alive");
}
