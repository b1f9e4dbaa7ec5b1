// The reference model: what the kernel must do, said as simply as possible. It is applied after each step of the kernel and
// throws a Mismatch where the kernel did something else. Where a result is the kernel's to choose (which free id, in what
// order threads woken by one event line up), the model takes over the kernel's choice after checking that it is allowed.

import { MAX_ENDPOINTS, MAX_PROCESSES, PAGE_SIZE } from "../../../abi/limits.ts";
import { FramePool } from "./address_space.ts";
import { check } from "./mismatch.ts";
import type { MemoryObject } from "./objects.ts";
import { Scheduler } from "./scheduler.ts";
import { Endpoint, type Expectation, type OpenHandle, type Process, STATE } from "./state.ts";

const NS_PER_SECOND = 1_000_000_000n; // and counter ticks
const LONGEST_TIMEOUT_S = 3_000_000_000n;

/** What the model may ask of the kernel: choices, and the answers that hold them. */
export interface Oracle {
  /** x0–x7 of a thread after the step. */
  register(slot: number, n: number): bigint;
  /** The priority that a thread has after the step. */
  priority(slot: number): number;
  /** Slots in the ready queue of a priority, in order. */
  readyQueue(priority: number): number[];
  /** The slot of the thread that runs after the step. */
  running(): number;
  /** Counter ticks. */
  now(): bigint;
  /** `size` bytes of a process's memory, for records whose contents are the kernel's choice. */
  memory(slot: number, address: number, size: number): Uint8Array;
}

export class Model {
  readonly scheduler: Scheduler;
  /** By slot; undefined: the slot is free. */
  readonly processes: (Process | undefined)[] = new Array<Process | undefined>(MAX_PROCESSES).fill(undefined);
  /** By slot: the token of the slot's last call, whoever made it. */
  readonly tokens = Array.from({ length: MAX_PROCESSES }, (_, slot) => BigInt(slot));
  readonly endpoints = Array.from({ length: MAX_ENDPOINTS }, (_, index) => new Endpoint(index));
  readonly objects = new Map<number, MemoryObject>();
  readonly handles = new Set<OpenHandle>();
  /** Every process, endpoint and object id that ever was: none may come again. */
  readonly usedIds = new Set<string>();
  /** Process that reads the kernel's log. */
  logReader = 0;
  /** Of each interrupt id that a driver took: whose it is and as what bit. */
  readonly routes = new Map<number, { driver: Process; bit: number }>();
  /** Slot → the last cancelled token. */
  readonly cancelledTokens = new Map<number, bigint>();
  /** What this step wrote to memory of processes. */
  written: { process: Process; address: number; size: number }[] = [];
  private timeouts = 0;
  /** Who holds the floating-point unit. */
  floatingPointOwner?: Process;
  /** Stored asynchronous messages in the whole system. */
  stored = 0;

  constructor(
    readonly oracle: Oracle,
    readonly pool: FramePool,
  ) {
    this.scheduler = new Scheduler(this);
  }

  /** Starts the timeout of `p`. Equal ones end in the order in which they were started. */
  startTimeout(p: Process, ns: bigint): void {
    const seconds = ns / NS_PER_SECOND;
    const whole = (seconds < LONGEST_TIMEOUT_S ? seconds : LONGEST_TIMEOUT_S) * NS_PER_SECOND;
    const ticks = whole + (ns % NS_PER_SECOND);
    p.deadline = this.now() + (ticks > 0n ? ticks : 1n);
    p.timeoutNumber = this.timeouts++;
  }

  now(): bigint {
    return this.oracle.now();
  }

  /** The process that `pid` names: dead ones that nobody has collected included. */
  find(pid: bigint | number): Process | undefined {
    const p = this.processes[Number(BigInt(pid) & BigInt(MAX_PROCESSES - 1))];
    return p && BigInt(p.pid) === BigInt(pid) ? p : undefined;
  }

  /** Processes in every state but free. */
  all(): Process[] {
    return this.processes.filter((p) => p !== undefined);
  }

  /** The endpoint that `epid` names now. */
  endpoint(epid: bigint | number): Endpoint | undefined {
    const ep = this.endpoints[Number(BigInt(epid) & BigInt(MAX_ENDPOINTS - 1))];
    return ep.id !== 0 && BigInt(ep.id) === BigInt(epid) ? ep : undefined;
  }

  owned(p: Process): Endpoint[] {
    return this.endpoints.filter((ep) => ep.id !== 0 && ep.owner === p);
  }

  object(id: bigint | number): MemoryObject | undefined {
    return this.objects.get(Number(id));
  }

  /** A new id must be positive and never have been used. */
  takeId(kind: string, id: number): number {
    check(id > 0 && id < 2 ** 31, () => `${kind} id ${id} is no positive number`);
    check(!this.usedIds.has(`${kind} ${id}`), () => `${kind} id ${id} was used before`);
    this.usedIds.add(`${kind} ${id}`);
    return id;
  }

  /** Copies to a process's memory; the bytes will be compared with the kernel's. → how many. */
  writeUser(p: Process, address: number, bytes: Uint8Array): number {
    const n = p.memory.write(this.pool, address, bytes);
    if (n > 0) this.written.push({ process: p, address, size: n });
    return n;
  }

  /** Copies from one process's memory to another's, page by page; a bad page on either side ends it. → bytes. */
  copyUser(to: Process, target: number, from: Process, source: number, size: number): number {
    let done = 0;
    while (done < size) {
      const n = Math.min(size - done, PAGE_SIZE - ((source + done) % PAGE_SIZE));
      const bytes = from.memory.read(this.pool, source + done, n);
      const copied = this.writeUser(to, target + done, bytes);
      done += copied;
      if (copied < n) break;
    }
    return done;
  }

  /** `p` waits no more: it is ready, and finds `expected` when it next runs. */
  wake(p: Process, expected: Expectation): void {
    p.state = STATE.READY;
    p.expected = expected;
    p.deadline = 0n;
    p.endpoint = undefined;
    p.waitsAny = false;
    p.server = undefined;
    this.scheduler.makeReady(p);
  }
}
