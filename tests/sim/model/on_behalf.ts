// What a process that is built in the name of a call takes over from that call's sender, in the model.

import { NO_DESCRIPTOR, QUOTA_ENDPOINTS, QUOTA_MESSAGES, QUOTA_OBJECTS } from "../../../abi/construct.ts";
import { EPID_VFS, FIRST_DYNAMIC_ENDPOINT } from "../../../abi/endpoints.ts";
import { EBADF } from "../../../abi/errno.ts";
import { MAX_FDS } from "../../../abi/limits.ts";
import { abandon, descriptor, install, remove } from "./handles.ts";
import type { Model } from "./model.ts";
import type { Process } from "./state.ts";
import { error } from "./words.ts";

/** Whether `p` is built in another's name. */
export const isForCaller = (p: Process): boolean => p.parent !== p.builder;

/** Rights, priorities and quotas: none that the caller lacks. */
export function limitToCaller(p: Process, caller: Process): void {
  for (let epid = EPID_VFS; epid < FIRST_DYNAMIC_ENDPOINT; epid++) p.rights[epid] &= caller.rights[epid];
  p.basePriority = Math.min(p.basePriority, caller.basePriority);
  p.priority = p.least = p.most = p.basePriority;
  p.maxMessagePriority = Math.min(p.maxMessagePriority, caller.maxMessagePriority);
  p.objectsLimit = Math.min(p.objectsLimit, caller.objectsLimit);
  p.objectPagesLimit = Math.min(p.objectPagesLimit, caller.objectPagesLimit);
}

export function isAboveParent(m: Model, p: Process, priority: bigint): boolean {
  const parent = m.find(BigInt(p.parent));
  return parent !== undefined && priority > BigInt(parent.basePriority);
}

/** The quota QUOTA_… that `p` has now; anything unknown counts as pages. */
export function quotaOf(p: Process, which: bigint): number {
  switch (Number(which & 0xffff_ffffn)) {
    case QUOTA_ENDPOINTS:
      return p.endpointsLeft;
    case QUOTA_MESSAGES:
      return p.messagesLeft;
    case QUOTA_OBJECTS:
      return p.objectsLimit;
    default:
      return p.objectPagesLimit;
  }
}

/** proc_configure's CONFIG_DESCRIPTOR: `fd` of `p` names what `from` names for its parent, or nothing. */
export function configureDescriptor(m: Model, p: Process, fd: bigint, from: bigint): bigint {
  if (fd >= BigInt(MAX_FDS)) return error(EBADF);
  const isEmpty = from === BigInt(NO_DESCRIPTOR);
  const parent = m.find(BigInt(p.parent));
  const handle = isEmpty || !parent ? undefined : descriptor(parent, from);
  if (!handle && !isEmpty) return error(EBADF);
  const old = descriptor(p, fd);
  if (old && remove(p, Number(fd)) === 0) abandon(m, old);
  if (handle) install(p, Number(fd), handle);
  return 0n;
}
