// The network service as its clients see it: the machine's own network.wasm over a fake kernel, with calls that may be
// answered late and windows that stay with their call.

import { ESRCH, EPERM } from "../../../abi/errno.ts";
import { FAMILY_IPV4, SOCKET_STREAM } from "../../../abi/net.ts";
import * as op from "../../../abi/ops.ts";
import { SYS_GETRANDOM, SYS_MEMORY_KEEP, SYS_MSG_READ, SYS_MSG_WRITE } from "../../../abi/syscall.ts";
import { FakeKernel } from "../harness/fake_kernel.ts";
import { MessagePage, RequestData } from "../harness/message.ts";
import { readFileSync } from "node:fs";

const PAGE_DATA = 0x1080;
const PAGE_SOURCE = 0x1008;
const SLOTS = 128;
/** Every byte of what the stack thinks is random. */
const SECRET = 0x5a;
const LATER = -(1n << 63n);
export const NOTIFY_DRAIN = 1n << 32n;
const MAPPED = 0x0000_ffff_0000_0000n;

export interface Reply {
  result: number;
  data: Buffer;
}

interface NetworkExports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  start(): number;
  dispatch(): bigint;
  turn(): void;
  notify(bits: bigint): void;
}

class NetworkKernel extends FakeKernel {
  readonly callerWindows = new Map<bigint, (Buffer | undefined)[]>();
  readonly replies = new Map<bigint, Reply>();
  readonly dead = new Set<bigint>();
  /** Where what outlives the service begins. */
  keptFrom = 0;

  /** before: the memory of an earlier instance. */
  constructor(before?: Uint8Array) {
    super();
    this.handlers.set(SYS_MEMORY_KEEP, ([address]) => {
      this.keptFrom = Number(address);
      if (!before) return 0;
      this.slice(this.keptFrom, before.length - this.keptFrom).set(before.subarray(this.keptFrom));
      return before.length >> 16;
    });
    this.handlers.set(SYS_MSG_READ, (args) => this.copy(args, false));
    this.handlers.set(SYS_MSG_WRITE, (args) => this.copy(args, true));
    this.handlers.set(SYS_GETRANDOM, ([address, size]) => {
      this.slice(Number(address), Number(size)).fill(SECRET);
      return Number(size);
    });
  }

  private copy([token, window, offset, address, size]: bigint[], toCaller: boolean): number {
    const bytes = this.callerWindows.get(token)?.[Number(window)];
    const own = this.slice(Number(address), Number(size));
    if (!this.callerWindows.has(token)) return -ESRCH;
    if (!bytes) return -EPERM;
    const theirs = bytes.subarray(Number(offset), Number(offset) + own.length);
    if (toCaller) theirs.set(own.subarray(0, theirs.length));
    else own.set(theirs);
    return theirs.length;
  }

  override imports(): WebAssembly.Imports {
    const { sys } = super.imports();
    const epReply = (info: bigint, token: bigint, value: bigint): bigint => {
      if (this.dead.has(token) || !this.callerWindows.has(token)) return BigInt(-ESRCH);
      const length = Number((info >> 32n) & 0xffffn);
      this.replies.set(token, {
        result: Number(BigInt.asIntN(64, value)),
        data: Buffer.from(this.slice(PAGE_DATA, length)),
      });
      this.callerWindows.delete(token);
      return 0n;
    };
    return { sys: { ...sys, epReply } };
  }
}

let module: WebAssembly.Module | undefined;

export class NetworkClient {
  readonly kernel: NetworkKernel;
  readonly exports: NetworkExports;
  readonly page: MessagePage;
  private calls = 1n;

  /** before: the instance that has died, whose place this one takes. */
  constructor(before?: NetworkClient) {
    this.kernel = new NetworkKernel(before && new Uint8Array(before.exports.memory.buffer));
    module ??= new WebAssembly.Module(readFileSync("build/wasm/network.wasm"));
    this.exports = new WebAssembly.Instance(module, this.kernel.imports())
      .exports as unknown as NetworkExports;
    this.kernel.attach(this.exports.memory);
    this.page = new MessagePage(this.exports.memory);
    this.exports._initialize();
    const status = this.exports.start();
    if (status !== 0) throw new Error(`the service does not start: ${status}`);
  }

