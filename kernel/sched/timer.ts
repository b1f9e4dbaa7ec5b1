// One timer for everything: the list of threads with a timeout, soonest first, and the quantum of the core.

import { Thread } from "../../core/ipc/thread";
import { timedOut } from "../../core/ipc/cancel";
import { counter, counterHz, setTimer, stopTimer } from "../hal/hw";
import { Core, thisCore } from "./core";
import { charge, quantumOver } from "./sched";

const NS_PER_SECOND: u64 = 1_000_000_000;
const LONGEST_TIMEOUT_S: u64 = 3_000_000_000; // 95 years: longer ones are as good as none, and do not overflow

/** Counter ticks in `ns` nanoseconds, rounded up. */
export function ticksOf(ns: u64): u64 {
  const hz = counterHz();
  const seconds = min(ns / NS_PER_SECOND, LONGEST_TIMEOUT_S);
  const rest = ns % NS_PER_SECOND;
  return seconds * hz + (rest * hz + NS_PER_SECOND - 1) / NS_PER_SECOND;
}

/** Nanoseconds in `ticks` of the counter. */
export function nanosecondsOf(ticks: u64): u64 {
  const hz = counterHz();
  return (ticks / hz) * NS_PER_SECOND + ((ticks % hz) * NS_PER_SECOND) / hz;
}

export function schedStartTimeout(t: Thread, timeout_ns: u64): void {
  const core = thisCore();
  t.deadline = counter() + max<u64>(ticksOf(timeout_ns), 1);
  let before: Thread | null = null;
  let after = core.timers;
  while (after && after.deadline <= t.deadline) {
    before = after;
    after = after.timerNext;
  }
  t.timerPrev = before;
  t.timerNext = after;
  if (before) before.timerNext = t;
  else core.timers = t;
  if (after) after.timerPrev = t;
  if (!before) armTimer(core);
}

export function schedStopTimeout(t: Thread): void {
  if (!t.deadline) return;
  const core = thisCore();
  const before = t.timerPrev;
  const after = t.timerNext;
  if (before) before.timerNext = after;
  else core.timers = after;
  if (after) after.timerPrev = before;
  t.deadline = 0;
  t.timerNext = null;
  t.timerPrev = null;
}

/** Sets the hardware timer to the next event, if that is not what it is set to. */
export function armTimer(core: Core): void {
  let next = core.quantumEnd;
  const first = core.timers;
  if (first && (!next || first.deadline < next)) next = first.deadline;
  if (next == core.timerArmed) return;
  core.timerArmed = next;
  if (next) setTimer(next);
  else stopTimer();
}

/** The timer interrupt: ends the timeouts that are due, then the quantum. */
export function timerInterrupt(): void {
  const core = thisCore();
  core.timerArmed = 0;
  const running = core.current;
  if (running) charge(core, running);
  const now = counter();
  for (let t = core.timers; t && t.deadline <= now; t = core.timers) {
    schedStopTimeout(t);
    timedOut(t);
  }
  if (core.quantumEnd && core.quantumEnd <= now) quantumOver();
  stopTimer();
  armTimer(core);
}
