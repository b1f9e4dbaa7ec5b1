// The kernel as a service sees it, played under Node: the imports of space/lib/sys.ts over plain JavaScript state.
// Every address that a service hands over is checked against its memory; a wrong one is an error of the service, and
// throws. Calls that a test does not expect are answered -ENOSYS; `handlers` adds others.

import { DRAIN_RECORD_SIZE, INITRD_OBJECT } from "../../../abi/construct.ts";
import { EPID_BLOCK } from "../../../abi/endpoints.ts";
import { EFAULT, EFBIG, EINVAL, ENOSYS, EPERM, ESRCH } from "../../../abi/errno.ts";
import { MAX_COPY_SLICE, MAX_OBJECT_PAGES, PAGE_SIZE } from "../../../abi/limits.ts";
import {
  SYS_EP_CREATE,
  SYS_EP_DRAIN,
  SYS_LOG_WRITE,
  SYS_MSG_READ,
  SYS_MSG_WRITE,
  SYS_OBJECT_CREATE,
  SYS_OBJECT_MAP,
  SYS_SYSTEM_INFO,
} from "../../../abi/syscall.ts";

import { type Answer, MessagePage } from "./message.ts";

/** A caller's memory window. Bytes from `goodBytes` on lie in a bad page. */
export interface Window {
  bytes: Uint8Array;
  canRead?: boolean;
  canWrite?: boolean;
  goodBytes?: number;
}

export interface DrainRecord {
  kind: number;
  handle?: number;
  token?: bigint;
}

/** Who is called at endpoint 4: both read the request in the message page, and call() leaves its response there. */
export interface BlockPeer {
  call(): number;
  send(): number;
}

/** The endpoint that the service creates. */
export const ANSWERS_ENDPOINT = 0x10_0020;

export type SyscallHandler = (args: bigint[]) => number;

const SYSTEM_INFO_SIZE = 80;
const COUNTER_HZ = 62_500_000n;
const INFO_AT = { framesTotal: 0, framesFree: 4, initrdBytes: 32, counterHz: 48, now_ns: 56 };

export class FakeKernel {
  /** Machine memory, 4 KiB frames. */
  framesTotal = 65536;
  framesFree = 60000;
  /** The boot archive; undefined: there is none. */
  initrd?: Uint8Array;
  /** Result of mapping the archive instead of doing it. */
  mapError = 0;
  /** Windows of the call that is being handled. */
  windows: Window[] = [];
  /** Token of the call that is being handled. */
  token = 0n;
  drainQueue: DrainRecord[] = [];
  log: string[] = [];
  /** Ticks of the generic timer; each reading advances it by one. */
  ticks = 1000n;
  /** Added or replaced system calls, by number. */
  readonly handlers = new Map<number, SyscallHandler>();
  /** Where the archive was mapped. */
  mapping?: { address: number; bytes: number };
  /** What serves endpoint 4, and answers it owes us. */
  block?: BlockPeer;
  /** Who else can be called or sent to, by endpoint. */
  readonly peers = new Map<number, BlockPeer>();
  /** Replies to calls that were kept, by token. */
  readonly answered = new Map<bigint, Answer>();
  /** Memory objects that were mapped: id → address. */
  readonly mappedObjects = new Map<number, number>();
  private nextMappedObject = 100;
  private memory?: WebAssembly.Memory;

  attach(memory: WebAssembly.Memory): void {
    this.memory = memory;
  }

  /** `size` bytes of the service's memory. Throws if they are not all there. */
  slice(address: number, size: number): Buffer {
    if (!this.memory) throw new Error("no service is attached");
    if (address + size > this.memory.buffer.byteLength) {
      throw new Error(`the service names ${size} bytes at ${address}, outside its memory`);
    }
    return Buffer.from(this.memory.buffer, address, size);
  }

  /** The import object. */
  imports(): WebAssembly.Imports {
    const unexpected = (name: string) => () => {
      throw new Error(`the service called ${name}`);
    };
    return {
      sys: {
        call: (number: number, ...args: bigint[]) => BigInt(this.call(number, args)),
        counter: () => this.ticks++,
        epCall: (epid: number) => BigInt(this.blockPeer(epid).call()),
        epSend: (epid: number) => BigInt(this.blockPeer(epid).send()),
        epRecv: unexpected("epRecv"),
        epReplyRecv: unexpected("epReplyRecv"),
        epReply: (info: bigint, token: bigint, value: bigint) => this.answerKept(info, token, value),
        mmioRead32: unexpected("mmioRead32"),
        mmioWrite32: unexpected("mmioWrite32"),
        memoryBarrier: () => undefined,
        loadAcquire32: (address: number) => this.slice(address, 4).readUInt32LE(),
        storeRelease32: (address: number, value: number) => this.slice(address, 4).writeUInt32LE(value >>> 0),
        sharedLoad64: (address: number) => this.slice(address, 8).readBigUInt64LE(),
        sharedStore64: (address: number, value: bigint) =>
          this.slice(address, 8).writeBigUInt64LE(BigInt.asUintN(64, value)),
      },
    };
  }