  /** Sends a request of process `pid`. → its token; the answer is there at once, or comes later */
  send(
    pid: number,
    operation: number,
    data: Uint8Array,
    windows: (Buffer | undefined)[] = [],
    flags = 0,
  ): bigint {
    const token = (this.calls++ << 7n) | BigInt(pid % SLOTS);
    this.kernel.callerWindows.set(token, windows);
    this.page.writeRequest(operation, token, data, flags);
    new DataView(this.exports.memory.buffer).setUint32(PAGE_SOURCE, pid, true);
    const result = this.exports.dispatch();
    if (result !== LATER) {
      const answer = this.page.readAnswer(result);
      this.kernel.replies.set(token, { result: Number(answer.result), data: answer.data });
      this.kernel.callerWindows.delete(token);
    }
    this.exports.turn();
    return token;
  }

  reply(token: bigint): Reply | undefined {
    return this.kernel.replies.get(token);
  }

  /** A request that is answered at once. */
  call(pid: number, operation: number, data: RequestData, windows: (Buffer | undefined)[] = []): Reply {
    const reply = this.reply(this.send(pid, operation, data.build(), windows));
    if (!reply) throw new Error(`operation ${operation} waits`);
    return reply;
  }

  socket(pid: number, type = SOCKET_STREAM): number {
    return this.call(pid, op.NET_SOCKET, new RequestData().u32(FAMILY_IPV4).u32(type).u32(0)).result;
  }

  address(v4: number, port: number): Buffer {
    const data = new RequestData()
      .u32((port << 16) | FAMILY_IPV4)
      .u32(0)
      .u64(0n);
    return data.u64(v4 === 0 ? 0n : MAPPED | BigInt(v4 >>> 0)).build();
  }

  bind(handle: number, v4: number, port: number): number {
    return this.call(1, op.NET_BIND, new RequestData().u32(handle).bytes(this.address(v4, port))).result;
  }

  listen(handle: number, backlog = 8): number {
    return this.call(1, op.NET_LISTEN, new RequestData().u32(handle).u32(backlog)).result;
  }

  connect(pid: number, handle: number, v4: number, port: number): bigint {
    const data = new RequestData().u32(handle).bytes(this.address(v4, port));
    return this.send(pid, op.NET_CONNECT, data.build());
  }

  receive(pid: number, handle: number, size: number, window?: Buffer): bigint {
    const data = new RequestData().u32(handle).u32(size).u32(0);
    return this.send(pid, op.NET_RECV, data.build(), [window]);
  }

  transmit(pid: number, handle: number, bytes: Buffer): bigint {
    const data = new RequestData().u32(handle).u32(bytes.length).u32(0).u32(0);
    if (bytes.length <= 240) return this.send(pid, op.NET_SEND, data.bytes(bytes).build());
    return this.send(pid, op.NET_SEND, data.build(), [bytes]);
  }

  close(handle: number): number {
    return this.call(1, op.VFS_CLOSE, new RequestData().u32(handle)).result;
  }

  /** Lets time pass. */
  pass(duration_us: number): void {
    this.kernel.ticks += (BigInt(duration_us) * 125n) / 2n;
    this.exports.turn();
  }

  /** A listener of process 1, and a connection to it: [listener, connected, accepted]. */
  pair(port = 80): [number, number, number] {
    const listener = this.socket(1);
    this.bind(listener, 0, port);
    this.listen(listener);
    const connected = this.socket(2);
    this.connect(2, connected, LOOPBACK, port);
    const accepted = this.call(1, op.NET_ACCEPT, new RequestData().u32(listener)).result;
    return [listener, connected, accepted];
  }
}

export const LOOPBACK = 0x7f000001;
