// core/ipc for tests under Node: its operations on a table of threads, each with a message page. AssemblyScript; compiled by
// machine.ts, whose thunks stand for the scheduler.

import { DEFAULT_ENDPOINTS, DEFAULT_MESSAGES, MAX_ENDPOINTS } from "../../../abi/limits";
import { MESSAGE_DATA, MESSAGE_GRANT, Message, NO_TIMEOUT } from "../../../abi/message";
import { RIGHT_SEND } from "../../../abi/endpoints";
import { threadDied, timedOut, takeCancelled, leaveWait } from "../../../core/ipc/cancel";
import {
  endpointAssign,
  endpointAt,
  endpointCreate,
  endpointCreateWellKnown,
  endpointDestroy,
  findEndpoint,
} from "../../../core/ipc/endpoint";
import { endpointNamed, fastCall, mayReplyFast, mayWaitAt, replyFast } from "../../../core/ipc/fastpath";
import {
  endpointNotify,
  endpointRecv,
  endpointSendResponse,
  notify,
  replyRecv,
} from "../../../core/ipc/receive";
import { grantCapability, revokeCapability, rightsRow } from "../../../core/ipc/rights";
import { endpointSendAsync, endpointSendSync } from "../../../core/ipc/send";
import { initializeStore, storedMessages } from "../../../core/ipc/store";
import { STATE_FREE, STATE_READY, Thread, threadAt } from "../../../core/ipc/thread";
import { spillRegisters } from "../../../core/ipc/transfer";

const PAGES: usize = 0x400000;
const PAGE: usize = 4096;
const WELL_KNOWN: u32 = 5;

export function setUp(): void {
  initializeStore();
  for (let epid: u32 = 1; epid <= WELL_KNOWN; epid++) endpointCreateWellKnown(epid);
}

/** A running thread in `slot`, with the right to send to the well-known endpoints. */
export function addThread(slot: u32, pid: u32, priority: u32): usize {
  const t = threadAt(slot);
  t.pid = pid;
  t.token = slot;
  t.state = STATE_READY;
  t.basePriority = priority;
  t.priority = priority;
  t.maxMessagePriority = 3;
  t.endpointsLeft = DEFAULT_ENDPOINTS;
  t.messagesLeft = DEFAULT_MESSAGES;
  t.rights = rightsRow(slot);
  t.messagePage = PAGES + <usize>slot * PAGE;
  t.qData = t.messagePage + MESSAGE_DATA;
  for (let epid: u32 = 1; epid <= WELL_KNOWN; epid++) store<u8>(t.rights + epid, <u8>RIGHT_SEND);
  return changetype<usize>(t);
}
export function die(t: Thread): void {
  threadDied(t);
  t.state = STATE_FREE;
}
export function own(t: Thread, epid: u32): i32 {
  const ep = findEndpoint(epid);
  return ep ? endpointAssign(ep, t, false) : -1;
}

export function create(t: Thread): i32 {
  return endpointCreate(t);
}
export function destroy(t: Thread, epid: u32): i32 {
  return endpointDestroy(t, epid);
}
export function grant(t: Thread, pid: u32, epid: u32, rights: u32): i32 {
  return grantCapability(t, pid, epid, rights);
}
export function deny(t: Thread, epid: u32): void {
  store<u8>(t.rights + (epid & (MAX_ENDPOINTS - 1)), 0);
}
export function call(t: Thread, epid: u32, info: u64, timeout: i64): i32 {
  t.completion = 0;
  return endpointSendSync(t, epid, info, timeout);
}
export function callFast(t: Thread, epid: u32, info: u64): usize {
  return changetype<usize>(fastCall(t, epid, info));
}
export function send(t: Thread, epid: u32, info: u64): i32 {
  return endpointSendAsync(t, epid, info);
}
export function receive(t: Thread, epid: u32, timeout: i64): i32 {
  return endpointRecv(t, epid, timeout);
}
export function reply(t: Thread, token: u64, info: u64, value: i64): i32 {
  return endpointSendResponse(t, token, info, value);
}
export function replyReceive(t: Thread, epid: u32, token: u64, info: u64): i32 {
  return replyRecv(t, epid, token, info, 0, NO_TIMEOUT);
}
export function replyReceiveFast(t: Thread, epid: u32, info: u64, token: u64, ready: u32): usize {
  const c = mayReplyFast(t, info, token, ready);
  const ep = endpointNamed(epid);
  if (!c || !mayWaitAt(t, ep, epid)) return 0;
  replyFast(t, c, ep, info);
  return changetype<usize>(c);
}
export function notifyThread(t: Thread, bits: u64): void {
  notify(t, bits);
}
export function expire(t: Thread): void {
  timedOut(t);
}
export function cancel(t: Thread): void {
  leaveWait(t);
}
export function cancelled(epid: u32): u64 {
  const ep = findEndpoint(epid);
  return ep ? takeCancelled(ep) : 0;
}
export function stored(): u32 {
  return storedMessages();
}

