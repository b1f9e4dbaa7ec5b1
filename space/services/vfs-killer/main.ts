// For tests only, started by a manifest of the tests' own with the privilege to kill: waits until programs are busy, then
// kills the VFS. Its thread priority is above the VFS's, so that the kill comes in the middle of a request.

import { EPID_VFS } from "../../../abi/endpoints";
import { SYS_EP_STATS } from "../../../abi/syscall";
import { SIGKILL } from "../../../abi/wait";
import { logError, logInfo } from "../../lib/log";
import { kill, sleep_ns } from "../../lib/process/process";
import { syscall } from "../../lib/sys";

const DELAY_NS: i64 = 300_000_000;
const STATS_OWNER: u32 = 4; // core/ipc/endpoint.ts, getEndpointStats

const stats: usize = memory.data(32, 8);

export function main(): i32 {
  sleep_ns(DELAY_NS);
  syscall(SYS_EP_STATS, EPID_VFS, stats, 0, 0, 0, 0);
  const status = kill(load<u32>(stats, STATS_OWNER), SIGKILL);
  if (status < 0) logError("the VFS cannot be killed");
  else logInfo("the VFS is dead");
  return status < 0 ? 1 : 0;
}
