// The windows of a held call, from the service's side: this program starts itself again as a caller that names two windows,
// holds the call, and asks for what it must not have. The caller then sees that only what was allowed has happened.
//
//   window 0  8 bytes, read only        window 1  8 bytes, write only

import { RIGHT_SEND } from "../../../abi/endpoints";
import { EFAULT, EINVAL, EPERM, ESRCH } from "../../../abi/errno";
import {
  FLAG_WINDOWS,
  NO_TIMEOUT,
  WINDOW_READ,
  WINDOW_WRITE,
  replyInfo,
  requestInfo,
} from "../../../abi/message";
import * as S from "../../../abi/syscall";
import { message } from "../../lib/hnx_ipc";
import { args, sleep_ns, spawn, wait } from "../../lib/process";
import { epCall, epRecv, epReply, syscall } from "../../lib/sys";
import { expect } from "./expect";

const OP: u32 = 1;
const RETRY_NS: i64 = 1_000_000;
const MAX_RETRIES: u32 = 1000;
const SENT: u64 = 0x1122334455667788;
const ANSWERED: u64 = 0x0102030405060708;
const KERNEL: u64 = 0xffffffc000200000;
const HUGE: u64 = 0x7fff_ffff_ffff_ffff;

const readable: usize = memory.data(8, 8);
const writable: usize = memory.data(8, 8);
const own: usize = memory.data(16, 8);

export function isCaller(): bool {
  return args().length > 1;
}

/** The caller: argv[1] is the endpoint. → 0 if its windows hold what they should. */
export function runCaller(): i32 {
  const epid = <u32>U32.parseInt(args()[1]);
  store<u64>(readable, SENT);
  store<u64>(writable, 0);
  const m = message().begin(OP, 1);
  // Windows outside memory are refused before anything is sent.
  m.setWindow(0, <u32>readable, 0xffff_ffff, WINDOW_READ).setWindow(1, <u32>writable, 8, WINDOW_WRITE);
  let code = -EPERM;
  for (let i: u32 = 0; i < MAX_RETRIES && code == -EPERM; i++) {
    code = <i32>epCall(epid, requestInfo(OP, 1, 0, FLAG_WINDOWS), NO_TIMEOUT);
    if (code == -EFAULT) break;
    sleep_ns(RETRY_NS);
  }
  if (code != -EFAULT) return 1;
  message()
    .begin(OP, 1)
    .setWindow(0, <u32>readable, 8, WINDOW_READ)
    .setWindow(1, <u32>writable, 8, WINDOW_WRITE);
  for (let i: u32 = 0; i < MAX_RETRIES; i++) {
    code = <i32>epCall(epid, requestInfo(OP, 1, 0, FLAG_WINDOWS), NO_TIMEOUT);
    if (code != -EPERM) break;
    sleep_ns(RETRY_NS);
  }
  return code == 0 && load<u64>(readable) == SENT && load<u64>(writable) == ANSWERED ? 0 : 2;
}

function transfer(write: bool, token: u64, window: u64, offset: u64, address: u64, size: u64): i64 {
  return syscall(write ? S.SYS_MSG_WRITE : S.SYS_MSG_READ, token, window, offset, address, size, 0);
}

function misuse(token: u64): void {
  expect("msg_read of the write-only window", transfer(false, token, 1, 0, own, 8), EPERM);
  expect("msg_write of the read-only window", transfer(true, token, 0, 0, own, 8), EPERM);
  expect("msg_read of window 2", transfer(false, token, 2, 0, own, 8), EINVAL);
  expect("msg_read beyond the window", transfer(false, token, 0, 9, own, 8), EINVAL);
  expect("msg_read at a huge offset", transfer(false, token, 0, HUGE, own, 8), EINVAL);
  expect("msg_read into the kernel", transfer(false, token, 0, 0, KERNEL, 8), EFAULT);
  expect("msg_read into the unmapped page", transfer(false, token, 0, 0, 0xffc, 8), EFAULT);
  expect("msg_write from the kernel", transfer(true, token, 1, 0, KERNEL, 8), EFAULT);
  expect("msg_read with the next token", transfer(false, token + 256, 0, 0, own, 8), ESRCH);
}

/** Holds a call and misuses it. → whether it and its caller saw what they should. */
export function heldCall(): bool {
  const epid = <u32>syscall(S.SYS_EP_CREATE, 0, 0, 0, 0, 0, 0);
  const pid = spawn("/bin/selftest-calls", ["selftest-calls", epid.toString()]);
  if (pid < 0 || syscall(S.SYS_EP_GRANT, pid, epid, RIGHT_SEND, 0, 0, 0) < 0) return false;
  if (epRecv(epid, NO_TIMEOUT) < 0) return false;
  const token = message().msgId;
  misuse(token);
  // More than the window holds is cut to it.
  const got = transfer(false, token, 0, 0, own, HUGE) == 8 && load<u64>(own) == SENT;
  store<u64>(own, ANSWERED);
  const given = transfer(true, token, 1, 0, own, 16) == 8;
  message().beginReply();
  epReply(replyInfo(0, 0, 0), token, 0);
  expect("msg_read after the reply", transfer(false, token, 0, 0, own, 8), ESRCH);
  expect("a second reply", epReply(replyInfo(0, 0, 0), token, 0), ESRCH);
  const status = wait(pid);
  syscall(S.SYS_EP_DESTROY, epid, 0, 0, 0, 0, 0);
  expect("ep_destroy of an endpoint that is gone", syscall(S.SYS_EP_DESTROY, epid, 0, 0, 0, 0, 0), 6);
  return got && given && status == 0;
}
