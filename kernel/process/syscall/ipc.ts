// Message passing calls, the general path: core/ipc does the work, these unpack the registers (abi/message.ts).

import { EBUSY, EFAULT, EINVAL, ENXIO, EPERM, ESRCH } from "../../../abi/errno";
import { DRAIN_CANCELLED_CALL, DRAIN_CLOSED_HANDLE, DRAIN_RECORD_SIZE } from "../../../abi/construct";
import { PRIVILEGE_DEVICES } from "../../../abi/endpoints";
import { MAX_COPY_SLICE } from "../../../abi/limits";
import {
  FLAG_KERNEL,
  FLAG_TIMEOUT,
  FLAG_WINDOWS,
  MESSAGE_TIMEOUT,
  MESSAGE_WINDOWS,
  MESSAGE_WINDOW_SIZE,
  NO_TIMEOUT,
  WINDOW_READ,
  WINDOW_WRITE,
  infoFlags,
  replyInfo,
} from "../../../abi/message";
import { takeCancelled } from "../../../core/ipc/cancel";
import {
  ENDPOINT_STATS_SIZE,
  endpointAbandon,
  endpointDestroy,
  findEndpoint,
  getEndpointStats,
} from "../../../core/ipc/endpoint";
import {
  callerOf,
  endpointNotify,
  endpointRecv,
  endpointSendResponse,
  replyRecv,
} from "../../../core/ipc/receive";
import { revokeCapability } from "../../../core/ipc/rights";
import { endpointSendAsync, endpointSendSync } from "../../../core/ipc/send";
import { COMPLETION_NONE, COMPLETION_WINDOWS, FRAME_MESSAGE, Thread } from "../../../core/ipc/thread";
import { spillRegisters } from "../../../core/ipc/transfer";
import { withWindow } from "../../../ipc_services/delegate";
import { copyFailure } from "../../memory/address_space";
import { copyBetween, copyToUser } from "../../memory/user_copy";
import { releaseUnheard, takeDrained } from "../handles";
import { processOf } from "../process";
import { checkRange } from "./arguments";

const scratch: usize = memory.data(32, 8);

/** A failed call must look like a response: x5 says that the code is the kernel's. */
function failCall(t: Thread, status: i64): i64 {
  t.x0 = status;
  t.x5 = replyInfo(<i32>status, 0, FLAG_KERNEL);
  t.x6 = 0;
  t.x7 = 0;
  t.frame = FRAME_MESSAGE;
  return status;
}

/** ep_call: x0 endpoint, x5 info, x6 timeout if flagged. */
export function sysCall(t: Thread): i64 {
  spillRegisters(t);
  const flags = infoFlags(t.x5);
  t.completion = COMPLETION_NONE;
  if (flags & FLAG_WINDOWS) {
    if (!takeWindow(t, 0) || !takeWindow(t, 1)) {
      dropWindows(t);
      return failCall(t, -EFAULT);
    }
    t.completion = COMPLETION_WINDOWS;
  }
  const timeout = flags & FLAG_TIMEOUT ? (<i64>t.x6) & i64.MAX_VALUE : NO_TIMEOUT;
  const status = endpointSendSync(t, epidOf(t.x0), t.x5, timeout);
  if (status >= 0) return 0;
  dropWindows(t);
  return failCall(t, status);
}

function dropWindows(t: Thread): void {
  t.window0Access = 0;
  t.window1Access = 0;
}

/** Checks window `index` of the message page and records it. An empty one is none. */
function takeWindow(t: Thread, index: u32): bool {
  const at = t.messagePage + MESSAGE_WINDOWS + index * MESSAGE_WINDOW_SIZE;
  const address = load<u32>(at);
  const length = load<u32>(at, 4);
  const access = load<u32>(at, 8) & (WINDOW_READ | WINDOW_WRITE);
  if (checkRange(t, address, length) < 0) return false;
  withWindow(t, index, address, length, length ? access : 0);
  return true;
}

@inline function epidOf(x: u64): u32 {
  return x > u32.MAX_VALUE ? 0 : <u32>x;
}

