// Per-core state. There is one core; everything that a second one would need its own copy of is here, behind thisCore().

import { CORE_TABLE } from "../memory/layout";
import { Thread } from "../../core/ipc/thread";

@unmanaged
export class Core {
  current: Thread | null; // the thread that runs, or ran last before the core went idle
  readyMask: u32; // bit p: a thread of priority p is ready
  quantumEnd: u64; // counter ticks at which ready threads get their turn; 0: not running
  timerArmed: u64; // what the timer is set to; 0: off
  timers: Thread | null; // threads with a timeout, soonest first
  floatingPointOwner: Thread | null; // whose registers the floating-point unit holds
  floatingPointAllowed: u32;
  next: Thread | null; // STATE_READY, in no queue: was given the message the current thread waits to have answered, or its answer
  switches: u64;
  chargedAt: u64; // counter ticks up to which time is charged to those who ran
  // Heads and tails of the ready queues follow, a pair of u32 a priority: 32 × 8 bytes.
}
const READY_QUEUES: usize = 64;

@inline export function thisCore(): Core {
  return changetype<Core>(CORE_TABLE);
}

/** Address of the head of a priority's ready queue; the tail follows it. */
@inline export function readyQueue(core: Core, priority: u32): usize {
  return changetype<usize>(core) + READY_QUEUES + ((<usize>priority) << 3);
}
