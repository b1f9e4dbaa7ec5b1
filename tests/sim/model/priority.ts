// Priority inheritance, by QNX's rule and transitive: a server runs at the highest priority of itself, the caller it
// received and the callers queued on any of its endpoints, until its next receive. When a caller leaves before that the server may
// keep what it inherited, so the rule gives a least priority and a greatest one; which of them it is, the kernel chooses.

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
  for (let p = owner; p; p = waitsFor(p)) {
    p.least = Math.max(p.least, priority);
    p.most = Math.max(p.most, priority);
    if (p.priority >= priority) return;
    m.scheduler.changePriority(p, priority);
  }
}

function queuedPriority(m: Model, p: Process): number {
  let priority = p.basePriority;
  for (const ep of m.owned(p)) {
    for (const { caller } of ep.entries()) if (caller) priority = Math.max(priority, caller.priority);
  }
  return priority;
}

/** A receive of `p` begins: what it inherited before counts no more. */
export function beginReceive(m: Model, p: Process): void {
  p.least = p.most = queuedPriority(m, p);
}

/** A receive of `p` has ended, perhaps with the call of `caller`. */
export function endReceive(m: Model, p: Process, caller?: Process): void {
  p.least = Math.max(queuedPriority(m, p), caller?.priority ?? 0);
  p.most = Math.max(p.most, p.least);
}
