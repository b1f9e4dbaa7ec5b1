// Interrupts: the timer is the kernel's; every other one is routed to the driver that asked for it, as a sticky
// notification bit, and stays masked until the driver's acknowledge.
//
// Route table, by interrupt id. Those that are routed form a list, so that an acknowledge looks at no others:
//
//   u32 process id of the driver (0: nobody) · u16 notification bit · u16 next routed id + 1 (0: the last one)

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
/** The list's first id + 1; 0: nothing is routed. */
let routed: u32 = 0;

@inline function route(id: u32): usize {
  return INTERRUPT_TABLE + ((<usize>id) << 3);
}
@inline function driverOf(id: u32): u32 {
  return load<u32>(route(id));
}
@inline function bitOf(id: u32): u32 {
  return <u32>load<u16>(route(id), 4);
}
@inline function next(id: u32): u32 {
  return <u32>load<u16>(route(id), 6);
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
  const driver = threadOfPid(driverOf(id));
  if (driver) notify(driver, (<u64>1) << bitOf(id));
}

/** Routes interrupt `id` to process `pid` as notification bit 0–31, and unmasks it. 0, -EINVAL, -EBUSY. */
export function routeInterrupt(id: u32, pid: u32, bit: u32): i32 {
  if (id >= MAX_INTERRUPTS || id == timerId || bit > 31) return -EINVAL;
  const holder = driverOf(id);
  if (holder && holder != pid) return -EBUSY;
  if (!holder) {
    store<u16>(route(id), <u16>routed, 6);
    routed = id + 1;
  }
  store<u32>(route(id), pid);
  store<u16>(route(id), <u16>bit, 4);
  enableInterrupt(id);
  return 0;
}

/** Unmasks the interrupts that `pid` gets as `bit`. 0, or -EINVAL when there are none. */
export function acknowledgeInterrupt(pid: u32, bit: u32): i32 {
  let found = false;
  for (let each = routed; each; each = next(each - 1)) {
    const id = each - 1;
    if (driverOf(id) != pid || bitOf(id) != bit) continue;
    enableInterrupt(id);
    found = true;
  }
  return found ? 0 : -EINVAL;
}

/** The driver died: its interrupts are masked and free. */
export function releaseInterrupts(pid: u32): void {
  let before: u32 = 0; // id + 1 of the last one that stays
  for (let each = routed; each;) {
    const id = each - 1;
    each = next(id);
    if (driverOf(id) != pid) {
      before = id + 1;
      continue;
    }
    disableInterrupt(id);
    store<u32>(route(id), 0);
    if (before) store<u16>(route(before - 1), <u16>each, 6);
    else routed = each;
  }
}
