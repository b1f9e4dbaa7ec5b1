// Who serves an endpoint: for those that must know whether it is still the process that they spoke to.

import { SYS_EP_STATS } from "../../../abi/syscall";
import { syscall } from "../sys";

/** The record of SYS_EP_STATS (docs/PROTOCOL.md): the owner is its second word. */
const stats: usize = memory.data(32, 8);
const STATS_OWNER: usize = 4;

/** The process that endpoint `epid` belongs to now; 0: none, or there is no such endpoint. */
export function ownerOf(epid: u32): u32 {
  const status = syscall(SYS_EP_STATS, epid, stats, 0, 0, 0, 0);
  return status < 0 ? 0 : load<u32>(stats, STATS_OWNER);
}
