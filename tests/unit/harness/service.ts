// Starts a service's module, the same file that runs on the machine, over a fake kernel. Its main.ts exports, besides
// main, which never returns: start() → 0 or errno · dispatch() → result of the request in the page · notify(bits).
// Run `./hnx build` first: tests do not compile.

import { existsSync, readFileSync } from "node:fs";
import type { FakeKernel, Window } from "./fake_kernel.ts";
import { type Answer, MessagePage, RequestData } from "./message.ts";

interface ServiceExports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  start?(): number;
  dispatch(): bigint;
  notify?(bits: bigint): void;
}

const modules = new Map<string, WebAssembly.Module>();

function compiledModule(name: string): WebAssembly.Module {
  let module = modules.get(name);
  if (!module) {
    const file = `build/wasm/${name}.wasm`;
    if (!existsSync(file)) throw new Error(`${file} is missing: run ./hnx build ${name}`);
    module = new WebAssembly.Module(readFileSync(file));
    modules.set(name, module);
  }
  return module;
}

/** Of a request's header, for hostile ones, and who sends it. */
export interface Header {
  flags?: number;
  length?: number;
  source?: number;
}

export class ServiceUnderTest {
  readonly memory: WebAssembly.Memory;
  readonly page: MessagePage;
  private readonly exports: ServiceExports;
  private nextToken = 1n;

  /** memoryBefore: what an earlier instance left, to start over. */
  constructor(
    name: string,
    readonly kernel: FakeKernel,
    memoryBefore?: Uint8Array,
  ) {
    const instance = new WebAssembly.Instance(compiledModule(name), kernel.imports());
    this.exports = instance.exports as unknown as ServiceExports;
    this.memory = this.exports.memory;
    this.page = new MessagePage(this.memory);
    kernel.attach(this.memory);
    if (memoryBefore) this.restoreMemory(memoryBefore);
    this.exports._initialize();
  }

  /** Puts back everything above the first 64 KiB: a restarted service has new static data and its old arena. */
  private restoreMemory(before: Uint8Array): void {
    const first = 65536;
    this.memory.grow((before.length - this.memory.buffer.byteLength) / 65536);
    new Uint8Array(this.memory.buffer).set(before.subarray(first), first);
  }

  /** Calls the service's start(): 0 or errno. */
  start(): number {
    return this.exports.start?.() ?? 0;
  }

  /** One request with its windows, answered at once. */
  call(
    op: number,
    data: RequestData | Uint8Array,
    windows: Window[] = [],
    header: Header & { token?: bigint } = {},
  ): Answer {
    const bytes = data instanceof RequestData ? data.build() : data;
    const token = header.token ?? this.takeToken();
    this.kernel.token = token;
    this.kernel.windows = windows;
    this.page.writeRequest(op, token, bytes, header.flags, header.length, header.source);
    const answer = this.page.readAnswer(this.exports.dispatch());
    this.kernel.windows = [];
    return answer;
  }

  /** A token for a call. */
  takeToken(): bigint {
    return this.nextToken++;
  }

  /** Token of the last call. */
  get lastToken(): bigint {
    return this.nextToken - 1n;
  }

  notify(bits: bigint): void {
    this.exports.notify?.(bits);
  }
}
