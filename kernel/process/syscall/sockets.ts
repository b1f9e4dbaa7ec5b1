// Socket calls: all delegated to the network service. A socket is a descriptor; the kernel knows its endpoint and its handle,
// and that read, write and close work on it like on any other. A descriptor of another endpoint is -ENOTSOCK. Addresses
// travel in the request, data in it or as window 0, as with files.

import { EPID_NETWORK } from "../../../abi/endpoints";
import { EBADF, EFAULT, EINVAL, EMFILE, ENFILE, ENOTSOCK } from "../../../abi/errno";
import { MAX_COPY_SLICE, MAX_INLINE_WRITE, MAX_MESSAGE_DATA } from "../../../abi/limits";
import { Message, WINDOW_READ, WINDOW_WRITE } from "../../../abi/message";
import { ADDRESS_SIZE } from "../../../abi/net";
import { NET_ACCEPT, NET_NAME, NET_RECV, NET_SEND, NET_SOCKET, NET_WAIT } from "../../../abi/ops";
import { Thread } from "../../../core/ipc/thread";
import {
  COMPLETE_OPEN,
  COMPLETE_READ,
  COMPLETE_RECORD,
  COMPLETE_VALUE,
  ipcDelegate,
  ipcDelegateOn,
  serviceRequest,
  withWindow,
} from "../../../ipc_services/delegate";
import { copyFromUser } from "../../memory/user_copy";
import {
  endpointOfHandle,
  freeDescriptor,
  handleOfDescriptor,
  releaseHandle,
  reserveHandle,
  serviceHandle,
  setHandle,
} from "../handles";
import { processOf } from "../process";
import { checkRange } from "./arguments";

const SEND_FIXED: u32 = 16; // bytes of a send request before address and data
const MAX_TRANSFER: u64 = 0x7fff_0000; // bytes one call is asked for at most

/** The open handle of the socket that descriptor `fd` names, or -EBADF, -ENOTSOCK. */
function socketOf(t: Thread, fd: u64): i32 {
  const index = handleOfDescriptor(processOf(t), fd);
  if (index < 0) return -EBADF;
  return endpointOfHandle(index) == EPID_NETWORK ? index : -ENOTSOCK;
}

/** Sends a request whose answer is a new descriptor. */
function openThrough(t: Thread, m: Message): i64 {
  if (freeDescriptor(processOf(t)) < 0) return -EMFILE;
  const index = reserveHandle();
  if (index < 0) return -ENFILE;
  setHandle(index, EPID_NETWORK, 0);
  const sent = ipcDelegate(t, EPID_NETWORK, m, COMPLETE_OPEN, index);
  if (sent < 0) releaseHandle(index);
  return sent;
}

/** socket(family, type, protocol). → descriptor */
export function sysSocket(t: Thread): i64 {
  if (max(max(t.x0, t.x1), t.x2) > u32.MAX_VALUE) return -EINVAL;
  return openThrough(
    t,
    serviceRequest(t, NET_SOCKET)
      .withU32(<u32>t.x0)
      .withU32(<u32>t.x1)
      .withU32(<u32>t.x2),
  );
}

/** accept(fd). → descriptor */
export function sysAccept(t: Thread): i64 {
  const index = socketOf(t, t.x0);
  if (index < 0) return index;
  return openThrough(t, serviceRequest(t, NET_ACCEPT).withU32(serviceHandle(index)));
}

/** Adds the caller's address record [address, address + size) to a request. 0, -EINVAL, -EFAULT */
function addAddress(t: Thread, m: Message, address: u64, size: u64): i32 {
  if (size != <u64>ADDRESS_SIZE) return -EINVAL;
  if (checkRange(t, address, size) < 0) return -EFAULT;
  const at = m.reserve(ADDRESS_SIZE);
  return copyFromUser(processOf(t), at, address, ADDRESS_SIZE) == ADDRESS_SIZE ? 0 : -EFAULT;
}

/** bind(fd, address, size), connect(fd, address, size). */
export function sysAddress(t: Thread, op: u32): i64 {
  const index = socketOf(t, t.x0);
  if (index < 0) return index;
  const m = serviceRequest(t, op).withU32(serviceHandle(index));
  const status = addAddress(t, m, t.x1, t.x2);
  return status < 0 ? status : ipcDelegate(t, EPID_NETWORK, m, COMPLETE_VALUE, 0);
}

