// What init knows of its services, and telling it to change them (abi/svc.ts, abi/ops.ts SVC_…). For svc, and for programs
// that look after others. A service is named as system.json names it. Results are ≥ 0 or -errno.
//
//   const record = new ServiceInfo();
//   for (let i: u32 = 0; readService(i, record) == 0; i++) println(`${record.name} ${record.pid}`);
//   changeService(SVC_RESTART, "vfs");

import { EPID_SUPERVISOR } from "../../../abi/endpoints";
import { EFBIG, ENOENT } from "../../../abi/errno";
import { WINDOW_READ } from "../../../abi/message";
import { SVC_LIST, SVC_UPDATE } from "../../../abi/ops";
import { SVC_ENDPOINT, SVC_NAME, SVC_PID, SVC_RESTARTS, SVC_STATE } from "../../../abi/svc";
import { Stat, close, fstat, open, readAll } from "../fs";
import { ipcCallService, message, request } from "../hnx_ipc";
import { MAX_BYTES_PER_UNIT, decodeUtf8, encodeUtf8 } from "../process/utf8";

export { SVC_RESTART, SVC_START, SVC_STOP } from "../../../abi/ops";
export { SVC_FAILED, SVC_RUNNING, SVC_STOPPED, SVC_WAITING } from "../../../abi/svc";

/** init takes no larger program. */
const MAX_PROGRAM_BYTES: u64 = 1 << 22;

/** A service as init sees it. */
export class ServiceInfo {
  name: string = "";
  /** SVC_RUNNING, SVC_WAITING, SVC_STOPPED or SVC_FAILED. */
  state: u32 = 0;
  /** 0: it does not run. */
  pid: i32 = 0;
  /** 0: none. */
  endpoint: u32 = 0;
  /** Since boot. */
  restarts: u32 = 0;
}

/** Fills `info` with what is known of service `index`. 0; -ENOENT: there are no more */
export function readService(index: u32, info: ServiceInfo): i32 {
  const code = ipcCallService(EPID_SUPERVISOR, request(SVC_LIST).withU32(index));
  if (code < 0) return code;
  const at = message().data;
  info.state = load<u32>(at, SVC_STATE);
  info.pid = load<i32>(at, SVC_PID);
  info.endpoint = load<u32>(at, SVC_ENDPOINT);
  info.restarts = load<u32>(at, SVC_RESTARTS);
  info.name = decodeUtf8(at + SVC_NAME + 1, load<u8>(at, SVC_NAME));
  return 0;
}

/** Finds the service called `name`. → its index, for readService, or -ENOENT */
export function findService(name: string, info: ServiceInfo): i32 {
  let i: u32 = 0;
  let status = readService(i, info);
  while (status == 0 && info.name != name) status = readService(++i, info);
  return status < 0 ? status : i;
}

/** Asks init to do `op` (SVC_STOP, SVC_START, SVC_RESTART) with a service. → its process id, or -ENOENT, -EALREADY … */
export function changeService(op: u32, name: string): i32 {
  return ask(op, name, 0, 0);
}

/**
 * Puts the program in file `path` in the place of a running service's, until the next boot. → its process id; -ENOEXEC: it is no
 * program, -EFBIG, -ENOENT … and then nothing has changed
 */
export function updateService(name: string, path: string): i32 {
  const fd = open(path);
  if (fd < 0) return fd;
  const info = new Stat();
  const status = fstat(fd, info);
  if (status < 0 || info.size > MAX_PROGRAM_BYTES) {
    close(fd);
    return status < 0 ? status : -EFBIG;
  }
  const bytes = heap.alloc(<usize>info.size + 1);
  const size = readAll(fd, bytes, <u32>info.size);
  close(fd);
  const result = size < 0 ? size : ask(SVC_UPDATE, name, bytes, size);
  heap.free(bytes);
  return result;
}

function ask(op: u32, name: string, bytes: usize, size: u32): i32 {
  const text = heap.alloc(<usize>name.length * MAX_BYTES_PER_UNIT + 1);
  const length = encodeUtf8(name, 0, name.length, text);
  const m = request(op);
  if (length <= u8.MAX_VALUE) m.withStr(text, length);
  heap.free(text);
  if (length > u8.MAX_VALUE) return -ENOENT; // no service has such a name
  if (size) m.setWindow(0, <u32>bytes, size, WINDOW_READ);
  const code = ipcCallService(EPID_SUPERVISOR, m);
  return code < 0 ? code : <i32>message().value;
}
