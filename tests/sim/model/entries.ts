// Entries into the kernel that are no system calls, in the model: the timer, devices, faults.

import { TIMER_INTERRUPT } from "../interrupts.ts";
import { timedOut } from "./cancel.ts";
import { forwardInterrupt } from "./devices.ts";
import { endProcess } from "./lifecycle.ts";
import { announce } from "./log.ts";
import type { Model } from "./model.ts";
import type { Process } from "./state.ts";
import { SIGNAL } from "./words.ts";

// Exception classes of ESR_EL1 (ARM DDI 0487, D17.2.37).
export const CLASS = {
  FLOATING_POINT: 0x07,
  UNDEFINED: 0x00,
  SVC: 0x15,
  INSTRUCTION_ABORT: 0x20,
  DATA_ABORT: 0x24,
  BREAKPOINT: 0x3c,
};

/** An interrupt was claimed. */
export function interrupt(m: Model, id: number): void {
  if (id === TIMER_INTERRUPT) timerInterrupt(m);
  else forwardInterrupt(m, id);
}

/** Ends the timeouts that are due, soonest first, then the quantum. */
function timerInterrupt(m: Model): void {
  const now = m.now();
  const due = m.all().filter(({ deadline }) => deadline !== 0n && deadline <= now);
  due.sort((a, b) => (a.deadline === b.deadline ? a.timeoutNumber - b.timeoutNumber : a.deadline < b.deadline ? -1 : 1));
  for (const p of due) if (p.deadline !== 0n) timedOut(m, p);
  const { scheduler } = m;
  if (scheduler.quantumEnd === 0n || scheduler.quantumEnd > now) return;
  scheduler.quantumEnd = 0n;
  scheduler.yieldTurn();
}

const SIGNALS: Record<number, number> = {
  [CLASS.SVC]: SIGNAL.SYS,
  [CLASS.BREAKPOINT]: SIGNAL.TRAP,
  [CLASS.DATA_ABORT]: SIGNAL.SEGV,
  [CLASS.INSTRUCTION_ABORT]: SIGNAL.SEGV,
};

/** The running thread did something that ends it. */
function crash(m: Model, t: Process, exceptionClass: number): void {
  announce(m);
  endProcess(m, t, SIGNALS[exceptionClass] ?? SIGNAL.ILL);
}

/** A fault of `t` that no access caused. */
export function fault(m: Model, t: Process, exceptionClass: number): void {
  if (exceptionClass === CLASS.FLOATING_POINT && t.floatingPoint) m.floatingPointOwner = t;
  else crash(m, t, exceptionClass);
}

/** An access of `t` to `page` that the translation hardware refused; missing: because there is no entry. */
export function accessFault(m: Model, t: Process, page: number, write: boolean, missing: boolean): void {
  if (missing && typeof t.memory.touch(m.pool, page, write) !== "string") return;
  crash(m, t, CLASS.DATA_ABORT);
}
