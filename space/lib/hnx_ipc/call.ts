// Calling a service from a program: build a request in the message page, send it, read the response there.
//
//   const reply = ipcCallService(EPID_VFS, request(OP_DESCRIBE));
//   if (reply < 0) …-errno…;  const version = message().readStr();

import { MESSAGE_PAGE } from "../../../abi/program";
import {
  FLAG_GRANT,
  FLAG_KERNEL,
  FLAG_TIMEOUT,
  FLAG_WINDOWS,
  Message,
  NO_TIMEOUT,
  requestInfo,
} from "../../../abi/message";
import { PRIORITY_NORMAL } from "../../../abi/endpoints";
import { EMSGSIZE } from "../../../abi/errno";
import { epCall, epSend } from "../sys";

/** This thread's message page. */
@inline export function message(): Message {
  return changetype<Message>(MESSAGE_PAGE);
}

/** Begins a request with operation `op`, to be filled with its with… methods. */
@inline export function request(op: u32, priority: u32 = PRIORITY_NORMAL): Message {
  return message().begin(op, priority);
}

/**
 * Sends the request and waits for the response, which is then read from the same message.
 * timeout_ns: NO_TIMEOUT, or nanoseconds (0: only if the service can take it at once).
 * → the response's code: ≥ 0, or -errno (-EMSGSIZE: the request did not fit and was not sent). `failedInKernel` tells
 *   whether a negative code is the kernel's or the service's. The kernel's: -ENXIO no such endpoint, -EPERM no right, also to
 *   what it grants, -ECONNREFUSED nobody serves it, -ECONNRESET its server died with the call, -EDEADLK the server waits for
 *   us, -ETIMEDOUT.
 */
export function ipcCallService(epid: u32, m: Message, timeout_ns: i64 = NO_TIMEOUT): i32 {
  if (!m.ok) return -EMSGSIZE;
  let flags = (<u32>m.flags) & (FLAG_WINDOWS | FLAG_GRANT);
  if (timeout_ns >= 0) flags |= FLAG_TIMEOUT;
  const code = <i32>epCall(epid, requestInfo(m.op, m.priority, m.length, flags), timeout_ns);
  m.rewind();
  return code;
}

/**
 * Queues the message without waiting. → 0; -EAGAIN: that priority's queue is full, or this process has as many stored messages
 * as it may; -EMSGSIZE, -ENXIO, -EPERM, -ECONNREFUSED.
 */
export function ipcSend(epid: u32, m: Message): i32 {
  if (!m.ok) return -EMSGSIZE;
  return <i32>epSend(epid, requestInfo(m.op, m.priority, m.length, (<u32>m.flags) & FLAG_GRANT));
}

/** Whether the last call's negative code was made by the kernel (dead peer, timeout, no right) and not by the service. */
@inline export function failedInKernel(): bool {
  return (message().flags & FLAG_KERNEL) != 0;
}
