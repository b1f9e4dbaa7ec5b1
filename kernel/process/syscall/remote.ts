// Loader calls: delegated as they are, scalar arguments as u64s, to endpoint 3.

import { EPID_LOADER } from "../../../abi/endpoints";
import { E2BIG, EFAULT } from "../../../abi/errno";
import { WINDOW_READ } from "../../../abi/message";
import { LOADER_OPEN, LOADER_SPAWN } from "../../../abi/ops";
import { ARGUMENT_BLOCK_SIZE } from "../../../abi/program";
import { Thread } from "../../../core/ipc/thread";
import { COMPLETE_VALUE, ipcDelegate, serviceRequest, withWindow } from "../../../ipc_services/delegate";
import { addPath, checkRange } from "./arguments";

/** dlopen(path, size). */
export function sysDlopen(t: Thread): i64 {
  const m = serviceRequest(t, LOADER_OPEN);
  const status = addPath(t, m, t.x0, t.x1);
  return status < 0 ? status : ipcDelegate(t, EPID_LOADER, m, COMPLETE_VALUE, 0);
}

/** dlclose(library), dlsym(library, name, size): three u64 arguments. */
export function sysLoader(t: Thread, op: u32): i64 {
  const m = serviceRequest(t, op).withU64(t.x0).withU64(t.x1).withU64(t.x2);
  return ipcDelegate(t, EPID_LOADER, m, COMPLETE_VALUE, 0);
}

/** spawn_service(path, size, argument block, its size): the block is window 1. → process id. */
export function sysSpawn(t: Thread): i64 {
  if (t.x3 > <u64>ARGUMENT_BLOCK_SIZE) return -E2BIG;
  if (checkRange(t, t.x2, t.x3) < 0) return -EFAULT;
  const m = serviceRequest(t, LOADER_SPAWN).withU32(<u32>t.x3);
  const status = addPath(t, m, t.x0, t.x1);
  if (status < 0) return status;
  withWindow(t, 1, <u32>t.x2, <u32>t.x3, WINDOW_READ);
  return ipcDelegate(t, EPID_LOADER, m, COMPLETE_VALUE, 0);
}
