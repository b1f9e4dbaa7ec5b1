// Interrupts: the timer is the kernel's; every other one is routed to the driver that asked for it, as a sticky
// notification bit, and stays masked until the driver's acknowledge.
//
// Route table, a pair of u32 an interrupt id: process id of the driver (0: nobody), notification bit.

import { MAX_INTERRUPTS } from "../../abi/limits";
import { EBUSY, EINVAL } from "../../abi/errno";
import { threadOfPid } from "../../core/ipc/thread";
import { notify } from "../../core/ipc/receive";
import { INTERRUPT_TABLE } from "../memory/layout";
import { SPURIOUS, claimInterrupt, disableInterrupt, enableInterrupt, endInterrupt } from "../hal/gic";
import { timerInterrupt } from "../sched/timer";
import { tracing } from "../trace/ring";
import { traceInterrupt } from "../trace/trace";

let timerId: u32 = 0;

@inline function route(id: u32): usize {
  return INTERRUPT_TABLE + ((<usize>id) << 3);
}

/** id: the virtual timer's interrupt. */
export function initializeInterrupts(id: u32): void {
  timerId = id;
  enableInterrupt(id);
}

/** Serves all pending interrupts. */
export function handleInterrupts(): void {
  for (let id = claimInterrupt(); id < SPURIOUS; id = claimInterrupt()) {
    if (tracing) traceInterrupt(id);
    if (id == timerId) {
      timerInterrupt();
      endInterrupt(id);
      continue;
    }
    disableInterrupt(id);
    endInterrupt(id);
    if (id < MAX_INTERRUPTS) forward(id);
  }
}

function forward(id: u32): void {
  const driver = threadOfPid(load<u32>(route(id)));
  if (driver) notify(driver, (<u64>1) << load<u32>(route(id), 4));
}

/** Routes interrupt `id` to process `pid` as notification bit 0–31, and unmasks it. 0, -EINVAL, -EBUSY. */
export function routeInterrupt(id: u32, pid: u32, bit: u32): i32 {
  if (id >= MAX_INTERRUPTS || id == timerId || bit > 31) return -EINVAL;
  const holder = load<u32>(route(id));
  if (holder && holder != pid) return -EBUSY;
  store<u32>(route(id), pid);
  store<u32>(route(id), bit, 4);
  enableInterrupt(id);
  return 0;
}

/** Unmasks the interrupts that `pid` gets as `bit`. 0, or -EINVAL when there are none. */
export function acknowledgeInterrupt(pid: u32, bit: u32): i32 {
  let found = false;
  for (let id: u32 = 0; id < MAX_INTERRUPTS; id++) {
    if (load<u32>(route(id)) == pid && load<u32>(route(id), 4) == bit) {
      enableInterrupt(id);
      found = true;
    }
  }
  return found ? 0 : -EINVAL;
}

/** The driver died: its interrupts are masked and free. */
export function releaseInterrupts(pid: u32): void {
  for (let id: u32 = 0; id < MAX_INTERRUPTS; id++) {
    if (load<u32>(route(id)) != pid) continue;
    disableInterrupt(id);
    store<u32>(route(id), 0);
  }
}
