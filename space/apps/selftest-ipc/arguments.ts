// Tokens, ids and sizes that are wrong.

import { EMSGSIZE, ENXIO, ESRCH } from "../../../abi/errno";
import { MAX_ENDPOINTS, MAX_MESSAGE_DATA } from "../../../abi/limits";
import { NO_TIMEOUT, replyInfo, requestInfo } from "../../../abi/message";
import {
  PRIORITY_NORMAL,
  epCreate,
  epDestroy,
  epGrant,
  epRevoke,
  ipcCallService,
  ipcSend,
  notify,
  request,
} from "../../lib/hnx_ipc";
import { getpid } from "../../lib/process";
import { epCall, epRecv, epReply, epReplyRecv, epSend } from "../../lib/sys";
import { expect } from "./expect";

const OP: u32 = 1;
const SLOT_MASK: u64 = 127; // of a token, its caller's slot
const data: usize = memory.data(256, 8);

/** Tokens that nobody waits for: of no call, of our own slot, of the slot of the one that started us, of every other. */
export function checkReplies(): void {
  const ok = replyInfo(0, 0, 0);
  const epid = <u32>epCreate();
  for (let slot: u64 = 0; slot <= SLOT_MASK; slot++) {
    expect("a reply to a forged token", epReply(ok, slot | 256, 0), -ESRCH);
  }
  expect("a reply to token 0", epReply(ok, 0, 0), -ESRCH);
  expect("a reply to all ones", epReply(ok, u64.MAX_VALUE, 0), -ESRCH);
  expect("replyRecv with a forged token", epReplyRecv(epid, ok, 256, 0), -ESRCH);
  expect("a reply of 257 bytes", epReply(replyInfo(0, MAX_MESSAGE_DATA + 1, 0), 256, 0), -EMSGSIZE);
  epDestroy(epid);
}

/** An id stays its endpoint's own: whoever keeps it after the end does not reach the next one at the same place. */
export function checkEndpoints(): void {
  const stale = <u32>epCreate();
  expect("ep_destroy", epDestroy(stale), 0);
  const next = <u32>epCreate();
  expect("the next endpoint's place", next % MAX_ENDPOINTS, stale % MAX_ENDPOINTS);
  expect("its id is another", u32(next != stale), 1);
  expect("a call to a stale id", ipcCallService(stale, request(OP)), -ENXIO);
  expect("a message to a stale id", ipcSend(stale, request(OP)), -ENXIO);
  expect("a receive from a stale id", epRecv(stale, NO_TIMEOUT), -ENXIO);
  expect("notify a stale id", notify(stale, 0), -ENXIO);
  expect("ep_grant of a stale id", epGrant(stale, <u32>getpid()), -ENXIO);
  expect("ep_revoke of a stale id", epRevoke(stale, 0), -ENXIO);
  expect("ep_destroy of a stale id", epDestroy(stale), -ENXIO);
  epDestroy(next);
}

/** 256 bytes are a message; one more is none, and nothing of it is sent. */
export function checkSizes(): void {
  const epid = <u32>epCreate();
  const tooLong = requestInfo(OP, PRIORITY_NORMAL, MAX_MESSAGE_DATA + 1, 0);
  expect("a call of 257 bytes", epCall(epid, tooLong, 0), -EMSGSIZE);
  expect("a message of 257 bytes", epSend(epid, tooLong), -EMSGSIZE);
  expect("a message of 65,535 bytes", epSend(epid, requestInfo(OP, PRIORITY_NORMAL, 0xffff, 0)), -EMSGSIZE);
  const built = request(OP).withBytes(data, MAX_MESSAGE_DATA);
  expect("256 bytes fit", u32(built.ok), 1);
  built.withBytes(data, 1);
  expect("a call that was built too long", ipcCallService(epid, built), -EMSGSIZE);
  expect("a message that was built too long", ipcSend(epid, built), -EMSGSIZE);
  expect("a message of 256 bytes", ipcSend(epid, request(OP).withBytes(data, MAX_MESSAGE_DATA)), 0);
  expect("which is the first to arrive", epRecv(epid, 0), 0);
  epDestroy(epid);
}
