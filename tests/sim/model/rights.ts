// Rights on endpoints, and rights that travel with messages.

import { EINVAL, ENXIO, EPERM, ESRCH } from "../../../abi/errno.ts";
import { RIGHT_GRANT, RIGHT_RECEIVE, RIGHT_SEND } from "../../../abi/endpoints.ts";
import { PROT_READ, PROT_WRITE } from "../../../abi/program.ts";
import { failCall } from "./cancel.ts";
import type { Model } from "./model.ts";
import type { Endpoint, Grant, Process } from "./state.ts";
import { error } from "./words.ts";

export const GRANT_ENDPOINT = 1;
export const GRANT_OBJECT = 2;
const U32 = 0xffff_ffffn;

export const maySend = (p: Process, ep: Endpoint): boolean => (p.rights[ep.index] & RIGHT_SEND) !== 0;

/** 0, or the error of giving `rights` on an endpoint away. */
function mayGrantEndpoint(m: Model, t: Process, epid: number, rights: number): bigint {
  const ep = m.endpoint(epid);
  if (!ep) return error(ENXIO);
  if (!(t.rights[ep.index] & RIGHT_GRANT)) return error(EPERM);
  return rights & ~(RIGHT_SEND | RIGHT_GRANT) ? error(EINVAL) : 0n;
}

function mayGrantObject(m: Model, t: Process, id: number, rights: number): bigint {
  const o = m.object(id);
  if (!o) return error(ENXIO);
  if (o.creator !== t) return error(EPERM);
  if (!(rights & PROT_READ) || rights & ~(PROT_READ | PROT_WRITE)) return error(EINVAL);
  return rights & PROT_WRITE && o.sealed ? error(EPERM) : 0n;
}

/** 0, or the error of sending a message of `t` with this grant. */
export function mayGrant(m: Model, t: Process, grant: Grant | undefined): bigint {
  if (grant?.kind === GRANT_ENDPOINT) return mayGrantEndpoint(m, t, grant.id, grant.rights);
  if (grant?.kind === GRANT_OBJECT) return mayGrantObject(m, t, grant.id, grant.rights);
  return error(EINVAL);
}

/** Gives `to` what `from`'s message grants, if `from` may give it now. Whether it did. */
export function give(m: Model, from: Process | undefined, to: Process, grant: Grant): boolean {
  if (!from || mayGrant(m, from, grant) < 0n) return false;
  if (grant.kind === GRANT_OBJECT) {
    const o = m.object(grant.id);
    if (o && o.creator !== to) o.access.set(to, (o.access.get(to) ?? 0) | grant.rights);
  } else {
    const ep = m.endpoint(grant.id);
    if (ep && ep.owner !== to) to.rights[ep.index] |= grant.rights;
  }
  return true;
}

/** ep_grant(pid, endpoint, rights). */
export function grantCapability(m: Model, t: Process, pid: bigint, epid: bigint, rights: bigint): bigint {
  const status = mayGrantEndpoint(m, t, Number(epid & U32), Number(rights & U32));
  if (status < 0n) return status;
  const ep = m.endpoint(epid & U32) as Endpoint;
  const other = m.find(pid & U32);
  if (!other || ep.owner === other) return error(EINVAL);
  other.rights[ep.index] = Number(rights & U32);
  return 0n;
}

/** ep_revoke(endpoint, pid or 0): queued calls of those who lose their rights fail. */
export function revokeCapability(m: Model, t: Process, epid: bigint, pid: bigint): bigint {
  if (pid > U32) return error(ESRCH);
  const ep = m.endpoint(epid);
  if (!ep) return error(ENXIO);
  if (ep.owner !== t) return error(EPERM);
  const other = m.find(pid);
  if (pid !== 0n && !other) return error(ESRCH);
  if (other === t) return error(EINVAL);
  for (const p of other ? [other] : m.all()) if (p !== t) p.rights[ep.index] = 0;
  for (const { caller } of [...ep.entries()]) {
    if (caller && (!other || caller === other)) failCall(m, caller, -EPERM);
  }
  return 0n;
}

/** The owner of an endpoint may do all. */
export function giveOwnersRights(p: Process, ep: Endpoint): void {
  p.rights[ep.index] |= RIGHT_RECEIVE | RIGHT_GRANT;
}