export function sysSend(t: Thread): i64 {
  spillRegisters(t);
  return endpointSendAsync(t, epidOf(t.x0), t.x5);
}
/** ep_recv: a status < 0 comes back plainly; 0 means received or blocked, and x0 is set by whoever delivers. */
export function sysReceive(t: Thread): i64 {
  if (t.x0 > u32.MAX_VALUE) return -ENXIO;
  return endpointRecv(t, <u32>t.x0, <i64>t.x6);
}
/** ep_reply_recv: a timeout stands in the page, because the registers are all in use. */
export function sysReplyReceive(t: Thread): i64 {
  if (t.x0 > u32.MAX_VALUE) return -ENXIO;
  spillRegisters(t);
  const isTimed = (infoFlags(t.x5) & FLAG_TIMEOUT) != 0;
  const timeout = isTimed ? load<i64>(t.messagePage, MESSAGE_TIMEOUT) : NO_TIMEOUT;
  return replyRecv(t, <u32>t.x0, t.x6, t.x5, <i64>t.x7, timeout);
}
export function sysReply(t: Thread): i64 {
  spillRegisters(t);
  return endpointSendResponse(t, t.x6, t.x5, <i64>t.x7);
}

/** notify(endpoint, bits). */
export function sysNotify(t: Thread): i64 {
  return endpointNotify(t, epidOf(t.x0), t.x1);
}

/** ep_revoke(endpoint, pid or 0). */
export function sysRevoke(t: Thread): i64 {
  return t.x1 > u32.MAX_VALUE ? -ESRCH : revokeCapability(t, epidOf(t.x0), <u32>t.x1);
}

/** ep_abandon(endpoint): nobody will follow its dead owner. 0, -EPERM, -ENXIO, -EBUSY while somebody owns it. */
export function sysAbandon(t: Thread): i64 {
  if (!(processOf(t).privileges & PRIVILEGE_DEVICES)) return -EPERM;
  const ep = findEndpoint(epidOf(t.x0));
  if (!ep) return -ENXIO;
  if (ep.owner) return -EBUSY;
  endpointAbandon(ep);
  releaseUnheard();
  return 0;
}

/** ep_destroy(endpoint). */
export function sysDestroy(t: Thread): i64 {
  const status = endpointDestroy(t, <u32>t.x0);
  if (status == 0) releaseUnheard();
  return status;
}

/** ep_stats(endpoint, record). */
export function sysStats(t: Thread): i64 {
  const status = getEndpointStats(epidOf(t.x0), scratch);
  if (status < 0) return status;
  return copyToUser(processOf(t), t.x1, scratch, ENDPOINT_STATS_SIZE) == ENDPOINT_STATS_SIZE ? 0 : -EFAULT;
}

/** ep_drain(endpoint, record): → 1 and a record, or 0. Its owner only. */
export function sysDrain(t: Thread): i64 {
  const ep = findEndpoint(epidOf(t.x0));
  if (!ep) return -ENXIO;
  if (ep.owner != t) return -EPERM;
  if (checkRange(t, t.x1, DRAIN_RECORD_SIZE) < 0) return -EFAULT;
  store<u64>(scratch, 0);
  store<u64>(scratch, 0, 8);
  // Once before anything is taken: what does not reach the caller must not be lost.
  if (copyToUser(processOf(t), t.x1, scratch, DRAIN_RECORD_SIZE) != DRAIN_RECORD_SIZE) return -EFAULT;
  const handle = takeDrained(ep.id);
  if (handle >= 0) {
    store<u32>(scratch, DRAIN_CLOSED_HANDLE);
    store<u32>(scratch, <u32>handle, 4);
  } else {
    const token = takeCancelled(ep);
    if (!token) return 0;
    store<u32>(scratch, DRAIN_CANCELLED_CALL);
    store<u64>(scratch, token, 8);
  }
  return copyToUser(processOf(t), t.x1, scratch, DRAIN_RECORD_SIZE) == DRAIN_RECORD_SIZE ? 1 : -EFAULT;
}

/** msg_read and msg_write(token, window, offset, address, size). → bytes copied. */
export function sysTransfer(t: Thread, write: bool): i64 {
  const caller = callerOf(t, t.x0);
  if (!caller) return -ESRCH;
  if (t.x1 > 1) return -EINVAL;
  const second = t.x1 == 1;
  const access = second ? caller.window1Access : caller.window0Access;
  const base = second ? caller.window1Address : caller.window0Address;
  const length = second ? caller.window1Length : caller.window0Length;
  if (!(access & (write ? WINDOW_WRITE : WINDOW_READ))) return -EPERM;
  if (t.x2 > length) return -EINVAL;
  const size = <u32>min(min(t.x4, <u64>length - t.x2), MAX_COPY_SLICE);
  if (checkRange(t, t.x3, size) < 0) return -EFAULT;
  const theirs = <u64>base + t.x2;
  const copied = write
    ? copyBetween(processOf(caller), theirs, processOf(t), t.x3, size)
    : copyBetween(processOf(t), t.x3, processOf(caller), theirs, size);
  return copied || !size ? <i64>copied : copyFailure();
}
