// One machine's stack: an instance of module.as.ts, with conveniences for tests. Frames are Buffers; addresses are
// numbers in host order (ip("10.0.0.1")). Compiled once a test file.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync } from "node:fs";
import { compileAsc } from "../../../toolchain/pipeline/asc.ts";

const ENTRY = "tests/unit/network/module.as.ts";
const STACK = "space/services/network/stack";
const OUTPUT_DIR = "build/test";
const NETMASK = 0xffffff00;

export interface StackExports {
  memory: WebAssembly.Memory;
  start(mac: bigint, seed: bigint): number;
  configure(index: number, own: number, mask: number, gateway: number): void;
  setMtu(index: number, mtu: number): void;
  receiveBuffer(): number;
  receive(length: number): void;
  run(time_us: bigint): number;
  advance(time_us: bigint): void;
  deadline(): bigint;
  takeFromWire(): number;
  packetLength(frame: number): number;
  packetFree(frame: number): void;
  takeEvent(): number;
  takenBits(): number;
  counter(which: number): bigint;
  freeBlocks(): number;
  freePackets(): number;
  connectionsInUse(): number;
  datagramSocketsInUse(): number;
  timeWaitConnections(): number;
  reassembliesInUse(): number;
  tcpOpen(): number;
  tcpBind(n: number, v4: number, port: number): number;
  tcpListen(n: number, backlog: number): number;
  tcpConnect(n: number, v4: number, port: number): number;
  tcpAccept(n: number): number;
  tcpClose(n: number): void;
  tcpAbort(n: number): void;
  tcpShutdownSend(n: number): number;
  tcpShutdownReceive(n: number): number;
  tcpSendRoom(n: number): number;
  tcpReadable(n: number): number;
  tcpTakeError(n: number): number;
  tcpMarkUrgent(n: number): void;
  tcpUrgentAhead(n: number): number;
  tcpState(n: number): number;
  tcpLocalPort(n: number): number;
  tcpSetFlags(n: number, flags: number): void;
  tcpSetBuffers(n: number, send: number, receive: number): void;
  tcpField(n: number, offset: number): number;
  tcpSetField(n: number, offset: number, value: number): void;
  offsetCwnd(): number;
  offsetPorts(): number;
  offsetReceiveNext(): number;
  offsetSendMax(): number;
  offsetMss(): number;
  offsetRto(): number;
  offsetKeepIdle(): number;
  tcpSend(n: number, source: number, size: number): number;
  tcpRead(n: number, target: number, size: number): number;
  sendStream(n: number, position: bigint, size: number): number;
  checkStream(n: number, position: bigint, size: number): number;
  udpOpen(kind: number): number;
  udpBind(n: number, v4: number, port: number): number;
  udpConnect(n: number, v4: number, port: number): void;
  udpClose(n: number): void;
  udpAllowBroadcast(n: number): void;
  udpPort(n: number): number;
  udpSend(n: number, source: number, size: number, v4: number, port: number): number;
  udpReceive(n: number, target: number): number;
  senderPort: WebAssembly.Global;
  senderAddress: WebAssembly.Global;
  scratch: WebAssembly.Global;
}

/** What has to be the same before and after. */
export interface Resources {
  blocks: number;
  packets: number;
  connections: number;
  datagramSockets: number;
  reassemblies: number;
}

let compiled: Promise<WebAssembly.Module> | undefined;

/** A name for what the sources are now: several test files share one compilation. */
function sourceKey(): string {
  const hash = createHash("sha256").update(readFileSync(ENTRY));
  for (const file of readdirSync(STACK, { recursive: true }).sort()) {
    if (String(file).endsWith(".ts")) hash.update(readFileSync(`${STACK}/${String(file)}`));
  }
  return hash.digest("hex").slice(0, 16);
}