/** A call with a descriptor and up to two numbers: listen, shutdown, getsockopt, setsockopt, socket_watch. */
export function sysSocketNumbers(t: Thread, op: u32, numbers: u32): i64 {
  const index = socketOf(t, t.x0);
  if (index < 0) return index;
  if (max(t.x1, t.x2) > u32.MAX_VALUE && numbers == 2) return -EINVAL;
  if (t.x1 > u32.MAX_VALUE) return -EINVAL;
  const m = serviceRequest(t, op)
    .withU32(serviceHandle(index))
    .withU32(<u32>t.x1);
  if (numbers == 2) m.withU32(<u32>t.x2);
  return ipcDelegate(t, EPID_NETWORK, m, COMPLETE_VALUE, 0);
}

/** send(fd, buffer, size, flags, address or 0, its size). → bytes */
export function sysSend(t: Thread): i64 {
  const p = processOf(t);
  const index = socketOf(t, t.x0);
  if (index < 0) return index;
  if (checkRange(t, t.x1, t.x2) < 0) return -EFAULT;
  if (t.x3 > u32.MAX_VALUE) return -EINVAL;
  const size = <u32>min(t.x2, MAX_TRANSFER);
  const hasAddress = u32(t.x4 != 0);
  const m = serviceRequest(t, NET_SEND)
    .withU32(serviceHandle(index))
    .withU32(size)
    .withU32(<u32>t.x3)
    .withU32(hasAddress);
  if (hasAddress) {
    const status = addAddress(t, m, t.x4, t.x5);
    if (status < 0) return status;
  }
  if (size > MAX_INLINE_WRITE - (hasAddress ? SEND_FIXED + ADDRESS_SIZE : 0)) {
    withWindow(t, 0, <u32>t.x1, size, WINDOW_READ);
  } else if (size) {
    const at = m.reserve(size);
    if (copyFromUser(p, at, t.x1, size) != size) return -EFAULT;
  }
  return ipcDelegate(t, EPID_NETWORK, m, COMPLETE_VALUE, 0);
}

/** recv(fd, buffer, size, flags, address or 0, its size): the sender's address is written there. → bytes */
export function sysReceive(t: Thread): i64 {
  const index = socketOf(t, t.x0);
  if (index < 0) return index;
  if (checkRange(t, t.x1, t.x2) < 0) return -EFAULT;
  if (t.x3 > u32.MAX_VALUE) return -EINVAL;
  if (t.x4 && t.x5 != <u64>ADDRESS_SIZE) return -EINVAL;
  if (t.x4 && checkRange(t, t.x4, ADDRESS_SIZE) < 0) return -EFAULT;
  const size = <u32>min(t.x2, MAX_TRANSFER);
  const m = serviceRequest(t, NET_RECV)
    .withU32(serviceHandle(index))
    .withU32(size)
    .withU32(<u32>t.x3);
  t.completionAddress = <u32>t.x1;
  t.completionLength = size;
  if (size > MAX_MESSAGE_DATA) withWindow(t, 0, <u32>t.x1, size, WINDOW_WRITE);
  if (t.x4) withWindow(t, 1, <u32>t.x4, ADDRESS_SIZE, WINDOW_WRITE);
  return ipcDelegate(t, EPID_NETWORK, m, COMPLETE_READ, 0);
}

/** getsockname(fd, address), getpeername(fd, address): which is NAME_OWN or NAME_PEER. */
export function sysSocketName(t: Thread, which: u32): i64 {
  const index = socketOf(t, t.x0);
  if (index < 0) return index;
  if (checkRange(t, t.x1, ADDRESS_SIZE) < 0) return -EFAULT;
  t.completionAddress = <u32>t.x1;
  t.completionLength = ADDRESS_SIZE;
  const m = serviceRequest(t, NET_NAME).withU32(serviceHandle(index)).withU32(which);
  return ipcDelegate(t, EPID_NETWORK, m, COMPLETE_RECORD, 0);
}

/** socket_wait(buffer, size, timeout_ns): the bytes of records of watched sockets that are ready. */
export function sysSocketWait(t: Thread): i64 {
  if (t.x1 < <u64>MAX_MESSAGE_DATA || t.x1 > <u64>MAX_COPY_SLICE) return -EINVAL;
  if (checkRange(t, t.x0, t.x1) < 0) return -EFAULT;
  t.completionAddress = <u32>t.x0;
  t.completionLength = <u32>t.x1;
  return ipcDelegate(t, EPID_NETWORK, serviceRequest(t, NET_WAIT).withU64(t.x2), COMPLETE_READ, 0);
}
