// Signals: ends that one process asks of another. A process that catches one is told instead.
//
//   catchSignals(1 << SIGINT);   …   if (takeSignals() & (1 << SIGINT)) …
//
// A signal that is caught sets NOTIFY_SIGNAL, so a receive returns; a read that waits ends with -EINTR.

import { KILL_DESCENDANTS } from "../../../abi/wait";
import { SYS_CATCH_SIGNALS, SYS_KILL } from "../../../abi/syscall";
import { syscall } from "../sys";

let caught: u32 = 0;

/** From now on we are told of these signals, bit n for signal n, and of no others. → 0, -EINVAL */
export function catchSignals(mask: u32): i32 {
  const result = <i32>syscall(SYS_CATCH_SIGNALS, mask, 0, 0, 0, 0, 0);
  if (result >= 0) caught = mask;
  return min(result, 0);
}

/** The signals that have come since the last call, bit n for signal n. */
export function takeSignals(): u32 {
  const result = <i32>syscall(SYS_CATCH_SIGNALS, caught, 0, 0, 0, 0, 0);
  return result < 0 ? 0 : <u32>result;
}

/** Sends `signal` to process `pid`, which descends from us, and to all that descend from it. → 0, -ESRCH, -EPERM, -EINVAL */
export function killTree(pid: i32, signal: u32): i32 {
  return <i32>syscall(SYS_KILL, <i64>pid, signal, KILL_DESCENDANTS, 0, 0, 0);
}