async function compileStack(): Promise<WebAssembly.Module> {
  mkdirSync(OUTPUT_DIR, { recursive: true });
  const output = `${OUTPUT_DIR}/network-${sourceKey()}.wasm`;
  if (!existsSync(output)) {
    const own = `${output}.${process.pid}`;
    await compileTo(own);
    renameSync(own, output);
  }
  return new WebAssembly.Module(readFileSync(output));
}

async function compileTo(output: string): Promise<void> {
  await compileAsc(ENTRY, output, {
    optimizeLevel: 3,
    debug: true,
    noAssert: true,
    use: ["abort="],
    runtime: "stub",
    memoryBase: 16384,
  });
}

/** The compiled stack, for new Host(). */
export function stackModule(): Promise<WebAssembly.Module> {
  return (compiled ??= compileStack());
}

/** "10.0.0.1" as a number. */
export function ip(text: string): number {
  return text.split(".").reduce((value, part) => value * 256 + Number(part), 0);
}

export class Host {
  readonly stack: StackExports;
  readonly mac: bigint;

  constructor(
    module: WebAssembly.Module,
    readonly address: number,
    readonly seed: number,
    gateway = 0,
  ) {
    this.stack = new WebAssembly.Instance(module, {}).exports as unknown as StackExports;
    this.mac = 0x0200_0000_0000n + BigInt(address >>> 0);
    if (!this.stack.start(this.mac, BigInt(seed) * 0x9e3779b97f4a7c15n)) throw new Error("no memory");
    this.stack.configure(1, address, NETMASK, gateway);
  }

  /** Hands a frame to the stack. */
  receive(frame: Uint8Array): void {
    new Uint8Array(this.stack.memory.buffer).set(frame, this.stack.receiveBuffer());
    this.stack.receive(frame.length);
  }

  /** The frames that wait to go out. */
  takeFrames(): Buffer[] {
    const frames: Buffer[] = [];
    for (let at = this.stack.takeFromWire(); at !== 0; at = this.stack.takeFromWire()) {
      const length = this.stack.packetLength(at);
      frames.push(Buffer.from(new Uint8Array(this.stack.memory.buffer, at, length)));
      this.stack.packetFree(at);
    }
    return frames;
  }

  /** Connection and event bits of everything that happened. */
  takeEvents(): Map<number, number> {
    const events = new Map<number, number>();
    for (let n = this.stack.takeEvent(); n >= 0; n = this.stack.takeEvent())
      events.set(n, this.stack.takenBits());
    return events;
  }

  private get scratch(): number {
    return Number(this.stack.scratch.value);
  }

  /** Sends bytes. → how many were taken, or -errno */
  send(n: number, bytes: Uint8Array): number {
    new Uint8Array(this.stack.memory.buffer).set(bytes, this.scratch);
    return this.stack.tcpSend(n, this.scratch, bytes.length);
  }

  /** Reads what is there. → bytes, or the number that tcpReadable says */
  read(n: number, size = 65536): Buffer | number {
    const result = this.stack.tcpRead(n, this.scratch, size);
    if (result <= 0) return result;
    return Buffer.from(new Uint8Array(this.stack.memory.buffer, this.scratch, result));
  }

  sendDatagram(n: number, bytes: Uint8Array, to: number, port: number): number {
    new Uint8Array(this.stack.memory.buffer).set(bytes, this.scratch);
    return this.stack.udpSend(n, this.scratch, bytes.length, to, port);
  }

  receiveDatagram(n: number): Buffer | number {
    const result = this.stack.udpReceive(n, this.scratch);
    if (result < 0) return result;
    return Buffer.from(new Uint8Array(this.stack.memory.buffer, this.scratch, result));
  }

  get sender(): { address: number; port: number } {
    const address = Number(this.stack.senderAddress.value) >>> 0;
    return { address, port: Number(this.stack.senderPort.value) };
  }

  get resources(): Resources {
    return {
      blocks: this.stack.freeBlocks(),
      packets: this.stack.freePackets(),
      connections: this.stack.connectionsInUse(),
      datagramSockets: this.stack.datagramSocketsInUse(),
      reassemblies: this.stack.reassembliesInUse(),
    };
  }
}
