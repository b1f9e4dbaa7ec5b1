// Fixed-priority preemptive scheduling in the model: the highest priority first, first come first served within one. Threads
// that one entry into the kernel makes ready stand behind those that were ready, among themselves in any order.

import { MAX_PRIORITY } from "../../../abi/limits.ts";
import { check } from "./mismatch.ts";
import type { Model } from "./model.ts";
import { type Process, STATE } from "./state.ts";

export const QUANTUM_TICKS = 10_000_000n; // 10 ms of a counter at 1 GHz

export class Scheduler {
  /** Ready threads by priority, in order; the running one is not among them. */
  private readonly queues: Process[][] = Array.from({ length: MAX_PRIORITY + 1 }, () => []);
  /** Made ready in this entry, their order not known yet. */
  private fresh: Process[] = [];
  current?: Process;
  /** Who got the running thread's message or answer: it may run next, before others of its priority that waited longer. */
  handedTo?: Process;
  /** Counter ticks at which ready threads get their turn; 0: not running. */
  quantumEnd = 0n;

  constructor(private readonly model: Model) {}

  /** The first thread of the machine runs. */
  start(p: Process): void {
    this.current = p;
  }

  makeReady(p: Process): void {
    this.fresh.push(p);
  }

  /** Takes a ready thread out. */
  remove(p: Process): void {
    if (this.current === p) {
      this.current = undefined;
      return;
    }
    this.fresh = this.fresh.filter((each) => each !== p);
    for (const queue of this.queues) {
      const at = queue.indexOf(p);
      if (at >= 0) queue.splice(at, 1);
    }
  }

  /** Gives a thread another priority; a ready one goes behind the others of its new priority. */
  changePriority(p: Process, priority: number): void {
    if (p.state === STATE.READY && p !== this.current) {
      this.remove(p);
      this.fresh.push(p);
    }
    p.priority = priority;
  }

  isQueued(p: Process): boolean {
    return this.fresh.includes(p) || this.queues[p.priority].includes(p);
  }

  /** The highest priority of a ready thread, or -1. */
  get highest(): number {
    let highest = this.fresh.reduce((max, { priority }) => Math.max(max, priority), -1);
    for (let p = MAX_PRIORITY; p > highest; p--) if (this.queues[p].length > 0) highest = p;
    return highest;
  }

  get isIdle(): boolean {
    return this.highest < 0;
  }

  /** The running thread's turn is over, if anybody of its priority is ready. */
  yieldTurn(): void {
    const t = this.current;
    if (!t || t.state !== STATE.READY || this.highest < t.priority) return;
    this.current = undefined;
    this.fresh.push(t);
  }

  private startQuantum(): void {
    if (!this.isIdle && this.quantumEnd === 0n) this.quantumEnd = this.model.now() + QUANTUM_TICKS;
  }

  /** Whether the running thread goes on. */
  private staysCurrent(t: Process): boolean {
    if (t.state !== STATE.READY || this.current !== t) return false;
    if (this.highest <= t.priority) return true;
    this.queues[t.priority].unshift(t); // interrupted: its turn is not over
    return false;
  }

  /** Takes over the priorities that the kernel chose, if the rule allows them. */
  private adoptPriorities(): void {
    for (const p of this.model.all()) {
      // A thread that waits in a receive has its priority settled when the receive ends.
      if (p.state !== STATE.READY && p.state !== STATE.SENDING && p.state !== STATE.AWAITING_REPLY) continue;
      const chosen = this.model.oracle.priority(p.slot);
      check(chosen >= p.least && chosen <= p.most, () => {
        return `pid ${p.pid} has priority ${chosen}, should have ${p.least === p.most ? p.least : `${p.least} to ${p.most}`}`;
      });
      if (chosen === p.priority) continue;
      check(!this.queues[p.priority].includes(p), () => `the priority of pid ${p.pid} changed while it was ready`);
      p.priority = chosen;
    }
  }

  /** Every entry into the kernel by `t` ends with this. `idle`: what ended each wait for an interrupt. */
  leave(t: Process, idle: (() => void)[]): void {
    let waits = 0;
    if (!this.isIdle || t.state === STATE.READY) this.adoptPriorities();
    if (this.staysCurrent(t)) {
      this.startQuantum();
      check(this.model.oracle.running() === t.slot, () => `pid ${t.pid} should go on, ${this.whoRuns()} runs`);
    } else {
      for (; this.isIdle; waits++) {
        check(waits < idle.length, () => `nobody is ready, but ${this.whoRuns()} runs`);
        this.current = undefined;
        idle[waits]();
      }
      this.adoptPriorities();
      this.switchTo(this.choose());
      this.startQuantum();
    }
    this.handedTo = undefined;
    check(waits === idle.length, () => "the core waited for an interrupt although somebody was ready");
    this.settle();
  }

  /** The fast path: straight to the thread that the running one has woken, whatever else is ready at its priority. */
  switchDirectly(): void {
    const slot = this.model.oracle.running();
    const next = this.fresh.find((p) => p.slot === slot);
    check(next !== undefined, () => `the fast path goes to slot ${slot}, which nobody has woken`);
    if (!next) return;
    this.adoptPriorities();
    this.switchTo(next);
    check(this.highest <= next.priority, () => `pid ${next.pid} runs although somebody better is ready`);
    this.handedTo = undefined;
    this.settle();
  }

  private whoRuns(): string {
    return `slot ${this.model.oracle.running()}`;
  }

  private choose(): Process {
    const priority = this.highest;
    const queue = this.queues[priority];
    const candidates = queue.length > 0 ? [queue[0]] : this.fresh.filter((p) => p.priority === priority);
    const { handedTo } = this;
    if (handedTo?.priority === priority && this.fresh.includes(handedTo)) candidates.push(handedTo);
    const slot = this.model.oracle.running();
    const next = candidates.find((p) => p.slot === slot);
    if (next) return next;
    const names = candidates.map(({ pid }) => pid).join(" or ");
    check(false, () => `pid ${names} of priority ${priority} should run, ${this.whoRuns()} does`);
    throw new Error("unreachable");
  }

  private switchTo(p: Process): void {
    this.remove(p);
    this.current = p;
  }

  /** Takes over the order in which the kernel lined up the fresh ones. */
  private settle(): void {
    if (this.fresh.length === 0) return;
    for (const priority of new Set(this.fresh.map((p) => p.priority))) {
      const queue = this.queues[priority];
      const added = this.fresh.filter((p) => p.priority === priority);
      const slots = this.model.oracle.readyQueue(priority);
      const expected = (): string =>
        `ready queue ${priority} is ${slots.join(" ")}, should be ${queue.map((p) => p.slot).join(" ")} ` +
        `and then ${added.map((p) => p.slot).join(" ")} in any order`;
      check(slots.length === queue.length + added.length, expected);
      check(
        queue.every((p, i) => p.slot === slots[i]),
        expected,
      );
      for (const slot of slots.slice(queue.length)) {
        const p = added.find((each) => each.slot === slot);
        check(p !== undefined, expected);
        queue.push(p as Process);
      }
    }
    this.fresh = [];
  }

  /** Slots that should stand in the ready queue of a priority. */
  expectedQueue(priority: number): number[] {
    return this.queues[priority].map(({ slot }) => slot);
  }
}
