// Readiness in the model: who asks a descriptor's service, and whom a service may wake.

import { EBADF, EINVAL, EPERM, ESRCH } from "../../../abi/errno.ts";
import { VFS_POLL } from "../../../abi/ops.ts";
import type { Call } from "./call.ts";
import { notify } from "./cancel.ts";
import { type Result, delegate } from "./files.ts";
import { descriptor } from "./handles.ts";
import type { Model } from "./model.ts";
import { Request } from "./requests.ts";
import type { Process } from "./state.ts";
import { NOTIFY, U32_MAX, error } from "./words.ts";

/** poll(fd, events). */
export function sysPoll(m: Model, t: Process, { x }: Call): Result {
  const handle = descriptor(t, x[0]);
  if (!handle) return error(EBADF);
  if (x[1] > U32_MAX) return error(EINVAL);
  const request = new Request(VFS_POLL).u32(handle.handle).u32(x[1]);
  return delegate(m, t, handle.endpoint, request, { kind: "value" }, true);
}

/** poll_wake(pid). */
export function sysPollWake(m: Model, t: Process, { x }: Call): bigint {
  const target = m.find(x[0]);
  if (!target?.alive) return error(ESRCH);
  const isServed = target.descriptors.some((each) => each && m.endpoint(each.endpoint)?.owner === t);
  if (!isServed) return error(EPERM);
  notify(m, target, NOTIFY.READY);
  return 0n;
}
