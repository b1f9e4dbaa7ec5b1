// The machine's clock and memory, as the kernel tells them. The clock costs no system call: the counter is read and scaled.

import { SYSTEM_INFO_SIZE, SystemInfo } from "../../../abi/sysinfo";
import { SYS_SYSTEM_INFO } from "../../../abi/syscall";
import { counter, syscall } from "../../lib/sys";

const SECOND_NS: u64 = 1_000_000_000;

const info = changetype<SystemInfo>(memory.data(SYSTEM_INFO_SIZE, 8));
/** The counter when the kernel's clock showed info.now_ns, as of startClock(). */
let startCount: u64 = 0;
let start_ns: u64 = 0;

/** The kernel's figures of this moment; zeros if it gives none. */
export function readSystemInfo(): SystemInfo {
  syscall(SYS_SYSTEM_INFO, changetype<usize>(info), SYSTEM_INFO_SIZE, 0, 0, 0, 0);
  return info;
}

/** Ties the counter to the kernel's clock. Called once, before now_ns(). */
export function startClock(): void {
  startCount = counter();
  start_ns = readSystemInfo().now_ns;
}

/** The clock shows no less than this many seconds since 1970 from now on: somebody has seen that time already. */
export function raiseClock(seconds: u32): void {
  const least_ns = <u64>seconds * SECOND_NS;
  const shown_ns = now_ns();
  if (shown_ns < least_ns) start_ns += least_ns - shown_ns;
}

/** Nanoseconds since 1970 as far as anybody knows: since boot, or since a time that a disk had seen. Whole seconds and the rest are scaled apart, so that the product cannot overflow. */
export function now_ns(): u64 {
  const hz = info.counterHz;
  if (!hz) return 0;
  const ticks = counter() - startCount;
  return start_ns + (ticks / hz) * SECOND_NS + ((ticks % hz) * SECOND_NS) / hz;
}

/** Page frames that nobody uses. */
export function freeFrames(): u32 {
  return readSystemInfo().framesFree;
}
