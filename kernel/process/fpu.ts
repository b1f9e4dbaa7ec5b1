// Floating point by owner (DESIGN §3): the unit holds the registers of one process; another flagged process's first use
// traps, and then the whole state changes hands. An unflagged process that uses it faults.

import { Thread } from "../../core/ipc/thread";
import { allowFloatingPoint, restoreFloatingPoint, saveFloatingPoint } from "../hal/hw";
import { Core, thisCore } from "../sched/core";
import { floatingPointState, processOf } from "./process";

/** `next` is about to run: EL0 may use the unit exactly if it holds its registers. */
@inline export function selectFloatingPoint(core: Core, next: Thread): void {
  if (next.ownsFloatingPoint == core.floatingPointAllowed) return;
  core.floatingPointAllowed = next.ownsFloatingPoint;
  allowFloatingPoint(next.ownsFloatingPoint);
}

/** `t` used floating point and trapped. False: it must not. */
export function takeFloatingPoint(t: Thread): bool {
  if (!processOf(t).floatingPoint) return false;
  const core = thisCore();
  allowFloatingPoint(1);
  core.floatingPointAllowed = 1;
  const owner = core.floatingPointOwner;
  if (owner) {
    saveFloatingPoint(floatingPointState(processOf(owner)));
    owner.ownsFloatingPoint = 0;
  }
  restoreFloatingPoint(floatingPointState(processOf(t)));
  t.ownsFloatingPoint = 1;
  core.floatingPointOwner = t;
  return true;
}

/** `t` dies: its registers are worth nothing. */
export function dropFloatingPoint(t: Thread): void {
  const core = thisCore();
  if (core.floatingPointOwner != t) return;
  core.floatingPointOwner = null;
  t.ownsFloatingPoint = 0;
}
