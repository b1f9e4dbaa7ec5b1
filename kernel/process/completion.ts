// Turns the response to a delegated call into the system call's result (ipc_services/delegate.ts records which way).
// A response that breaks the protocol (a count above what was asked, a record of the wrong size) becomes -EIO.

import { EFAULT, EIO, EMFILE } from "../../abi/errno";
import { FLAG_OTHER_ENDPOINT } from "../../abi/message";
import { FRAME_SYSCALL, Thread } from "../../core/ipc/thread";
import {
  COMPLETE_CLOSE,
  COMPLETE_OPEN,
  COMPLETE_PIPE,
  COMPLETE_READ,
  COMPLETE_RECORD,
} from "../../ipc_services/delegate";
import { copyToUser } from "../memory/user_copy";
import { freeDescriptor, installDescriptor, releaseHandle, setHandle, endpointOfHandle } from "./handles";
import { installPipe, releasePipe } from "./pipe";
import { processOf } from "./process";

/** code < 0: -errno, and there is no data. data: kernel address of `length` bytes. */
export function completeDelegated(
  t: Thread,
  code: i32,
  value: i64,
  length: u32,
  flags: u32,
  data: usize,
): void {
  const kind = t.completion;
  t.completion = 0;
  t.frame = FRAME_SYSCALL;
  t.x0 = code < 0 ? fail(t, kind, code) : succeed(t, kind, value, length, flags, data);
}

function fail(t: Thread, kind: u32, code: i32): i64 {
  if (kind == COMPLETE_OPEN || kind == COMPLETE_CLOSE) releaseHandle(t.completionArgument);
  else if (kind == COMPLETE_PIPE) releasePipe(t.completionArgument);
  return code;
}

function succeed(t: Thread, kind: u32, value: i64, length: u32, flags: u32, data: usize): i64 {
  if (kind == COMPLETE_OPEN) return installOpened(t, value, length, flags, data);
  if (kind == COMPLETE_READ) return deliverRead(t, value, length, data);
  if (kind == COMPLETE_CLOSE) {
    releaseHandle(t.completionArgument);
    return 0;
  }
  if (kind == COMPLETE_RECORD) {
    if (length != t.completionLength) return -EIO;
    return copyToUser(processOf(t), t.completionAddress, data, length) == length ? 0 : -EFAULT;
  }
  if (kind == COMPLETE_PIPE) return installPipe(t, length, data);
  return value < 0 ? -EIO : value;
}

/** The endpoint is the one called, unless the response names another, which then owns the handle. */
function installOpened(t: Thread, value: i64, length: u32, flags: u32, data: usize): i64 {
  const index = t.completionArgument;
  const p = processOf(t);
  const fd = freeDescriptor(p);
  const elsewhere = (flags & FLAG_OTHER_ENDPOINT) != 0;
  if (<u64>value > <u64>u32.MAX_VALUE || (elsewhere && length < 4)) return refuseOpened(index, -EIO);
  if (fd < 0) return refuseOpened(index, -EMFILE);
  setHandle(index, elsewhere ? load<u32>(data) : endpointOfHandle(index), <u32>value);
  installDescriptor(p, fd, index);
  return fd;
}

function refuseOpened(index: u32, status: i64): i64 {
  releaseHandle(index);
  return status;
}

/** Bytes that came in the response go to the buffer; longer data is there already, by msgWrite. */
function deliverRead(t: Thread, value: i64, length: u32, data: usize): i64 {
  if (value < 0 || <u64>value > t.completionLength || length > <u32>value) return -EIO;
  if (length && copyToUser(processOf(t), t.completionAddress, data, length) != length) return -EFAULT;
  return value;
}
