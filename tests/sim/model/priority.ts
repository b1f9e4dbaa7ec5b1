// Priority inheritance, by QNX's rule and transitive: a server runs at the highest priority of itself, the caller it
// received and the callers queued for it, until its next receive.

import type { Model } from "./model.ts";
import { type Process, STATE } from "./state.ts";

/** Whom a thread blocked in a call waits for. */
export function waitsFor(p: Process): Process | undefined {
  if (p.state === STATE.AWAITING_REPLY) return p.server;
  return p.state === STATE.SENDING ? p.endpoint?.owner : undefined;
}

/** Whether a call of `t` that waits for `owner` would close a circle of callers. */
export function closesCycle(t: Process, owner: Process | undefined): boolean {
  for (let p = owner; p; p = waitsFor(p)) if (p === t) return true;
  return false;
}

/** A caller of this priority waits for `owner`. */
export function inherit(m: Model, owner: Process | undefined, priority: number): void {
  for (let p = owner; p && p.priority < priority; p = waitsFor(p)) m.scheduler.changePriority(p, priority);
}

/** A receive of `p` has ended, perhaps with the call of `caller`. */
export function settlePriority(m: Model, p: Process, caller?: Process): void {
  let priority = Math.max(p.basePriority, caller?.priority ?? 0);
  for (const ep of m.owned(p)) {
    for (const entry of ep.entries()) if (entry.caller) priority = Math.max(priority, entry.caller.priority);
  }
  m.scheduler.changePriority(p, priority);
}