export function setData(t: Thread, word: u64): void {
  store<u64>(t.messagePage, word, MESSAGE_DATA);
}
export function data(t: Thread): u64 {
  return load<u64>(t.messagePage, MESSAGE_DATA);
}
/** x0–x7 of a thread's frame. */
export function register(t: Thread, n: u32): u64 {
  return load<u64>(changetype<usize>(t) + ((<usize>n) << 3));
}
export function setRegister(t: Thread, n: u32, value: u64): void {
  store<u64>(changetype<usize>(t) + ((<usize>n) << 3), value);
}
export function spill(t: Thread): void {
  spillRegisters(t);
}
export function state(t: Thread): u32 {
  return t.state;
}
export function setPriority(t: Thread, priority: u32): void {
  t.priority = priority;
}
export function notifyEndpoint(t: Thread, epid: u32, bits: u64): i32 {
  return endpointNotify(t, epid, bits);
}
export function revoke(t: Thread, epid: u32, pid: u32): i32 {
  return revokeCapability(t, epid, pid);
}
export function rights(t: Thread, epid: u32): u32 {
  return load<u8>(t.rights + (epid & (MAX_ENDPOINTS - 1)));
}
/** What the thread's page grants along with its next message. */
export function setGrant(t: Thread, kind: u32, id: u32, rights: u32): void {
  store<u32>(t.messagePage, kind, MESSAGE_GRANT);
  store<u32>(t.messagePage, id, MESSAGE_GRANT + 4);
  store<u32>(t.messagePage, rights, MESSAGE_GRANT + 8);
}
export function grantWord(t: Thread, index: u32): u32 {
  return load<u32>(t.messagePage + MESSAGE_GRANT + ((<usize>index) << 2));
}
export function priority(t: Thread): u32 {
  return t.priority;
}
export function token(t: Thread): u64 {
  return t.token;
}
export function waiter(epid: u32): usize {
  return changetype<usize>(endpointAt(epid & (MAX_ENDPOINTS - 1)).waiter);
}
export function queuedMask(epid: u32): u32 {
  return endpointAt(epid & (MAX_ENDPOINTS - 1)).queued;
}

// The codec on a message page of its own.
const page: usize = memory.data(4096, 16);
@inline function message(): Message {
  return changetype<Message>(page);
}
export function codecBegin(): void {
  message().begin(7, 1);
}
export function codecU32(v: u32): void {
  message().withU32(v);
}
export function codecU64(v: u64): void {
  message().withU64(v);
}
export function codecBytes(source: usize, size: u32): void {
  message().withBytes(source, size);
}
export function codecStr(source: usize, size: u32): void {
  message().withStr(source, size);
}
export function codecRewind(): void {
  message().rewind();
}
export function codecSetLength(length: u32): void {
  message().length = <u16>length;
}
export function codecReadU32(): u32 {
  return message().readU32();
}
export function codecReadU64(): u64 {
  return message().readU64();
}
export function codecReadStr(): usize {
  return message().readStr();
}
export function codecTake(size: u32): usize {
  return message().take(size);
}
export function codecOk(): bool {
  return message().ok;
}
export function codecLength(): u32 {
  return message().length;
}
export function codecData(): usize {
  return message().data;
}
