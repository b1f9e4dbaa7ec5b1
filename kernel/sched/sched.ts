// Fixed-priority preemptive scheduling: a bitmap of priorities, one queue each, round robin within one by a quantum.
// The running thread is in no queue. While anything is ready the quantum timer runs; otherwise the core takes no ticks.

import { STATE_READY, Thread } from "../../core/ipc/thread";
import { counter, counterHz, emptyTranslation, setTranslation, waitForInterrupt } from "../hal/hw";
import { handleInterrupts } from "../irq/irq";
import { selectFloatingPoint } from "../process/fpu";
import { processOf } from "../process/process";
import { Core, readyQueue, thisCore } from "./core";
import { armTimer } from "./timer";

const QUANTUMS_PER_SECOND: u64 = 100; // a quantum is 10 ms

@inline function headOf(queue: usize): Thread | null {
  return changetype<Thread | null>(load<usize>(queue));
}
@inline function tailOf(queue: usize): Thread | null {
  return changetype<Thread | null>(load<usize>(queue, 4));
}

/** Appends a thread to its priority's queue. */
export function schedMakeReady(t: Thread): void {
  const core = thisCore();
  const queue = readyQueue(core, t.priority);
  const tail = tailOf(queue);
  t.readyNext = null;
  t.readyPrev = tail;
  if (tail) tail.readyNext = t;
  else store<usize>(queue, changetype<usize>(t));
  store<usize>(queue, changetype<usize>(t), 4);
  core.readyMask |= 1 << t.priority;
}

/** Puts a thread that was interrupted at the front: its turn is not over. */
function makeReadyFirst(core: Core, t: Thread): void {
  const queue = readyQueue(core, t.priority);
  const head = headOf(queue);
  t.readyPrev = null;
  t.readyNext = head;
  if (head) head.readyPrev = t;
  else store<usize>(queue, changetype<usize>(t), 4);
  store<usize>(queue, changetype<usize>(t));
  core.readyMask |= 1 << t.priority;
}

/** Takes a thread out of the queue of `priority`, where it stands. */
function leaveQueue(core: Core, t: Thread, priority: u32): void {
  const queue = readyQueue(core, priority);
  const next = t.readyNext;
  const prev = t.readyPrev;
  if (prev) prev.readyNext = next;
  else store<usize>(queue, changetype<usize>(next));
  if (next) next.readyPrev = prev;
  else store<usize>(queue, changetype<usize>(prev), 4);
  t.readyNext = null;
  t.readyPrev = null;
  if (!headOf(queue)) core.readyMask &= ~(1 << priority);
}

/** Whether a STATE_READY thread stands in a queue: it does unless it is the one that runs or is to run next. */
@inline function isQueued(core: Core, t: Thread): bool {
  return t != core.current && t != core.next;
}

/**
 * `t` has become ready by what the current thread does, which may block in doing so: then `t` runs next, without a way through
 * the ready queues. leaveKernel() decides.
 */
export function schedHandOff(t: Thread): void {
  const core = thisCore();
  if (core.next) schedMakeReady(t);
  else core.next = t;
}

/** Gives a STATE_READY thread another priority. */
export function schedRequeue(t: Thread, priority: u32): void {
  const core = thisCore();
  const queued = isQueued(core, t);
  if (queued) leaveQueue(core, t, t.priority);
  t.priority = priority;
  if (queued) schedMakeReady(t);
}

/** Takes a STATE_READY thread out of scheduling: it is being killed. */
export function schedRemove(t: Thread): void {
  const core = thisCore();
  if (core.next == t) core.next = null;
  else if (isQueued(core, t)) leaveQueue(core, t, t.priority);
}

/** What every entry into the kernel ends with: the thread to run now, `t` having been the current one. */
export function leaveKernel(t: Thread): Thread {
  const core = thisCore();
  const next = core.next;
  if (next) {
    core.next = null;
    const isBlocked = t.state != STATE_READY || core.current != t;
    if (isBlocked && !((core.readyMask >> next.priority) >> 1)) return switchTo(core, next);
    schedMakeReady(next);
  }
  const ready = core.readyMask;
  if (t.state == STATE_READY && core.current == t) {
    if (!((ready >> t.priority) >> 1)) {
      if (ready && !core.quantumEnd) startQuantum(core);
      return t;
    }
    makeReadyFirst(core, t);
  }
  return schedule(core, t);
}

/**
 * Charges the time since it was last charged to `t`. That is done where the scheduler chooses and at timer interrupts, not where
 * a message hands the core over: of threads that only call one another, the one that an event finds gets all. What is wrong for
 * one event is right for many, and costs message passing nothing.
 */
export function charge(core: Core, t: Thread): void {
  const now = counter();
  processOf(t).cpuTicks += now - core.chargedAt;
  core.chargedAt = now;
}

/** The current thread gives up its turn to others of its priority. */
export function yieldTurn(t: Thread): void {
  const core = thisCore();
  if (!(core.readyMask >> t.priority)) return;
  schedMakeReady(t);
  core.current = null;
}

/** The timer found the quantum used up. */
export function quantumOver(): void {
  const core = thisCore();
  core.quantumEnd = 0;
  const t = core.current;
  if (t && t.state == STATE_READY) yieldTurn(t);
}

/** Picks the best ready thread, waiting for an interrupt to make one ready if need be, and switches to it. */
function schedule(core: Core, last: Thread | null): Thread {
  if (last) charge(core, last);
  while (!core.readyMask) {
    core.current = null;
    waitForInterrupt();
    core.chargedAt = counter();
    handleInterrupts();
  }
  const priority = 31 - clz(core.readyMask);
  const next = changetype<Thread>(load<usize>(readyQueue(core, priority)));
  leaveQueue(core, next, priority);
  core.switches++;
  return switchTo(core, next);
}

@inline function switchTo(core: Core, next: Thread): Thread {
  core.current = next;
  setTranslation(next.translation);
  selectFloatingPoint(core, next);
  if (core.readyMask && !core.quantumEnd) startQuantum(core);
  return next;
}

function startQuantum(core: Core): void {
  core.quantumEnd = counter() + counterHz() / QUANTUMS_PER_SECOND;
  armTimer(core);
}

/** The first thread of the machine. */
export function scheduleFirst(): Thread {
  thisCore().chargedAt = counter();
  return schedule(thisCore(), null);
}

/** The current thread's address space is about to go: run without one until the next switch. */
export function leaveAddressSpace(t: Thread): void {
  const core = thisCore();
  if (core.current != t) return;
  core.current = null;
  setTranslation(emptyTranslation());
}
