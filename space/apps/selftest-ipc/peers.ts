// Checks with a second process (child.ts): one without rights, one that gives up, one that dies.

import { DRAIN_CANCELLED_CALL, DRAIN_RECORD_SIZE } from "../../../abi/construct";
import { ECONNREFUSED, ECONNRESET, ENXIO, ESRCH, ETIMEDOUT } from "../../../abi/errno";
import {
  FLAG_NOTIFICATION,
  FLAG_TIMEOUT,
  MESSAGE_TIMEOUT,
  NO_TIMEOUT,
  replyInfo,
} from "../../../abi/message";
import { SYS_EP_DRAIN, SYS_EP_STATS } from "../../../abi/syscall";
import {
  Message,
  EPID_NONE,
  NOTIFY_CHILD,
  NOTIFY_DRAIN,
  answer,
  epCreate,
  epDestroy,
  epGrant,
  failedInKernel,
  grantOf,
  ipcCallService,
  message,
  request,
} from "../../lib/hnx_ipc";
import { sleep_ns, spawn, wait } from "../../lib/process";
import { epRecv, epReplyRecv, syscall } from "../../lib/sys";
import { CALL_TIMEOUT_NS, OP_CALL, OP_OFFER } from "./child";
import { expect } from "./expect";

const POLL_NS: i64 = 500_000;
const MAX_POLLS: u32 = 2000;
const STATS_SIZE: u32 = 32; // core/ipc/endpoint.ts, getEndpointStats
const STATS_QUEUED: u32 = 8;
const DRAIN_TOKEN: u32 = 8;

const record: usize = memory.data(32, 8);

/** Starts a child in `role`, which may send to `epid` if it shall. → its process id */
export function start(role: string, epid: u32, allowed: bool = true): i32 {
  const pid = spawn("/bin/selftest-ipc", ["selftest-ipc", role, epid.toString()]);
  if (allowed) expect(`ep_grant for ${role}`, epGrant(epid, <u32>pid), 0);
  return pid;
}

/** The child must have found nothing wrong. If it died before we waited, a notification of that is left: takes it. */
export function expectSuccess(role: string, pid: i32): void {
  expect(`status of ${role}`, wait(pid), 0);
  if (epRecv(EPID_NONE, 0) == 0) expect("notification", load<u64>(message().data) - NOTIFY_CHILD, 0);
}

/** Receives a call with operation `op`. */
export function receiveCall(epid: u32, op: u32): Message {
  expect("a receive", epRecv(epid, NO_TIMEOUT), 0);
  const m = message().rewind();
  expect("it is a call", m.flags & FLAG_NOTIFICATION, 0);
  expect("its operation", m.op, op);
  return m;
}

/** Answers the next call, and only looks whether it can be. */
export function answerCall(epid: u32): void {
  expect("the answer to a call", answer(receiveCall(epid, OP_CALL).msgId, 0), 0);
}

/** Answers the child's offer. → its endpoint */
export function takeOffer(epid: u32): u32 {
  const m = receiveCall(epid, OP_OFFER);
  const grant = grantOf(m);
  const offered = grant ? grant.id : 0;
  expect("the answer to an offer", answer(m.msgId, 0), 0);
  return offered;
}

/** Waits until a call or message is queued on `epid`. */
export function waitForQueued(epid: u32): void {
  for (let i: u32 = 0; i < MAX_POLLS; i++) {
    syscall(SYS_EP_STATS, epid, record, STATS_SIZE, 0, 0, 0);
    if (load<u32>(record, STATS_QUEUED)) return;
    sleep_ns(POLL_NS);
  }
  expect("a call is queued", 0, 1);
}

export function checkStranger(): void {
  const epid = <u32>epCreate();
  expectSuccess("stranger", start("stranger", epid, false));
  expect("nothing came from it", epRecv(epid, 0), -ETIMEDOUT);
  epDestroy(epid);
}

/** A call is cancelled by its timeout: the server is told, its answer reaches nobody, and neither does a second one. */
export function checkLateReply(): void {
  const epid = <u32>epCreate();
  const pid = start("late", epid);
  answerCall(epid);
  const cancelled = receiveCall(epid, OP_CALL).msgId;
  expect("a receive while the call is held", epRecv(epid, NO_TIMEOUT), 0);
  expect("brings the notification", load<u64>(message().data) - NOTIFY_DRAIN, 0);
  expect("ep_drain", syscall(SYS_EP_DRAIN, epid, record, DRAIN_RECORD_SIZE, 0, 0, 0), 1);
  expect("it lists a call", load<u32>(record), DRAIN_CANCELLED_CALL);
  expect("namely that one", load<u64>(record, DRAIN_TOKEN) - cancelled, 0);
  expect("a late answer", answer(cancelled, 1), -ESRCH);

  const token = receiveCall(epid, OP_CALL).msgId;
  expect("the answer to the next call", answer(token, 2), 0);
  expect("a second answer", answer(token, 3), -ESRCH);
  expect("an answer to the call before it", answer(cancelled, 3), -ESRCH);
  expectSuccess("late", pid);
  epDestroy(epid);
}

/** A receive's timeout after a reply: it stands in the page. */
function replyThenWait(epid: u32, token: u64): i64 {
  const m = message().beginReply();
  store<i64>(changetype<usize>(m), CALL_TIMEOUT_NS, MESSAGE_TIMEOUT);
  return epReplyRecv(epid, replyInfo(0, 0, FLAG_TIMEOUT), token, 0);
}

export function checkDeath(): void {
  const epid = <u32>epCreate();
  let pid = start("held", epid);
  let peer = takeOffer(epid);
  expect("a call to one that dies with it", ipcCallService(peer, request(OP_CALL)), -ECONNRESET);
  expect("that is the kernel's answer", u32(failedInKernel()), 1);
  expectSuccess("held", pid);
  expect("a call to an endpoint of the dead", ipcCallService(peer, request(OP_CALL)), -ENXIO);

  pid = start("asleep", epid);
  const offer = receiveCall(epid, OP_OFFER);
  const grant = grantOf(offer);
  peer = grant ? grant.id : 0;
  expect("a reply, and a receive with a timeout", replyThenWait(epid, offer.msgId), -ETIMEDOUT);
  expect("a poll of one that does not receive", ipcCallService(peer, request(OP_CALL), 0), -ETIMEDOUT);
  expect("a timeout in its queue", ipcCallService(peer, request(OP_CALL), POLL_NS), -ETIMEDOUT);
  expect("a call that is queued when it dies", ipcCallService(peer, request(OP_CALL)), -ECONNREFUSED);
  expectSuccess("asleep", pid);

  pid = start("refused", epid);
  answerCall(epid);
  waitForQueued(epid);
  epDestroy(epid);
  expectSuccess("refused", pid);
}
