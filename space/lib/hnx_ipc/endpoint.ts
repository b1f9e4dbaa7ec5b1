// Endpoints of one's own, rights on them, and signals to others. Results are ≥ 0 or -errno; ids: abi/endpoints.ts.

import { RIGHT_SEND } from "../../../abi/endpoints";
import { SYS_EP_CREATE, SYS_EP_DESTROY, SYS_EP_GRANT, SYS_EP_REVOKE, SYS_NOTIFY } from "../../../abi/syscall";
import { syscall } from "../sys";

/** A new endpoint that this process receives from. → its id, or -EAGAIN: the system's or this process's limit is reached */
export function epCreate(): i32 {
  return <i32>syscall(SYS_EP_CREATE, 0, 0, 0, 0, 0, 0);
}

/** Destroys an endpoint of one's own; calls queued there get -ECONNREFUSED. → 0, -ENXIO, -EPERM, -EINVAL (well known) */
export function epDestroy(epid: u32): i32 {
  return <i32>syscall(SYS_EP_DESTROY, epid, 0, 0, 0, 0, 0);
}

/**
 * Gives process `pid` rights on an endpoint (RIGHT_SEND, RIGHT_GRANT) in place of those it had; needs RIGHT_GRANT.
 * → 0, -ENXIO no such endpoint, -EPERM, -EINVAL no such process or right, or the endpoint's owner
 */
export function epGrant(epid: u32, pid: u32, rights: u32 = RIGHT_SEND): i32 {
  return <i32>syscall(SYS_EP_GRANT, pid, epid, rights, 0, 0, 0);
}

/** Takes back what rights process `pid` (0: every other one) has on an endpoint of one's own; its queued calls get -EPERM. */
export function epRevoke(epid: u32, pid: u32): i32 {
  return <i32>syscall(SYS_EP_REVOKE, epid, pid, 0, 0, 0, 0);
}

/**
 * Sets `bits` (within NOTIFY_USER_MASK) for the owner of an endpoint: its next receive returns them, together with all that
 * were set meanwhile. Never blocks and allocates nothing. → 0, -ENXIO, -EPERM without RIGHT_SEND, -EINVAL, -ECONNREFUSED down
 */
export function notify(epid: u32, bits: u64): i32 {
  return <i32>syscall(SYS_NOTIFY, epid, bits, 0, 0, 0, 0);
}
