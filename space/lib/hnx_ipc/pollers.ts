// Who has asked whether something of a service's is ready (VFS_POLL) and is to be woken when it may be: a bit for each process slot.
// Made for services; several things may share a record, as a wake-up too many is harmless. A service that is started again has
// forgotten them: space/lib/poll asks anew now and then.

import { MAX_PROCESSES } from "../../../abi/limits";
import { SYS_POLL_WAKE } from "../../../abi/syscall";
import { syscall } from "../sys";

/** Of each process slot, who asked last. */
const pids: usize = memory.data(512, 4);

@unmanaged
export class Pollers {
  low: u64; // slots 0 … 63
  high: u64; // slots 64 … 127
}

/** Process `pid` is to be woken. */
export function addPoller(pollers: Pollers, pid: u32): void {
  const slot = pid & (MAX_PROCESSES - 1);
  store<u32>(pids + (slot << 2), pid);
  if (slot < 64) pollers.low |= (<u64>1) << slot;
  else pollers.high |= (<u64>1) << (slot - 64);
}

/** Wakes all, who have to ask again. */
@inline
export function wakePollers(pollers: Pollers): void {
  if (!(pollers.low | pollers.high)) return;
  wakeSlots(pollers.low, 0);
  wakeSlots(pollers.high, 64);
  pollers.low = 0;
  pollers.high = 0;
}

function wakeSlots(slots: u64, first: u32): void {
  for (; slots; slots &= slots - 1) {
    syscall(SYS_POLL_WAKE, load<u32>(pids + ((first + <u32>ctz(slots)) << 2)), 0, 0, 0, 0, 0);
  }
}
