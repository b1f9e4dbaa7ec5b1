// Rights: a byte for each process and endpoint. They are given by the manifest, by ep_grant, or with a message (FLAG_GRANT),
// and taken back by the endpoint's owner.

import { MAX_ENDPOINTS, MAX_PROCESSES } from "../../abi/limits";
import { RIGHT_GRANT, RIGHT_SEND } from "../../abi/endpoints";
import { EINVAL, ENXIO, EPERM, ESRCH } from "../../abi/errno";
import { dismissCallsOf } from "./cancel";
import { Endpoint, findEndpoint, indexOf } from "./endpoint";
import { RIGHTS_TABLE } from "./tables";
import { STATE_FREE, Thread, threadAt, threadOfPid } from "./thread";

@inline export function rightsOf(t: Thread, ep: Endpoint): u32 {
  return load<u8>(t.rights + indexOf(ep));
}

export function setRights(t: Thread, ep: Endpoint, rights: u32): void {
  store<u8>(t.rights + indexOf(ep), <u8>rights);
}

export function rightsRow(slot: u32): usize {
  return RIGHTS_TABLE + <usize>(slot * MAX_ENDPOINTS);
}

/** Whether `t` may give `rights` on endpoint `epid` away. 0, -ENXIO, -EPERM, -EINVAL (nobody is ever given RIGHT_RECEIVE). */
export function mayGrant(t: Thread, epid: u32, rights: u32): i32 {
  const ep = findEndpoint(epid);
  if (!ep) return -ENXIO;
  if (!(rightsOf(t, ep) & RIGHT_GRANT)) return -EPERM;
  return rights & ~(RIGHT_SEND | RIGHT_GRANT) ? -EINVAL : 0;
}

/**
 * Gives process `pid` rights on an endpoint, replacing those it had; `t` needs RIGHT_GRANT. An endpoint has one owner, whose
 * own rights stay. 0, -ENXIO, -EPERM, -EINVAL.
 */
export function grantCapability(t: Thread, pid: u32, epid: u32, rights: u32): i32 {
  const status = mayGrant(t, epid, rights);
  if (status < 0) return status;
  const ep = findEndpoint(epid);
  const other = threadOfPid(pid);
  if (!ep || !other || ep.owner == other) return -EINVAL;
  setRights(other, ep, rights);
  return 0;
}

/**
 * The owner of an endpoint takes back the rights of process `pid`, or with pid 0 of everybody else; calls of theirs that are
 * still queued get -EPERM. 0, -ENXIO, -EPERM, -ESRCH, -EINVAL (its own).
 */
export function revokeCapability(t: Thread, epid: u32, pid: u32): i32 {
  const ep = findEndpoint(epid);
  if (!ep) return -ENXIO;
  if (ep.owner != t) return -EPERM;
  if (pid) {
    const other = threadOfPid(pid);
    if (!other) return -ESRCH;
    if (other == t) return -EINVAL;
    setRights(other, ep, 0);
  } else {
    for (let slot: u32 = 1; slot < MAX_PROCESSES; slot++) {
      const other = threadAt(slot);
      if (other != t && other.state != STATE_FREE) setRights(other, ep, 0);
    }
  }
  dismissCallsOf(ep, pid);
  return 0;
}
