// File system calls beyond opening, reading and writing (files.ts): names, links, attributes, mounts. All delegated, to the
// VFS by path or to the endpoint that a descriptor names. A first path that does not fit the request is window 0, a second
// one window 1; where there is one path only, window 1 is the caller's buffer.

import { EBADF, EFAULT, EINVAL, ENAMETOOLONG } from "../../../abi/errno";
import { EPID_VFS } from "../../../abi/endpoints";
import { STATFS_BYTES, STAT_BYTES } from "../../../abi/file";
import { MAX_MESSAGE_DATA, MAX_MOUNT_TEXT } from "../../../abi/limits";
import { Message, WINDOW_WRITE } from "../../../abi/message";
import {
  NO_HANDLE,
  VFS_CHANGE,
  VFS_FSYNC,
  VFS_LSTAT,
  VFS_MOUNT,
  VFS_READLINK,
  VFS_STATFS,
  VFS_SYNC,
  VFS_TRUNCATE,
} from "../../../abi/ops";
import { Thread } from "../../../core/ipc/thread";
import {
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
import { endpointOfHandle, handleOfDescriptor, serviceHandle } from "../handles";
import { processOf } from "../process";
import { addPathOrWindow, checkRange } from "./arguments";

const TRUNCATE_FIELDS: u32 = 16;
const CHANGE_FIELDS: u32 = 32;

/** A request ends before it was sent: its windows are not meant any more. */
function refuse(t: Thread, status: i64): i64 {
  t.window0Access = 0;
  t.window1Access = 0;
  return status;
}

/** Adds the path in x0 and x1, and sends to the VFS. completion: COMPLETE_…. */
function sendWithPath(t: Thread, m: Message, completion: u32): i64 {
  const status = addPathOrWindow(t, m, t.x0, t.x1, 0);
  return status < 0 ? refuse(t, status) : ipcDelegate(t, EPID_VFS, m, completion, 0);
}

/** Whether a record of `size` bytes can be put at `address`; it will be. 0 or -EFAULT. */
function expectRecord(t: Thread, address: u64, size: u32): i32 {
  if (checkRange(t, address, size) < 0) return -EFAULT;
  t.completionAddress = <u32>address;
  t.completionLength = size;
  return 0;
}

/** lstat(path, size, record). */
export function sysLstat(t: Thread): i64 {
  if (expectRecord(t, t.x2, STAT_BYTES) < 0) return -EFAULT;
  return sendWithPath(t, serviceRequest(t, VFS_LSTAT), COMPLETE_RECORD);
}

/** statfs(path, size, record). */
export function sysStatfs(t: Thread): i64 {
  if (expectRecord(t, t.x2, STATFS_BYTES) < 0) return -EFAULT;
  return sendWithPath(t, serviceRequest(t, VFS_STATFS).withU32(NO_HANDLE), COMPLETE_RECORD);
}

/** fstatfs(fd, record). */
export function sysFstatfs(t: Thread): i64 {
  const index = handleOfDescriptor(processOf(t), t.x0);
  if (index < 0) return -EBADF;
  if (expectRecord(t, t.x1, STATFS_BYTES) < 0) return -EFAULT;
  const m = serviceRequest(t, VFS_STATFS).withU32(serviceHandle(index));
  return ipcDelegateOn(t, endpointOfHandle(index), m, COMPLETE_RECORD, 0);
}

/** rename(path, size, path, size), link(path, size, path, size), symlink(text, size, path, size). */
export function sysTwoPaths(t: Thread, op: u32): i64 {
  const m = serviceRequest(t, op);
  let status = addPathOrWindow(t, m, t.x0, t.x1, 0);
  if (status == 0) status = addPathOrWindow(t, m, t.x2, t.x3, 1);
  return status < 0 ? refuse(t, status) : ipcDelegate(t, EPID_VFS, m, COMPLETE_VALUE, 0);
}

/** readlink(path, size, buffer, size) → bytes of the text, cut to the buffer. */
export function sysReadlink(t: Thread): i64 {
  const size = <u32>min(t.x3, <u64>i32.MAX_VALUE);
  if (checkRange(t, t.x2, t.x3) < 0) return -EFAULT;
  t.completionAddress = <u32>t.x2;
  t.completionLength = size;
  if (size > MAX_MESSAGE_DATA) withWindow(t, 1, <u32>t.x2, size, WINDOW_WRITE);
  return sendWithPath(t, serviceRequest(t, VFS_READLINK).withU32(size), COMPLETE_READ);
}

function truncateRequest(t: Thread, handle: u32, size: u64): Message {
  const m = requestWithFields(t, VFS_TRUNCATE, TRUNCATE_FIELDS);
  store<u32>(m.data, handle);
  store<u32>(m.data, 0, 4);
  store<u64>(m.data, size, 8);
  return m;
}

/** truncate(path, size, length). */
export function sysTruncate(t: Thread): i64 {
  return sendWithPath(t, truncateRequest(t, NO_HANDLE, t.x2), COMPLETE_VALUE);
}

/** ftruncate(fd, length). */
export function sysFtruncate(t: Thread): i64 {
  const index = handleOfDescriptor(processOf(t), t.x0);
  if (index < 0) return -EBADF;
  const m = truncateRequest(t, serviceHandle(index), t.x1);
  return ipcDelegateOn(t, endpointOfHandle(index), m, COMPLETE_VALUE, 0);
}

function changeRequest(t: Thread, handle: u32, mask: u64, mode: u64, atime_ns: u64, mtime_ns: u64): Message {
  const m = requestWithFields(t, VFS_CHANGE, CHANGE_FIELDS);
  store<u32>(m.data, handle);
  store<u32>(m.data, <u32>mask, 4);
  store<u64>(m.data, <u32>mode, 8);
  store<u64>(m.data, atime_ns, 16);
  store<u64>(m.data, mtime_ns, 24);
  return m;
}

/** change(path, size, CHANGE_…, mode, atime_ns, mtime_ns): chmod and utimens. */
export function sysChange(t: Thread): i64 {
  if (t.x2 > u32.MAX_VALUE) return -EINVAL;
  return sendWithPath(t, changeRequest(t, NO_HANDLE, t.x2, t.x3, t.x4, t.x5), COMPLETE_VALUE);
}

/** fchange(fd, CHANGE_…, mode, atime_ns, mtime_ns). */
export function sysFchange(t: Thread): i64 {
  const index = handleOfDescriptor(processOf(t), t.x0);
  if (index < 0) return -EBADF;
  if (t.x1 > u32.MAX_VALUE) return -EINVAL;
  const m = changeRequest(t, serviceHandle(index), t.x1, t.x2, t.x3, t.x4);
  return ipcDelegateOn(t, endpointOfHandle(index), m, COMPLETE_VALUE, 0);
}

/** fsync(fd). */
export function sysFsync(t: Thread): i64 {
  const index = handleOfDescriptor(processOf(t), t.x0);
  if (index < 0) return -EBADF;
  const m = serviceRequest(t, VFS_FSYNC).withU32(serviceHandle(index));
  return ipcDelegateOn(t, endpointOfHandle(index), m, COMPLETE_VALUE, 0);
}

/** sync(). */
export function sysSync(t: Thread): i64 {
  return ipcDelegate(t, EPID_VFS, serviceRequest(t, VFS_SYNC), COMPLETE_VALUE, 0);
}

/** Adds a short text of the caller's, which may be empty. 0, -ENAMETOOLONG, -EFAULT. */
function addMountText(t: Thread, m: Message, address: u64, size: u64): i32 {
  if (size > <u64>MAX_MOUNT_TEXT) return -ENAMETOOLONG;
  if (checkRange(t, address, size) < 0) return -EFAULT;
  const at = m.reserve(<u32>size + 1);
  store<u8>(at, <u8>size);
  return copyFromUser(processOf(t), at + 1, address, <u32>size) == <u32>size ? 0 : -EFAULT;
}

/** mount(path of the directory, size, source, size, type, its size | MOUNT_… << 32). */
export function sysMount(t: Thread): i64 {
  const m = serviceRequest(t, VFS_MOUNT).withU32(<u32>(t.x5 >> 32));
  let status = addMountText(t, m, t.x4, <u32>t.x5);
  if (status == 0) status = addMountText(t, m, t.x2, t.x3);
  return status < 0 ? status : sendWithPath(t, m, COMPLETE_VALUE);
}
