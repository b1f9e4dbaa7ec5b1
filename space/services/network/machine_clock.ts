// The machine's clock for the stack: the generic timer's counter, in microseconds, without a system call.

import { SYS_SYSTEM_INFO } from "../../../abi/syscall";
import { SYSTEM_INFO_SIZE, SystemInfo } from "../../../abi/sysinfo";
import { counter, syscall } from "../../lib/sys";
import { setClock } from "./stack/clock";

const MICROSECONDS: u64 = 1_000_000;

const info = changetype<SystemInfo>(memory.data(SYSTEM_INFO_SIZE, 8));
let counter_hz: u64 = 1;

/** Learns how fast the counter runs. → 0 or -errno */
export function startClock(): i32 {
  const size = <i32>syscall(SYS_SYSTEM_INFO, changetype<usize>(info), SYSTEM_INFO_SIZE, 0, 0, 0, 0);
  if (size < 0) return size;
  counter_hz = max(info.counterHz, 1);
  tellTime();
  return 0;
}

/** Tells the stack what time it is. */
export function tellTime(): void {
  const ticks = counter();
  setClock((ticks / counter_hz) * MICROSECONDS + ((ticks % counter_hz) * MICROSECONDS) / counter_hz);
}
