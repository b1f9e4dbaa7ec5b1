// What a process under construction takes over from the process in whose name it is built: the caller of the call whose token
// proc_create was given. It gets no right, priority or quota that the caller lacks, so the right to build processes, which the
// loader has, is not the right of everybody who may ask the loader. Called by construct.ts.

import { NO_DESCRIPTOR, QUOTA_ENDPOINTS, QUOTA_MESSAGES, QUOTA_OBJECTS } from "../../../abi/construct";
import { EBADF } from "../../../abi/errno";
import { EPID_VFS, FIRST_DYNAMIC_ENDPOINT } from "../../../abi/endpoints";
import { MAX_FDS } from "../../../abi/limits";
import { Thread, threadOfPid } from "../../../core/ipc/thread";
import { drainHandle, handleOfDescriptor, installDescriptor, removeDescriptor } from "../handles";
import { Process, processOf } from "../process";

/** Whether `p` is built in another's name, not its builder's. */
@inline export function isForCaller(p: Process): bool {
  return p.parent != p.builder;
}

/** A child that is built in the name of a call gets no right, priority or quota that its caller lacks. */
export function limitToCaller(child: Thread, caller: Thread): void {
  for (let epid = EPID_VFS; epid < FIRST_DYNAMIC_ENDPOINT; epid++)
    store<u8>(child.rights + epid, load<u8>(child.rights + epid) & load<u8>(caller.rights + epid));
  child.basePriority = min(child.basePriority, caller.basePriority);
  child.priority = child.basePriority;
  child.maxMessagePriority = min(child.maxMessagePriority, caller.maxMessagePriority);
  const own = processOf(child);
  const theirs = processOf(caller);
  own.objectsLimit = min(own.objectsLimit, theirs.objectsLimit);
  own.objectPagesLimit = min(own.objectPagesLimit, theirs.objectPagesLimit);
}

/** The quota QUOTA_… that `child` has now. */
export function quotaOf(child: Thread, which: u32): u64 {
  if (which == QUOTA_ENDPOINTS) return child.endpointsLeft;
  if (which == QUOTA_MESSAGES) return child.messagesLeft;
  const p = processOf(child);
  return which == QUOTA_OBJECTS ? p.objectsLimit : p.objectPagesLimit;
}

/** The child's descriptor `fd` names what the parent's `from` does. 0, -EBADF. */
export function configureDescriptor(p: Process, fd: u64, from: u64): i64 {
  if (fd >= MAX_FDS) return -EBADF;
  const parent = threadOfPid(p.parent);
  const index = from == NO_DESCRIPTOR || !parent ? -1 : handleOfDescriptor(processOf(parent), from);
  if (index < 0 && from != NO_DESCRIPTOR) return -EBADF;
  const old = handleOfDescriptor(p, fd);
  if (old >= 0 && removeDescriptor(p, <u32>fd, old) == 0) drainHandle(old);
  if (index >= 0) installDescriptor(p, <u32>fd, index);
  return 0;
}
