// Readiness of descriptors, whatever service they are of (DESIGN §4). poll asks the descriptor's service, which answers at once; when
// nothing is ready it remembers who asked, and wakes him by poll_wake when that may have changed. A wake-up too many is harmless:
// whoever gets it asks again.

import { NOTIFY_READY } from "../../../abi/endpoints";
import { EBADF, EINVAL, EPERM, ESRCH } from "../../../abi/errno";
import { MAX_FDS } from "../../../abi/limits";
import { VFS_POLL } from "../../../abi/ops";
import { findEndpoint } from "../../../core/ipc/endpoint";
import { notify } from "../../../core/ipc/receive";
import { Thread, threadOfPid } from "../../../core/ipc/thread";
import { COMPLETE_VALUE, ipcDelegateOn, serviceRequest } from "../../../ipc_services/delegate";
import { endpointOfHandle, handleOfDescriptor, serviceHandle } from "../handles";
import { processOf } from "../process";
import { isAlive } from "./signals";

/** poll(fd, POLL_…). → which of them, or POLL_ERROR and POLL_HANG_UP, are; 0: none, and NOTIFY_READY comes */
export function sysPoll(t: Thread): i64 {
  const index = handleOfDescriptor(processOf(t), t.x0);
  if (index < 0) return -EBADF;
  if (t.x1 > u32.MAX_VALUE) return -EINVAL;
  const m = serviceRequest(t, VFS_POLL)
    .withU32(serviceHandle(index))
    .withU32(<u32>t.x1);
  return ipcDelegateOn(t, endpointOfHandle(index), m, COMPLETE_VALUE, 0);
}

/** poll_wake(pid): to a process that has a descriptor of the caller's. 0, -ESRCH, -EPERM */
export function sysPollWake(t: Thread): i64 {
  const target = t.x0 <= u32.MAX_VALUE ? threadOfPid(<u32>t.x0) : null;
  if (!target || !isAlive(target)) return -ESRCH;
  const p = processOf(target);
  for (let fd: u32 = 0; fd < MAX_FDS; fd++) {
    const index = handleOfDescriptor(p, fd);
    if (index < 0) continue;
    const ep = findEndpoint(endpointOfHandle(index));
    if (!ep || ep.owner != t) continue;
    notify(target, NOTIFY_READY);
    return 0;
  }
  return -EPERM;
}
