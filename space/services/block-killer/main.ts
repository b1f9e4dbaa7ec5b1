// For tests only, started by a manifest of the tests' own with the privilege to kill: waits until a program is reading a disk,
// then kills the block service. Its thread priority is above the block service's, so that the kill comes at any moment.

import { EPID_BLOCK } from "../../../abi/endpoints";
import { SYS_EP_STATS } from "../../../abi/syscall";
import { SIGKILL } from "../../../abi/wait";
import { logError, logInfo } from "../../lib/log";
import { kill, sleep_ns } from "../../lib/process/process";
import { syscall } from "../../lib/sys";

const DELAY_NS: i64 = 500_000_000;
const STATS_OWNER: u32 = 4; // core/ipc/endpoint.ts, getEndpointStats

const stats: usize = memory.data(32, 8);

export function main(): i32 {
  sleep_ns(DELAY_NS);
  syscall(SYS_EP_STATS, EPID_BLOCK, stats, 0, 0, 0, 0);
  const status = kill(load<u32>(stats, STATS_OWNER), SIGKILL);
  if (status < 0) logError("the block service cannot be killed");
  else logInfo("the block service is dead");
  return status < 0 ? 1 : 0;
}
