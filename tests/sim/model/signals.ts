// Signals in the model: who may send them, whom they end, and who is told instead.

import { EINTR, EINVAL, EPERM, ESRCH } from "../../../abi/errno.ts";
import { PRIVILEGE_KILL } from "../../../abi/endpoints.ts";
import type { Call } from "./call.ts";
import { cancelRead, notify } from "./cancel.ts";
import { endProcess } from "./lifecycle.ts";
import { announce } from "./log.ts";
import type { Model } from "./model.ts";
import { type Process, STATE } from "./state.ts";
import {
  CATCHABLE_SIGNALS,
  KILL_DESCENDANTS,
  NOTIFY,
  SENDABLE_SIGNALS,
  SIGNAL,
  U32_MAX,
  error,
} from "./words.ts";

const SIGNAL_MAX = 31n;

function descendsFrom(m: Model, process: Process, ancestor: number): boolean {
  for (let at = process.parent; at !== 0; at = m.find(BigInt(at))?.parent ?? 0)
    if (at === ancestor) return true;
  return false;
}

/** kill(pid, signal, flags). */
export function sysKill(m: Model, t: Process, { x }: Call): bigint {
  const signal = Number(x[1] & U32_MAX);
  const known = x[1] <= SIGNAL_MAX && (signal === 0 || ((SENDABLE_SIGNALS >> signal) & 1) === 1);
  if (!known || x[2] > BigInt(KILL_DESCENDANTS)) return error(EINVAL);
  const victim = m.find(x[0]);
  if (!victim?.alive) return error(ESRCH);
  const builds = victim.state === STATE.BUILDING && victim.builder === t.pid;
  if (!builds && victim !== t && !(t.privileges & PRIVILEGE_KILL) && !descendsFrom(m, victim, t.pid))
    return error(EPERM);
  if (signal === 0) return 0n;
  const below = x[2]
    ? m.all().filter((p) => p.alive && p.state !== STATE.BUILDING && descendsFrom(m, p, victim.pid))
    : [];
  for (const process of [...below.sort((a, b) => a.slot - b.slot), victim]) deliver(m, process, signal);
  return 0n;
}

/** Ends `p`, or tells it, if it catches the signal; then a read that it waits in ends with -EINTR. */
function deliver(m: Model, p: Process, signal: number): void {
  const isCaught = p.state !== STATE.BUILDING && ((p.caught >> signal) & 1) === 1;
  if (!isCaught) {
    if (p.state !== STATE.BUILDING && signal === SIGNAL.KILL) announce(m);
    endProcess(m, p, signal);
    return;
  }
  p.signals |= 1 << signal;
  notify(m, p, NOTIFY.SIGNAL);
  cancelRead(m, p, -EINTR);
}

/** catch_signals(mask). → those that have come since it was last asked */
export function sysCatchSignals(t: Process, mask: bigint): bigint {
  if (mask & ~BigInt(CATCHABLE_SIGNALS)) return error(EINVAL);
  const come = BigInt(t.signals);
  t.caught = Number(mask);
  t.signals = 0;
  return come;
}
