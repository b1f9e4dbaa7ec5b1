// The machine as a whole: counts, time, power.

import { EFAULT, ENODEV, EPERM } from "../../../abi/errno";
import { PRIVILEGE_POWER } from "../../../abi/endpoints";
import { MAX_ENDPOINTS, MAX_PROCESSES } from "../../../abi/limits";
import { SYSTEM_INFO_SIZE, SystemInfo } from "../../../abi/sysinfo";
import { endpointAt } from "../../../core/ipc/endpoint";
import { storedMessages } from "../../../core/ipc/store";
import { STATE_AWAITING_REPLY, STATE_SENDING, Thread, threadAt } from "../../../core/ipc/thread";
import { initrdEnd, initrdStart, rtcBase } from "../../boot/machine";
import { counter, counterHz, entryCounter, mmioRead32 } from "../../hal/hw";
import { powerOff } from "../../log/panic";
import { framesFree, framesTotal } from "../../memory/frames";
import { objectsInUse } from "../../memory/objects";
import { bytesCopied, copyToUser } from "../../memory/user_copy";
import { thisCore } from "../../sched/core";
import { nanosecondsOf } from "../../sched/timer";
import { openHandles } from "../handles";
import { processesInUse } from "../lifecycle";
import { processOf } from "../process";

const record: usize = memory.data(72, 8);
const NS_PER_SECOND: i64 = 1_000_000_000;
let bootTicks: u64 = 0;
let bootSeconds: u32 = 0;

/** ticks: from the image's entry to the first user instruction. */
export function noteFirstUser(ticks: u64): void {
  bootTicks = ticks;
}

export function sysClock(): i64 {
  return nanosecondsOf(counter() - entryCounter());
}

/** wall_clock. → nanoseconds since 1970 (UTC), from the real-time clock as it was at boot; -ENODEV: there is none */
export function sysWallClock(): i64 {
  return bootSeconds ? <i64>bootSeconds * NS_PER_SECOND + sysClock() : -ENODEV;
}

/** Reads the real-time clock (PL031, ARM DDI 0224: offset 0 is RTCDR, seconds). Once: the counter goes on from there. */
export function readRealTimeClock(): void {
  if (rtcBase) bootSeconds = mmioRead32(rtcBase);
}

/** system_info(address, size). → bytes written. */
export function sysSystemInfo(t: Thread): i64 {
  const info = changetype<SystemInfo>(record);
  info.framesTotal = framesTotal();
  info.framesFree = framesFree();
  info.processes = processesInUse();
  info.endpoints = 0;
  for (let i: u32 = 1; i < MAX_ENDPOINTS; i++) if (endpointAt(i).id) info.endpoints++;
  info.objects = objectsInUse();
  info.openHandles = openHandles();
  info.queuedMessages = storedMessages();
  info.waitingCallers = 0;
  for (let i: u32 = 1; i < MAX_PROCESSES; i++) {
    const state = threadAt(i).state;
    if (state == STATE_SENDING || state == STATE_AWAITING_REPLY) info.waitingCallers++;
  }
  info.initrdBytes = <u32>(initrdEnd - initrdStart);
  info.bootToUser = bootTicks;
  info.counterHz = counterHz();
  info.now_ns = sysClock();
  info.switches = thisCore().switches;
  info.bytesCopied = bytesCopied;
  const size = <u32>min(t.x1, <u64>SYSTEM_INFO_SIZE);
  return copyToUser(processOf(t), t.x0, record, size) == size ? <i64>size : -EFAULT;
}

/** poweroff(status). */
export function sysPoweroff(t: Thread): i64 {
  if (!(processOf(t).privileges & PRIVILEGE_POWER)) return -EPERM;
  powerOff((<u32>t.x0) & 0xff);
  return 0;
}
