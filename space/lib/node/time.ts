// Time, in the shape of Node's performance and timers/promises' setTimeout. A program has one thread and no event loop, so what
// Node would call back later is waited for here.

import { clock_ns, sleep_ns } from "../process/process";

const NS_PER_MS: f64 = 1e6;

export namespace performance {
  /** Milliseconds since the machine started. */
  export function now(): f64 {
    return <f64>clock_ns() / NS_PER_MS;
  }
}

/** Waits so many milliseconds; none for less than 0. */
export function sleepSync(ms: f64): void {
  if (ms > 0) sleep_ns(<i64>(ms * NS_PER_MS));
}
