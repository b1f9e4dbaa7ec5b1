// Compiles core/ipc and runs it under Node: one instance a test, with thunks for what it imports of the scheduler.

import { mkdirSync, readFileSync } from "node:fs";
import { compileAsc } from "../../../toolchain/pipeline/asc.ts";

const OUTPUT = "build/test/ipc.wasm";
const MEMORY_BASE = 0x100000;
const MEMORY_PAGES = 96; // the tables end below 0x380000, the message pages at 0x480000

export interface Ipc {
  memory: WebAssembly.Memory;
  setUp(): void;
  addThread(slot: number, pid: number, priority: number): number;
  die(t: number): void;
  own(t: number, epid: number): number;
  create(t: number): number;
  destroy(t: number, epid: number): number;
  grant(t: number, pid: number, epid: number, rights: number): number;
  deny(t: number, epid: number): void;
  call(t: number, epid: number, info: bigint, timeout: bigint): number;
  callFast(t: number, epid: number, info: bigint): number;
  send(t: number, epid: number, info: bigint): number;
  receive(t: number, epid: number, timeout: bigint): number;
  reply(t: number, token: bigint, info: bigint, value: bigint): number;
  replyReceive(t: number, epid: number, token: bigint, info: bigint): number;
  notifyEndpoint(t: number, epid: number, bits: bigint): number;
  revoke(t: number, epid: number, pid: number): number;
  rights(t: number, epid: number): number;
  setGrant(t: number, kind: number, id: number, rights: number): void;
  grantWord(t: number, index: number): number;
  replyReceiveFast(t: number, epid: number, info: bigint, token: bigint, ready: number): number;
  notifyThread(t: number, bits: bigint): void;
  expire(t: number): void;
  cancelled(epid: number): bigint;
  stored(): number;
  setData(t: number, word: bigint): void;
  data(t: number): bigint;
  register(t: number, n: number): bigint;
  setRegister(t: number, n: number, value: bigint): void;
  spill(t: number): void;
  state(t: number): number;
  priority(t: number): number;
  setPriority(t: number, priority: number): void;
  token(t: number): bigint;
  waiter(epid: number): number;
  queuedMask(epid: number): number;
  codecBegin(): void;
  codecU32(v: number): void;
  codecU64(v: bigint): void;
  codecBytes(source: number, size: number): void;
  codecStr(source: number, size: number): void;
  codecRewind(): void;
  codecSetLength(length: number): void;
  codecReadU32(): number;
  codecReadU64(): bigint;
  codecReadStr(): number;
  codecTake(size: number): number;
  codecOk(): number;
  codecLength(): number;
  codecData(): number;
}

/** The memory objects of the kernel, as far as message passing asks about them. */
export interface Objects {
  may(t: number, id: number, rights: number): number;
  /** [thread, object, rights] of each grant. */
  granted: [number, number, number][];
}

export interface Machine {
  ipc: Ipc;
  objects: Objects;
  /** Threads that became ready, in order. */
  ready: number[];
  /** Threads with a running timeout. */
  timeouts: Map<number, bigint>;
}

let module: WebAssembly.Module | undefined;

/** Compiles once a test file. */
export async function compileIpc(): Promise<void> {
  mkdirSync("build/test", { recursive: true });
  await compileAsc("tests/unit/ipc/module.as.ts", OUTPUT, {
    optimizeLevel: 1,
    debug: true,
    noAssert: true,
    use: ["abort="],
    runtime: "stub",
    memoryBase: MEMORY_BASE,
    initialMemory: MEMORY_PAGES,
  });
  module = new WebAssembly.Module(readFileSync(OUTPUT));
}

export function makeMachine(): Machine {
  if (!module) throw new Error("compileIpc comes first");
  const ready: number[] = [];
  const timeouts = new Map<number, bigint>();
  const box: { ipc?: Ipc } = {};
  const objects: Objects = { may: () => 0, granted: [] };
  const sched = {
    makeReady: (t: number): void => void ready.push(t),
    opaqueThread: (t: number): number => t,
    handOff: (t: number): void => void ready.push(t),
    requeue: (t: number, priority: number): void => box.ipc?.setPriority(t, priority),
    mayGrantObject: (t: number, id: number, rights: number): number => objects.may(t, id, rights),
    grantObject: (to: number, id: number, rights: number): void =>
      void objects.granted.push([to, id, rights]),
    startTimeout: (t: number, ns: bigint): void => void timeouts.set(t, ns),
    stopTimeout: (t: number): void => void timeouts.delete(t),
    completeCall: (): void => {
      throw new Error("no call is delegated here");
    },
    firstReceive: (): void => undefined,
    copyData: (to: number, from: number, size: number): void => {
      new Uint8Array(box.ipc?.memory.buffer ?? new ArrayBuffer(0)).copyWithin(to, from, from + size);
    },
  };
  const ipc = new WebAssembly.Instance(module, { sched }).exports as unknown as Ipc;
  box.ipc = ipc;
  ipc.setUp();
  return { ipc, ready, timeouts, objects };
}

/** x5 of a request. */
export const info = (op: number, priority = 1, length = 8): bigint =>
  BigInt(op) | (BigInt(priority) << 16n) | (BigInt(length) << 32n);
