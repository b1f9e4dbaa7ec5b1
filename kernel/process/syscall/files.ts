// File system calls: all delegated. Paths go to the VFS, descriptors to the endpoint that they name. Each function either
// returns -errno (or a result) at once or leaves its caller blocked, its result coming with the response.

import { EBADF, EFAULT, EINVAL, EMFILE, ENFILE } from "../../../abi/errno";
import { EPID_VFS } from "../../../abi/endpoints";
import { O_CREAT, O_TRUNC, O_WRONLY, STAT_BYTES } from "../../../abi/file";
import { MAX_FDS, MAX_INLINE_WRITE, MAX_MESSAGE_DATA } from "../../../abi/limits";
import { Message, WINDOW_READ, WINDOW_WRITE } from "../../../abi/message";
import {
  CURRENT_OFFSET,
  NO_HANDLE,
  VFS_CLOSE,
  VFS_CREATE,
  VFS_OPEN,
  VFS_READ,
  VFS_READDIR,
  VFS_SEEK,
  VFS_STAT,
  VFS_WRITE,
} from "../../../abi/ops";
import { Thread } from "../../../core/ipc/thread";
import {
  COMPLETE_CLOSE,
  COMPLETE_OPEN,
  COMPLETE_READ,
  COMPLETE_RECORD,
  COMPLETE_VALUE,
  ipcDelegate,
  ipcDelegateOn,
  requestWithFields,
  serviceRequest,
  withWindow,
} from "../../../ipc_services/delegate";
import { copyFromUser } from "../../memory/user_copy";
import {
  endpointOfHandle,
  freeDescriptor,
  handleOfDescriptor,
  installDescriptor,
  releaseHandle,
  removeDescriptor,
  reserveHandle,
  serviceHandle,
  setHandle,
  drainHandle,
} from "../handles";
import { processOf } from "../process";
import { addPath, checkRange } from "./arguments";

/** open(path, size, flags, mode) and creat(path, size, mode). → descriptor. */
export function sysOpen(t: Thread, op: u32, flags: u64, mode: u64): i64 {
  if (flags > u32.MAX_VALUE) return -EINVAL;
  if (freeDescriptor(processOf(t)) < 0) return -EMFILE;
  const m = requestWithFields(t, op, 8);
  store<u32>(m.data, <u32>flags);
  store<u32>(m.data, <u32>mode, 4);
  const status = addPath(t, m, t.x0, t.x1);
  if (status < 0) return refuse(t, status);
  const index = reserveHandle();
  if (index < 0) return refuse(t, -ENFILE);
  setHandle(index, EPID_VFS, 0);
  const sent = ipcDelegate(t, EPID_VFS, m, COMPLETE_OPEN, index);
  if (sent < 0) releaseHandle(index);
  return sent;
}

export function sysCreat(t: Thread): i64 {
  return sysOpen(t, VFS_CREATE, O_CREAT | O_TRUNC | O_WRONLY, t.x2);
}
export function sysOpenPath(t: Thread): i64 {
  return sysOpen(t, VFS_OPEN, t.x2, t.x3);
}

/** A request ends before it was sent: its windows are not meant any more. */
function refuse(t: Thread, status: i64): i64 {
  t.window0Access = 0;
  t.window1Access = 0;
  return status;
}

/** mkdir(path, size, mode), rmdir(path, size), unlink(path, size). */
export function sysPath(t: Thread, op: u32, hasMode: bool): i64 {
  const m = serviceRequest(t, op);
  if (hasMode) m.withU32(<u32>t.x2);
  const status = addPath(t, m, t.x0, t.x1);
  return status < 0 ? refuse(t, status) : ipcDelegate(t, EPID_VFS, m, COMPLETE_VALUE, 0);
}

/** stat(path, size, record). */
export function sysStat(t: Thread): i64 {
  if (checkRange(t, t.x2, STAT_BYTES) < 0) return -EFAULT;
  const m = requestWithFields(t, VFS_STAT, 4);
  store<u32>(m.data, NO_HANDLE);
  const status = addPath(t, m, t.x0, t.x1);
  if (status < 0) return refuse(t, status);
  t.completionAddress = <u32>t.x2;
  t.completionLength = STAT_BYTES;
  return ipcDelegate(t, EPID_VFS, m, COMPLETE_RECORD, 0);
}

/** Begins a request about the open handle `index`; `size` bytes of fields, the handle being the first. */
@inline function handleRequest(t: Thread, op: u32, index: i32, size: u32): Message {
  const m = requestWithFields(t, op, size);
  store<u32>(m.data, serviceHandle(index));
  return m;
}

