// Signals: an end that one process asks of another. The default is that it ends, with the signal as its status; one that catches
// the signal is told of it instead, and a read that it waits in ends with -EINTR. SIGKILL cannot be caught.
//
// Who may: the builder of a process, all that it descends from, itself, and holders of PRIVILEGE_KILL.

import { NOTIFY_SIGNAL, PRIVILEGE_KILL } from "../../../abi/endpoints";
import { EINTR, EINVAL, EPERM, ESRCH } from "../../../abi/errno";
import { MAX_PROCESSES } from "../../../abi/limits";
import { CATCHABLE_SIGNALS, KILL_DESCENDANTS, SENDABLE_SIGNALS } from "../../../abi/wait";
import { cancelCall } from "../../../core/ipc/cancel";
import { notify } from "../../../core/ipc/receive";
import {
  STATE_AWAITING_REPLY,
  STATE_BUILDING,
  STATE_FREE,
  STATE_SENDING,
  STATE_ZOMBIE,
  Thread,
  threadAt,
  threadOfPid,
} from "../../../core/ipc/thread";
import { COMPLETE_READ } from "../../../ipc_services/delegate";
import { killProcess } from "../crash";
import { processOf } from "../process";

const HIGHEST_SIGNAL: u64 = 31;
const FIRST_WORD_SLOTS: u32 = 64;

/** Whether `t` descends from process `pid`. */
function descendsFrom(t: Thread, pid: u32): bool {
  let above = processOf(t).parent;
  for (let steps: u32 = 0; above && steps < MAX_PROCESSES; steps++) {
    if (above == pid) return true;
    const parent = threadOfPid(above);
    above = parent ? processOf(parent).parent : 0;
  }
  return false;
}

export function isAlive(t: Thread): bool {
  return t.state != STATE_FREE && t.state != STATE_ZOMBIE;
}

/** kill(pid, signal, flags): signal 0 asks whether it could; flags: KILL_DESCENDANTS. */
export function sysKill(t: Thread): i64 {
  const signal = t.x1;
  if (signal > HIGHEST_SIGNAL || t.x2 > <u64>KILL_DESCENDANTS) return -EINVAL;
  if (signal && !((SENDABLE_SIGNALS >> (<u32>signal)) & 1)) return -EINVAL;
  const victim = t.x0 <= u32.MAX_VALUE ? threadOfPid(<u32>t.x0) : null;
  if (!victim || !isAlive(victim)) return -ESRCH;
  const builds = victim.state == STATE_BUILDING && processOf(victim).builder == t.pid;
  const may = builds || victim == t || (processOf(t).privileges & PRIVILEGE_KILL) != 0;
  if (!may && !descendsFrom(victim, t.pid)) return -EPERM;
  if (!signal) return 0;
  const by = t.pid;
  if (t.x2) signalDescendants(victim.pid, <u32>signal, by);
  signalProcess(victim, <u32>signal, by);
  return 0;
}

/** All are found before the first one ends: with it the others would become init's. */
function signalDescendants(pid: u32, signal: u32, by: u32): void {
  let low: u64 = 0;
  let high: u64 = 0;
  for (let slot: u32 = 1; slot < MAX_PROCESSES; slot++) {
    const t = threadAt(slot);
    if (!isAlive(t) || t.state == STATE_BUILDING || !descendsFrom(t, pid)) continue;
    if (slot < FIRST_WORD_SLOTS) low |= (<u64>1) << slot;
    else high |= (<u64>1) << (slot - FIRST_WORD_SLOTS);
  }
  for (; low; low &= low - 1) signalProcess(threadAt(<u32>ctz(low)), signal, by);
  for (; high; high &= high - 1) signalProcess(threadAt(FIRST_WORD_SLOTS + <u32>ctz(high)), signal, by);
}

function signalProcess(t: Thread, signal: u32, by: u32): void {
  const p = processOf(t);
  if (t.state == STATE_BUILDING || !((p.caught >> signal) & 1)) {
    killProcess(t, by, signal);
    return;
  }
  p.signals |= 1 << signal;
  notify(t, NOTIFY_SIGNAL);
  const calls = t.state == STATE_SENDING || t.state == STATE_AWAITING_REPLY;
  if (calls && t.completion == COMPLETE_READ) cancelCall(t, -EINTR);
}

/** catch_signals(mask): bit n for signal n. → those that have come and had not been asked for */
export function sysCatchSignals(t: Thread): i64 {
  if (t.x0 & ~(<u64>CATCHABLE_SIGNALS)) return -EINVAL;
  const p = processOf(t);
  const signals = p.signals;
  p.caught = <u32>t.x0;
  p.signals = 0;
  return signals;
}
