// The other process, in the role that the test gave it. Each checks what it is answered; its exit status tells the test.

import { ECONNREFUSED, EDEADLK, EPERM, ETIMEDOUT } from "../../../abi/errno";
import { NO_TIMEOUT, requestInfo } from "../../../abi/message";
import {
  FLAG_ASYNC,
  PRIORITY_NORMAL,
  RIGHT_SEND,
  answer,
  epCreate,
  failedInKernel,
  ipcCallService,
  ipcSend,
  message,
  notify,
  request,
} from "../../lib/hnx_ipc";
import { sleep_ns } from "../../lib/process";
import { epCall, epRecv } from "../../lib/sys";
import { callWhenAllowed, expect } from "./expect";

export const OP_CALL: u32 = 1; // any call
export const OP_OFFER: u32 = 2; // grants the child's endpoint

const ASLEEP_NS: i64 = 20_000_000;
export const CALL_TIMEOUT_NS: i64 = 5_000_000;

/** Has no right to the endpoint. */
function stranger(parent: u32): void {
  expect("a call without the right", ipcCallService(parent, request(OP_CALL)), -EPERM);
  expect("that is the kernel's answer", u32(failedInKernel()), 1);
  expect("a message without the right", ipcSend(parent, request(OP_CALL)), -EPERM);
  expect("notify without the right", notify(parent, 0), -EPERM);
  expect("a receive from another's endpoint", epRecv(parent, NO_TIMEOUT), -EPERM);
}

/** Gives up before it is answered, then calls again and is answered. */
function late(parent: u32): void {
  expect("a call to be allowed", callWhenAllowed(parent, request(OP_CALL)), 0);
  expect("a call with a timeout", ipcCallService(parent, request(OP_CALL), CALL_TIMEOUT_NS), -ETIMEDOUT);
  expect("that is the kernel's answer", u32(failedInKernel()), 1);
  expect("the next call", ipcCallService(parent, request(OP_CALL)), 0);
  expect("is answered for itself", message().value, 2);
  expect("a call to one that is busy, by poll", ipcCallService(parent, request(OP_CALL), 0), -ETIMEDOUT);
}

/** Makes an endpoint and lets the parent send to it. → its id */
function offer(parent: u32): u32 {
  const own = <u32>epCreate();
  expect("an offer", callWhenAllowed(parent, request(OP_OFFER).withGrantEndpoint(own, RIGHT_SEND)), 0);
  return own;
}

/** Dies with a call in its hands. */
function held(parent: u32): void {
  expect("a receive", epRecv(offer(parent), NO_TIMEOUT), 0);
}

/** Never receives, and dies. */
function asleep(parent: u32): void {
  offer(parent);
  sleep_ns(ASLEEP_NS);
}

/** Calls back whoever calls it, while it holds the call. */
function backwards(parent: u32): void {
  expect("a receive", epRecv(offer(parent), NO_TIMEOUT), 0);
  const token = message().msgId;
  const code = <i32>epCall(parent, requestInfo(OP_CALL, PRIORITY_NORMAL, 0, 0), NO_TIMEOUT);
  expect("a call that closes a circle", code, -EDEADLK);
  expect("the answer to the first call", answer(token, 0), 0);
}

/** Is in the parent's queue when its right is taken back, and calls again without it. */
function revoked(parent: u32): void {
  expect("a call to be allowed", callWhenAllowed(parent, request(OP_CALL)), 0);
  expect("a queued call that is revoked", ipcCallService(parent, request(OP_CALL)), -EPERM);
  expect("the next one", ipcCallService(parent, request(OP_CALL)), -EPERM);
}

/** Is in the parent's queue when the endpoint is destroyed. */
function refused(parent: u32): void {
  expect("a call to be allowed", callWhenAllowed(parent, request(OP_CALL)), 0);
  expect("a queued call to an endpoint that ends", ipcCallService(parent, request(OP_CALL)), -ECONNREFUSED);
}

export function playRole(role: string, parent: u32): void {
  if (role == "stranger") stranger(parent);
  else if (role == "late") late(parent);
  else if (role == "held") held(parent);
  else if (role == "asleep") asleep(parent);
  else if (role == "backwards") backwards(parent);
  else if (role == "revoked") revoked(parent);
  else if (role == "refused") refused(parent);
  else expect(`role ${role}`, 0, FLAG_ASYNC);
}