/** fstat(fd, record). */
export function sysFstat(t: Thread): i64 {
  const index = handleOfDescriptor(processOf(t), t.x0);
  if (index < 0) return -EBADF;
  if (checkRange(t, t.x1, STAT_BYTES) < 0) return -EFAULT;
  t.completionAddress = <u32>t.x1;
  t.completionLength = STAT_BYTES;
  return ipcDelegateOn(t, endpointOfHandle(index), handleRequest(t, VFS_STAT, index, 4), COMPLETE_RECORD, 0);
}

/** read(fd, buffer, size), pread with an offset, readdir(fd, buffer, size): the buffer is window 0. */
export function sysRead(t: Thread, op: u32, offset: u64): i64 {
  const index = handleOfDescriptor(processOf(t), t.x0);
  if (index < 0) return -EBADF;
  if (checkRange(t, t.x1, t.x2) < 0) return -EFAULT;
  const size = t.x2; // as much as lies in linear memory, less than 2 GiB
  const m = handleRequest(t, op, index, op == VFS_READDIR ? 8 : 16);
  store<u32>(m.data, <u32>size, 4);
  store<u64>(m.data, offset, 8); // not part of the message where it has 8 bytes
  t.completionAddress = <u32>t.x1;
  t.completionLength = <u32>size;
  if (size > <u64>MAX_MESSAGE_DATA) withWindow(t, 0, <u32>t.x1, <u32>size, WINDOW_WRITE);
  return ipcDelegateOn(t, endpointOfHandle(index), m, COMPLETE_READ, 0);
}
export function sysPread(t: Thread): i64 {
  return t.x3 == CURRENT_OFFSET ? -EINVAL : sysRead(t, VFS_READ, t.x3);
}

/** write(fd, buffer, size), pwrite with an offset: short ones ride in the request, longer ones are window 0. */
export function sysWrite(t: Thread, offset: u64): i64 {
  const p = processOf(t);
  const index = handleOfDescriptor(p, t.x0);
  if (index < 0) return -EBADF;
  if (checkRange(t, t.x1, t.x2) < 0) return -EFAULT;
  const size = <u32>t.x2;
  const m = handleRequest(t, VFS_WRITE, index, 16);
  store<u32>(m.data, size, 4);
  store<u64>(m.data, offset, 8);
  if (size > MAX_INLINE_WRITE) withWindow(t, 0, <u32>t.x1, size, WINDOW_READ);
  else if (size) {
    const at = m.reserve(size);
    if (copyFromUser(p, at, t.x1, size) != size) return -EFAULT;
  }
  return ipcDelegateOn(t, endpointOfHandle(index), m, COMPLETE_VALUE, 0);
}
export function sysPwrite(t: Thread): i64 {
  return t.x3 == CURRENT_OFFSET ? -EINVAL : sysWrite(t, t.x3);
}

/** lseek(fd, offset, whence). */
export function sysLseek(t: Thread): i64 {
  const index = handleOfDescriptor(processOf(t), t.x0);
  if (index < 0) return -EBADF;
  if (t.x2 > u32.MAX_VALUE) return -EINVAL;
  const m = handleRequest(t, VFS_SEEK, index, 16);
  store<u32>(m.data, <u32>t.x2, 4);
  store<u64>(m.data, t.x1, 8);
  return ipcDelegateOn(t, endpointOfHandle(index), m, COMPLETE_VALUE, 0);
}

/** close(fd): the service hears of it when no descriptor names the handle any more. */
export function sysClose(t: Thread): i64 {
  const p = processOf(t);
  const index = handleOfDescriptor(p, t.x0);
  if (index < 0) return -EBADF;
  if (removeDescriptor(p, <u32>t.x0, index) > 0) return 0;
  const m = handleRequest(t, VFS_CLOSE, index, 4);
  const sent = ipcDelegateOn(t, endpointOfHandle(index), m, COMPLETE_CLOSE, index);
  if (sent < 0) releaseHandle(index);
  return sent;
}

/** dup2(fd, newFd): newFd -1 takes the lowest free one; what newFd named before is closed without waiting. */
export function sysDup2(t: Thread): i64 {
  const p = processOf(t);
  const index = handleOfDescriptor(p, t.x0);
  if (index < 0) return -EBADF;
  let target = <i64>t.x1;
  if (target == -1) {
    target = freeDescriptor(p);
    if (target < 0) return -EMFILE;
  }
  if (<u64>target >= <u64>MAX_FDS) return -EBADF;
  if (<u64>target == t.x0) return target;
  const old = handleOfDescriptor(p, target);
  if (old >= 0 && removeDescriptor(p, <u32>target, old) == 0) drainHandle(old);
  installDescriptor(p, <u32>target, index);
  return target;
}
