// For tests only, in a manifest of the tests' own with the privilege to kill: ends the process that serves an endpoint, when
// programs ask for it (protocol.ts). Its thread priority is above the services', so that the kill comes in the middle of a request.

import { EBADMSG, ESRCH } from "../../../abi/errno";
import { SYS_EP_STATS } from "../../../abi/syscall";
import { SIGKILL } from "../../../abi/wait";
import { Message, Service, done, failed } from "../../lib/hnx_ipc";
import { LOG_ERROR, LOG_INFO, logLine } from "../../lib/log";
import { kill, sleep_ns } from "../../lib/process/process";
import { syscall } from "../../lib/sys";
import { EPID_KILLER, KILLER_KILL } from "./protocol";

const STATS_OWNER: u32 = 4; // core/ipc/endpoint.ts, getEndpointStats

const stats: usize = memory.data(32, 8);

class Killer extends Service {
  constructor() {
    super(EPID_KILLER, "service-killer", "1.0");
  }

  request(m: Message): i64 {
    if (m.op != KILLER_KILL) return this.unknown(m);
    const epid = m.readU32();
    const delay_ns = m.readU64();
    if (!m.ok) return failed(EBADMSG);
    sleep_ns(delay_ns);
    const status = killOwner(epid);
    if (status < 0) logLine.text("endpoint ").number(epid).text(": error ").number(-status).write(LOG_ERROR);
    else logLine.text("endpoint ").number(epid).text(": its server is dead").write(LOG_INFO);
    return status < 0 ? failed(-status) : done(0);
  }
}

/** 0 or -errno; -ESRCH: nobody serves it now */
function killOwner(epid: u32): i32 {
  const status = <i32>syscall(SYS_EP_STATS, epid, stats, 0, 0, 0, 0);
  if (status < 0) return status;
  const pid = load<u32>(stats, STATS_OWNER);
  return pid ? kill(pid, SIGKILL) : -ESRCH;
}

export function main(): i32 {
  return new Killer().run();
}