  private blockPeer(epid: number): BlockPeer {
    const peer = epid === EPID_BLOCK ? this.block : this.peers.get(epid);
    if (!peer) throw new Error(`the service calls endpoint ${epid}`);
    return peer;
  }

  /** The answer to a call that was kept; its windows are gone with it. */
  private answerKept(info: bigint, token: bigint, value: bigint): bigint {
    if (!this.kept.delete(token)) return BigInt(-ESRCH);
    const code = BigInt.asIntN(32, info);
    if (!this.memory) throw new Error("no service is attached");
    this.answered.set(token, new MessagePage(this.memory).readAnswer(code < 0n ? code : value));
    return 0n;
  }

  /** Calls that the service kept, with their windows. */
  readonly kept = new Map<bigint, Window[]>();

  private call(number: number, args: bigint[]): number {
    const handler = this.handlers.get(number);
    if (handler) return handler(args);
    const [a, b, c, d, e] = args.map(Number);
    switch (number) {
      case SYS_MSG_READ:
      case SYS_MSG_WRITE:
        return this.copyWindow(number === SYS_MSG_WRITE, args[0], b, c, d, e);
      case SYS_SYSTEM_INFO:
        return this.systemInfo(a, b);
      case SYS_OBJECT_MAP:
        return this.mapObject(a, b, c, d);
      case SYS_OBJECT_CREATE:
        return a > MAX_OBJECT_PAGES ? -EFBIG : this.nextMappedObject++;
      case SYS_EP_CREATE:
        return ANSWERS_ENDPOINT;
      case SYS_EP_DRAIN:
        return this.drain(b);
      case SYS_LOG_WRITE:
        this.log.push(this.slice(b, c).toString("utf8"));
        return c;
      default:
        return -ENOSYS;
    }
  }

  /** The windows of the call that `token` stands for; undefined: nobody waits for it. */
  protected windowsOf(token: bigint): Window[] | undefined {
    return token === this.token ? this.windows : this.kept.get(token);
  }

  private copyWindow(
    toCaller: boolean,
    token: bigint,
    index: number,
    offset: number,
    address: number,
    size: number,
  ): number {
    const windows = this.windowsOf(token);
    const own = this.slice(address, size);
    if (!windows) return -ESRCH;
    const window = windows.at(index);
    if (!window || offset > window.bytes.length) return -EINVAL;
    if (!(toCaller ? (window.canWrite ?? true) : (window.canRead ?? true))) return -EPERM;
    const good = Math.min(window.bytes.length, window.goodBytes ?? Infinity);
    const count = Math.min(size, MAX_COPY_SLICE, Math.max(0, good - offset));
    if (count === 0 && Math.min(size, window.bytes.length - offset) > 0) return -EFAULT;
    const theirs = window.bytes.subarray(offset, offset + count);
    if (toCaller) theirs.set(own.subarray(0, count));
    else own.set(theirs);
    return count;
  }

  private systemInfo(address: number, size: number): number {
    if (size < SYSTEM_INFO_SIZE) return -EINVAL;
    const info = this.slice(address, SYSTEM_INFO_SIZE).fill(0);
    info.writeUInt32LE(this.framesTotal, INFO_AT.framesTotal);
    info.writeUInt32LE(this.framesFree, INFO_AT.framesFree);
    info.writeUInt32LE(this.initrd?.length ?? 0, INFO_AT.initrdBytes);
    info.writeBigUInt64LE(COUNTER_HZ, INFO_AT.counterHz);
    info.writeBigUInt64LE((this.ticks * 1_000_000_000n) / COUNTER_HZ, INFO_AT.now_ns);
    return SYSTEM_INFO_SIZE;
  }

  private mapObject(id: number, address: number, firstPage: number, pages: number): number {
    if (id !== INITRD_OBJECT && id < this.nextMappedObject) {
      this.slice(address, pages * PAGE_SIZE);
      this.mappedObjects.set(id, address);
      return 0;
    }
    if (this.mapError) return this.mapError;
    if (id !== INITRD_OBJECT || !this.initrd || address % PAGE_SIZE !== 0) return -EINVAL;
    const bytes = pages * PAGE_SIZE;
    if ((firstPage + pages) * PAGE_SIZE >= this.initrd.length + PAGE_SIZE) return -EINVAL;
    const part = this.initrd.subarray(firstPage * PAGE_SIZE, firstPage * PAGE_SIZE + bytes);
    this.slice(address, bytes).fill(0).set(part);
    this.mapping = { address, bytes: part.length };
    return 0;
  }

  private drain(address: number): number {
    const out = this.slice(address, DRAIN_RECORD_SIZE);
    const record = this.drainQueue.shift();
    if (!record) return 0;
    out.writeUInt32LE(record.kind, 0);
    out.writeUInt32LE(record.handle ?? 0, 4);
    out.writeBigUInt64LE(record.token ?? 0n, 8);
    return 1;
  }
}
