// Loader calls: delegated as they are, scalar arguments as u64s, to endpoint 3.

import { EPID_LOADER } from "../../../abi/endpoints";
import { E2BIG, EBADF, EFAULT, EINVAL, ENAMETOOLONG, ENOENT } from "../../../abi/errno";
import { WINDOW_READ } from "../../../abi/message";
import { MAX_SYMBOL_NAME } from "../../../abi/library";
import { LOADER_CLOSE, LOADER_OPEN, LOADER_SPAWN, LOADER_SYM } from "../../../abi/ops";
import { ARGUMENT_BLOCK_SIZE } from "../../../abi/program";
import { SPAWN_ATTRIBUTES_SIZE } from "../../../abi/spawn";
import { Thread } from "../../../core/ipc/thread";
import { COMPLETE_VALUE, ipcDelegate, serviceRequest, withWindow } from "../../../ipc_services/delegate";
import { copyFromUser } from "../../memory/user_copy";
import { processOf } from "../process";
import { addPath, checkRange } from "./arguments";

/** dlopen(path, size). → handle. */
export function sysDlopen(t: Thread): i64 {
  const m = serviceRequest(t, LOADER_OPEN);
  const status = addPath(t, m, t.x0, t.x1);
  return status < 0 ? status : ipcDelegate(t, EPID_LOADER, m, COMPLETE_VALUE, 0);
}

/** dlclose(library). → 0 */
export function sysDlclose(t: Thread): i64 {
  if (t.x0 > u32.MAX_VALUE) return -EBADF;
  return ipcDelegate(t, EPID_LOADER, serviceRequest(t, LOADER_CLOSE).withU32(<u32>t.x0), COMPLETE_VALUE, 0);
}

/** dlsym(library, name, size, signature). → entry address. */
export function sysDlsym(t: Thread): i64 {
  if (t.x0 > u32.MAX_VALUE) return -EBADF;
  if (!t.x2) return -ENOENT;
  if (t.x2 > MAX_SYMBOL_NAME) return -ENAMETOOLONG;
  if (checkRange(t, t.x1, t.x2) < 0) return -EFAULT;
  const m = serviceRequest(t, LOADER_SYM)
    .withU32(<u32>t.x0)
    .withU64(t.x3);
  const at = m.reserve(<u32>t.x2 + 1);
  store<u8>(at, <u8>t.x2);
  if (copyFromUser(processOf(t), at + 1, t.x1, <u32>t.x2) != <u32>t.x2) return -EFAULT;
  return ipcDelegate(t, EPID_LOADER, m, COMPLETE_VALUE, 0);
}

/**
 * spawn_service(path, size, block, its size, attributes): the block is window 1: first `attributes` bytes (0, or
 * SPAWN_ATTRIBUTES_SIZE) of abi/spawn.ts, then the argument block. → process id.
 */
export function sysSpawn(t: Thread): i64 {
  const attributes = t.x4;
  if (attributes && attributes != SPAWN_ATTRIBUTES_SIZE) return -EINVAL;
  if (t.x3 < attributes) return -EINVAL;
  if (t.x3 > <u64>ARGUMENT_BLOCK_SIZE + attributes) return -E2BIG;
  if (checkRange(t, t.x2, t.x3) < 0) return -EFAULT;
  const m = serviceRequest(t, LOADER_SPAWN).withU32((<u32>(t.x3 - attributes)) | ((<u32>attributes) << 16));
  const status = addPath(t, m, t.x0, t.x1);
  if (status < 0) return status;
  withWindow(t, 1, <u32>t.x2, <u32>t.x3, WINDOW_READ);
  return ipcDelegate(t, EPID_LOADER, m, COMPLETE_VALUE, 0);
}
