// Delegation of system calls: a request is built in the caller's own message page, sent in its name, and what should
// become of the response is recorded in its thread. The caller is blocked; the kernel never is.
//
//   const m = serviceRequest(t, VFS_MKDIR).withU32(mode).withStr(path, size);
//   return ipcDelegate(t, EPID_VFS, m, COMPLETE_VALUE, 0);

import { EMSGSIZE, ENXIO } from "../abi/errno";
import { PRIORITY_NORMAL, RIGHT_SEND } from "../abi/endpoints";
import { Message, NO_TIMEOUT, requestInfo } from "../abi/message";
import { findEndpoint } from "../core/ipc/endpoint";
import { fastDelegate } from "../core/ipc/fastpath";
import { rightsOf } from "../core/ipc/rights";
import { endpointSendSync, startCall } from "../core/ipc/send";
import { Thread } from "../core/ipc/thread";

// How a response becomes the system call's result. Numbers above core/ipc's COMPLETION_WINDOWS.
export const COMPLETE_VALUE: u32 = 2; // the response's value
export const COMPLETE_OPEN: u32 = 3; // the value is a handle: a new descriptor; argument: its reserved open handle
export const COMPLETE_CLOSE: u32 = 4; // argument: the open handle that is no more
export const COMPLETE_READ: u32 = 5; // the value is a count; data that came along goes to the caller's buffer
export const COMPLETE_RECORD: u32 = 6; // the data is a record of exactly completionLength bytes for the caller; result 0
export const COMPLETE_PIPE: u32 = 7; // the data is two handles: two new descriptors; argument: the reserved open handles, 16 bits each

/**
 * Whether the fast path may complete a call of this kind: it lets the server wait afterwards without another look at what
 * there is for it, so nothing may be done there that wakes or notifies anybody. Taking a pipe back notifies the VFS.
 */
@inline export function completesFast(kind: u32): bool {
  return kind - COMPLETE_VALUE <= COMPLETE_RECORD - COMPLETE_VALUE;
}

/** A request of operation `op` in `t`'s message page, to be filled with its with… methods. */
export function serviceRequest(t: Thread, op: u32): Message {
  return changetype<Message>(t.messagePage).begin(op, PRIORITY_NORMAL);
}

/** The same with `size` bytes of fields already reserved: they are at its data, to be stored at once. */
@inline export function requestWithFields(t: Thread, op: u32, size: u32): Message {
  const m = changetype<Message>(t.messagePage);
  m.info = requestInfo(op, PRIORITY_NORMAL, size, 0);
  return m.rewind();
}

/** Names memory of the caller's for the service: window 0 or 1, WINDOW_READ or WINDOW_WRITE. Checked by the caller. */
export function withWindow(t: Thread, index: u32, address: u32, length: u32, access: u32): void {
  if (index == 0) {
    t.window0Address = address;
    t.window0Length = length;
    t.window0Access = access;
  } else {
    t.window1Address = address;
    t.window1Length = length;
    t.window1Access = access;
  }
}

/** Sends to endpoint `epid` by the caller's rights. 0: blocked; else -errno with nothing sent. */
export function ipcDelegate(t: Thread, epid: u32, m: Message, completion: u32, argument: u32): i32 {
  if (!m.ok) return abandon(t, -EMSGSIZE);
  t.completion = completion;
  t.completionArgument = argument;
  const ep = findEndpoint(epid);
  if (ep && rightsOf(t, ep) & RIGHT_SEND && fastDelegate(t, ep, m.info)) return 0;
  const status = endpointSendSync(t, epid, m.info, NO_TIMEOUT);
  return status < 0 ? abandon(t, status) : 0;
}

/** Sends on a descriptor, which is the right itself. 0: blocked; else -errno with nothing sent. */
export function ipcDelegateOn(t: Thread, epid: u32, m: Message, completion: u32, argument: u32): i32 {
  if (!m.ok) return abandon(t, -EMSGSIZE);
  const ep = findEndpoint(epid);
  if (!ep) return abandon(t, -ENXIO);
  t.completion = completion;
  t.completionArgument = argument;
  if (fastDelegate(t, ep, m.info)) return 0;
  const status = startCall(t, ep, m.info, NO_TIMEOUT);
  return status < 0 ? abandon(t, status) : 0;
}

function abandon(t: Thread, status: i32): i32 {
  t.completion = 0;
  t.window0Access = 0;
  t.window1Access = 0;
  return status;
}
