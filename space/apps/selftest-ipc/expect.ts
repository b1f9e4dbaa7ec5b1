// Compares what a system call answered with what it must be, and counts. Used by both of selftest-ipc's and selftest-ring's
// processes: each counts its own, and ends with status 1 when anything was wrong.

import { EPERM } from "../../../abi/errno";
import { println } from "../../lib/console";
import { Message, ipcCallService, message } from "../../lib/hnx_ipc";
import { args, sleep_ns } from "../../lib/process";

const RETRY_NS: i64 = 1_000_000;
const MAX_RETRIES: u32 = 1000;

export let checked: u32 = 0;
export let wrong: u32 = 0;

export function expect(what: string, result: i64, expected: i64): void {
  checked++;
  if (result == expected) return;
  wrong++;
  println(`${args().join(" ")}: ${what}: ${result}, expected ${expected}`);
}

/** Calls as soon as the process that started us has given us the right to. `m` must not need more than its info and grant. */
export function callWhenAllowed(epid: u32, m: Message): i32 {
  const info = m.info;
  let code = ipcCallService(epid, m);
  for (let i: u32 = 0; i < MAX_RETRIES && code == -EPERM; i++) {
    sleep_ns(RETRY_NS);
    message().info = info;
    code = ipcCallService(epid, message());
  }
  return code;
}
