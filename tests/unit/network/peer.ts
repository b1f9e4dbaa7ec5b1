// A peer made of bare segments: one host whose only neighbour is the test. What the host sends is looked at segment by
// segment; what it receives the test writes, lies included. Time passes only when the test says so.

import { expect } from "vitest";
import { Host, ip } from "./host.ts";
import {
  FLAG,
  PROTOCOL,
  type Segment,
  arpPacket,
  ethernetFrame,
  ipPacket,
  parseArp,
  parseTcp,
  tcpSegment,
} from "./packets.ts";

export const HOST_ADDRESS = ip("10.0.0.2");
export const PEER_ADDRESS = ip("10.0.0.1");
export const PEER_MAC = 0x0200_0000_0001n;
export const PEER_PORT = 40000;
const BROADCAST = 0xffff_ffff_ffffn;

/** Window scale 0 and timestamps, as tests need them. */
export const option = {
  mss: (size: number): Buffer => Buffer.from([2, 4, size >> 8, size & 255]),
  scale: (shift: number): Buffer => Buffer.from([1, 3, 3, shift]),
  timestamps(value: number, echo: number): Buffer {
    const bytes = Buffer.from([1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes.writeUInt32BE(value >>> 0, 4);
    bytes.writeUInt32BE(echo >>> 0, 8);
    return bytes;
  },
};

export class Peer {
  readonly host: Host;
  now_us = 1_000_000;
  seq: number;
  ack = 0;
  port = PEER_PORT;
  hostPort = 80;
  window = 65535;
  /** Options of every segment that has none of its own. */
  options: () => Buffer = () => Buffer.alloc(0);
  /** The connection on the host's side. */
  connection = -1;
  /** Frames of the host's that no one has looked at. */
  frames: Buffer[] = [];

  constructor(module: WebAssembly.Module, seed = 7, iss = 1000) {
    this.host = new Host(module, HOST_ADDRESS, seed);
    this.seq = iss;
    this.run();
  }

  /** Lets the host work, answers its ARP requests, keeps what else it sent. */
  run(): void {
    for (;;) {
      this.host.stack.run(BigInt(this.now_us));
      const frames = this.host.takeFrames();
      if (frames.length === 0) return;
      for (const frame of frames) {
        const arp = parseArp(frame);
        if (arp?.operation === 1 && arp.targetIp === PEER_ADDRESS) this.answerArp();
        else this.frames.push(frame);
      }
    }
  }

  private answerArp(): void {
    const reply = {
      operation: 2,
      senderMac: PEER_MAC,
      senderIp: PEER_ADDRESS,
      targetMac: this.host.mac,
      targetIp: HOST_ADDRESS,
    };
    this.sendFrame(0x0806, arpPacket(reply));
  }

  sendFrame(type: number, payload: Uint8Array, to: bigint = this.host.mac): void {
    this.host.stack.advance(BigInt(this.now_us));
    this.host.receive(ethernetFrame(to, PEER_MAC, type, payload));
  }

  sendIp(protocol: number, payload: Uint8Array): void {
    this.sendFrame(0x0800, ipPacket({ from: PEER_ADDRESS, to: HOST_ADDRESS, protocol }, payload));
    this.run();
  }

  /** Sends a segment; what is not said is as the connection stands. seq does not move. */
  sendRaw(segment: Partial<Segment>): void {
    const whole = {
      sourcePort: this.port,
      destinationPort: this.hostPort,
      seq: this.seq,
      ack: this.ack,
      flags: FLAG.ack,
      window: this.window,
      options: this.options(),
      ...segment,
    };
    this.sendIp(PROTOCOL.tcp, tcpSegment(PEER_ADDRESS, HOST_ADDRESS, whole));
  }

  /** Sends a segment and counts what it takes of the sequence. */
  send(segment: Partial<Segment> = {}): void {
    this.sendRaw(segment);
    const flags = segment.flags ?? FLAG.ack;
    this.seq += (segment.data?.length ?? 0) + ((flags & FLAG.syn) !== 0 ? 1 : 0) + (flags & FLAG.fin);
    this.seq >>>= 0;
  }

  /** The segments that the host has sent since the last look. */
  segments(): Segment[] {
    this.run();
    return this.frames.splice(0).flatMap((frame) => parseTcp(frame) ?? []);
  }

  /** The one segment that the host has sent. */
  segment(): Segment {
    const all = this.segments();
    expect(all.length, "segments sent").toBe(1);
    return all[0];
  }

  silence(): void {
    expect(this.segments()).toEqual([]);
  }

  /** Lets time pass, stopping at each of the host's deadlines. */
  pass(duration_us: number): void {
    const end = this.now_us + duration_us;
    for (;;) {
      const deadline = BigInt.asUintN(64, this.host.stack.deadline());
      if (deadline > BigInt(end)) break;
      this.now_us = Math.max(this.now_us, Number(deadline));
      this.run();
    }
    this.now_us = end;
    this.run();
  }

  /** A listener on port 80. */
  listen(backlog = 8): number {
    const listener = this.host.stack.tcpOpen();
    expect(this.host.stack.tcpBind(listener, 0, this.hostPort)).toBe(0);
    expect(this.host.stack.tcpListen(listener, backlog)).toBe(0);
    return listener;
  }

  /** Opens a connection to a listener of the host's and accepts it there. */
  establish(synOptions: Buffer = Buffer.alloc(0)): Segment {
    const listener = this.listen();
    this.send({ flags: FLAG.syn, ack: 0, options: synOptions });
    const synAck = this.segment();
    expect(synAck.flags).toBe(FLAG.syn | FLAG.ack);
    this.ack = (synAck.seq + 1) >>> 0;
    this.send();
    this.connection = this.host.stack.tcpAccept(listener);
    expect(this.connection).toBeGreaterThanOrEqual(0);
    this.silence();
    return synAck;
  }

  /** The host opens a connection to the peer, who answers. */
  beConnectedTo(synAckOptions: Buffer = Buffer.alloc(0)): Segment {
    const syn = this.beCalled();
    this.ack = (syn.seq + 1) >>> 0;
    this.send({ flags: FLAG.syn | FLAG.ack, options: synAckOptions });
    expect(this.segment().flags).toBe(FLAG.ack);
    return syn;
  }

  /** The host sends its SYN. */
  beCalled(): Segment {
    this.connection = this.host.stack.tcpOpen();
    expect(this.host.stack.tcpConnect(this.connection, PEER_ADDRESS, PEER_PORT)).toBe(0);
    const syn = this.segment();
    expect(syn.flags).toBe(FLAG.syn);
    this.hostPort = syn.sourcePort;
    return syn;
  }

  get state(): number {
    return this.host.stack.tcpState(this.connection);
  }
}

export { BROADCAST };
