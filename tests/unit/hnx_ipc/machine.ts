// Runs space/lib/hnx_ipc under Node over a scripted kernel: what a test lets it receive, and a record of what it did.

import { compileForTest } from "../harness/compile.ts";
import { MessagePage } from "../harness/message.ts";

const FLAGS_SHIFT = 48n;
const FLAG_NOTIFICATION = 1;
const GRANT = 0x1050;
const DATA = 0x1080;

export interface IpcExports {
  memory: WebAssembly.Memory;
  runService(): number;
  call(op: number, epid: number, rights: number): number;
  callObject(op: number, id: number, prot: number): number;
  callWithout(op: number): number;
  send(op: number, epid: number, rights: number): number;
  grantedKind(): number;
  epCreate(): number;
  epDestroy(epid: number): number;
  grantEndpoint(epid: number, pid: number): number;
  epRevoke(epid: number, pid: number): number;
  notify(epid: number, bits: bigint): number;
  objectCreate(pages: number): number;
  objectMap(id: number, address: number, first: number, pages: number, prot: number): number;
  objectUnmap(address: number): number;
  objectGrant(id: number, pid: number, prot: number): number;
  objectRevoke(id: number, pid: number): number;
  objectClose(id: number): number;
}

/** A message that left: its flags and the page's grant record. */
export interface Sent {
  how: "call" | "send" | "reply";
  flags: number;
  grant: number[];
  /** Of a reply: its token, value and first three words of data. */
  token?: bigint;
  value?: bigint;
  data?: number[];
}

export interface Request {
  op: number;
  flags?: number;
  grant?: number[];
}

let module: WebAssembly.Module | undefined;

/** Compiles once a test file. */
export async function compileLibrary(): Promise<void> {
  module = await compileForTest("tests/unit/hnx_ipc/module.as.ts", "hnx_ipc");
}

export class ScriptedKernel {
  readonly lib: IpcExports;
  readonly sent: Sent[] = [];
  /** System calls: number and arguments. */
  readonly calls: bigint[][] = [];
  /** What the service receives, one after the other; then its endpoint is gone (-ENXIO). */
  requests: Request[] = [];
  /** What the next replies answer; 0 when there is none left. */
  replyResults: number[] = [];
  syscallResult = 0;
  private nextToken = 1n;

  constructor() {
    if (!module) throw new Error("compileLibrary comes first");
    const reply = (info: bigint, token: bigint, value: bigint): number => {
      const flags = Number(info >> FLAGS_SHIFT);
      this.sent.push({ how: "reply", flags, grant: this.grant, token, value, data: this.words(DATA) });
      return this.replyResults.shift() ?? 0;
    };
    const sys = {
      call: (...args: (number | bigint)[]) => {
        this.calls.push(args.map(BigInt));
        return BigInt(this.syscallResult);
      },
      epCall: (_: number, info: bigint) => this.leave("call", info),
      epSend: (_: number, info: bigint) => this.leave("send", info),
      epRecv: () => this.receive(),
      epReply: (info: bigint, token: bigint, value: bigint) => BigInt(reply(info, token, value)),
      epReplyRecv: (_: number, info: bigint, token: bigint, value: bigint) => {
        const result = reply(info, token, value);
        if (result < 0) return BigInt(result);
        return this.requests.length > 0 ? this.receive() : this.receiveNotification();
      },
    };
    this.lib = new WebAssembly.Instance(module, { sys }).exports as unknown as IpcExports;
  }

  get grant(): number[] {
    return this.words(GRANT);
  }
  set grant(record: number[]) {
    new Uint32Array(this.lib.memory.buffer, GRANT, 3).set(record);
  }

  private words(address: number): number[] {
    return [...new Uint32Array(this.lib.memory.buffer, address, 3)];
  }

  private leave(how: "call" | "send", info: bigint): bigint {
    this.sent.push({ how, flags: Number(info >> FLAGS_SHIFT), grant: this.grant });
    return 0n;
  }

  /** So that the last request is answered before the endpoint is gone. */
  private receiveNotification(): bigint {
    new MessagePage(this.lib.memory).writeRequest(0, 0n, Buffer.alloc(8), FLAG_NOTIFICATION);
    return 0n;
  }

  private receive(): bigint {
    const request = this.requests.shift();
    if (!request) return -6n;
    new MessagePage(this.lib.memory).writeRequest(
      request.op,
      this.nextToken++,
      Buffer.alloc(0),
      request.flags,
    );
    if (request.grant) this.grant = request.grant;
    return 0n;
  }
}
