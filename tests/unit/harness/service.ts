// Starts a service's module, the same file that runs on the machine, over a fake kernel. Its main.ts exports, besides
// main, which never returns: start() → 0 or errno · dispatch() → result of the request in the page · notify(bits).
// Run `./hnx build` first: tests do not compile.

import { existsSync, readFileSync } from "node:fs";
import type { FakeKernel, Window } from "./fake_kernel.ts";
import { type Answer, FLAG_ASYNC, MessagePage, RequestData } from "./message.ts";
import { moduleWithStores } from "./stores.ts";

/** A handler's result that means: kept, and answered later. */
export const LATER = -(1n << 63n);

interface ServiceExports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  start?(): number;
  dispatch(): bigint;
  notify?(bits: bigint): void;
  tick?(now: bigint): void;
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

  /** memoryBefore: what an earlier instance left, to start over. onStore: called before each store (stores.ts). */
  constructor(
    name: string,
    readonly kernel: FakeKernel,
    memoryBefore?: Uint8Array,
    onStore?: () => void,
  ) {
    const module = onStore ? moduleWithStores(name) : compiledModule(name);
    const imports = onStore ? { ...kernel.imports(), test: { store: onStore } } : kernel.imports();
    const instance = new WebAssembly.Instance(module, imports);
    this.exports = instance.exports as unknown as ServiceExports;
    this.memory = this.exports.memory;
    this.page = new MessagePage(this.memory);
    kernel.attach(this.memory);
    if (memoryBefore) this.restoreMemory(memoryBefore);
    this.exports._initialize();
  }

  /** Puts back everything above the first 256 KiB: a restarted service has new static data and its old arena. */
  private restoreMemory(before: Uint8Array): void {
    const first = 4 * 65536;
    this.memory.grow((before.length - this.memory.buffer.byteLength) / 65536);
    new Uint8Array(this.memory.buffer).set(before.subarray(first), first);
  }

  /** Calls the service's start(): 0 or errno. */
  start(): number {
    return this.exports.start?.() ?? 0;
  }

  /** One request with its windows, answered at once. flags, length: of the header, for hostile ones; source: process id. */
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
    this.kernel.kept.set(token, windows);
    const result = this.exports.dispatch();
    this.kernel.windows = [];
    if (result !== LATER) this.kernel.kept.delete(token);
    const early = this.kernel.answered.get(token); // answered before the request's handler ended
    if (early) {
      this.kernel.answered.delete(token);
      return early;
    }
    if (result !== LATER || !this.goOn) return this.page.readAnswer(result);
    return this.waitFor(token);
  }

  /** A token for a call. */
  takeToken(): bigint {
    return this.nextToken++;
  }

  /** Goes on until a call that was kept is answered. */
  private waitFor(token: bigint): Answer {
    for (;;) {
      const answer = this.kernel.answered.get(token);
      if (answer) {
        this.kernel.answered.delete(token);
        return answer;
      }
      if (!this.goOn?.()) throw new Error(`nobody will answer call ${token}`);
    }
  }

  /** A message that nobody waits for, to an endpoint of the service's own. */
  deliver(op: number, data: Uint8Array, endpoint: number, source = 0): void {
    this.page.writeRequest(op, 0n, data, FLAG_ASYNC, data.length, source, endpoint);
    this.kernel.token = 0n;
    this.exports.dispatch();
  }

  /** Does the next thing that the service may be waiting for; false: there is none. Without it a kept call is not waited for. */
  goOn?: () => boolean;

  /** Token of the last call. */
  get lastToken(): bigint {
    return this.nextToken - 1n;
  }

  notify(bits: bigint): void {
    this.exports.notify?.(bits);
  }

  /** What is due at time `now`, in counter ticks. */
  tick(now: bigint): void {
    this.exports.tick?.(now);
  }
}
