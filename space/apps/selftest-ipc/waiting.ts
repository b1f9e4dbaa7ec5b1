// Queues and their limits, polls and timeouts, receives from several endpoints, notifications beside messages: all of it on
// endpoints of one's own.

import { EAGAIN, EDEADLK, EINVAL, ENXIO, ETIMEDOUT } from "../../../abi/errno";
import { DEFAULT_MESSAGES, MAX_QUEUED_PER_PRIORITY } from "../../../abi/limits";
import { FLAG_ASYNC, FLAG_NOTIFICATION } from "../../../abi/message";
import {
  EPID_ANY,
  EPID_NONE,
  NOTIFY_DRAIN,
  NOTIFY_USER_SHIFT,
  PRIORITY_CRITICAL,
  PRIORITY_HIGH,
  PRIORITY_LOW,
  PRIORITY_NORMAL,
  epCreate,
  epDestroy,
  ipcCallService,
  ipcSend,
  message,
  notify,
  request,
} from "../../lib/hnx_ipc";
import { clock_ns } from "../../lib/process";
import { epRecv } from "../../lib/sys";
import { expect } from "./expect";

const OP: u32 = 1;
const SHORT_NS: i64 = 3_000_000;
const LONG_NS: i64 = 1_000_000_000; // what nobody waits for in full
const BIT: u64 = 1 << (<u64>NOTIFY_USER_SHIFT);

/** A message to ourselves that carries `number`. */
function send(epid: u32, number: u32, priority: u32 = PRIORITY_NORMAL): i32 {
  return ipcSend(epid, request(OP, priority).withU32(number));
}

/** The next message must carry `number`, and have come through endpoint `through`. */
function expectNext(from: u32, through: u32, number: u32): void {
  expect("a receive", epRecv(from, 0), 0);
  const m = message().rewind();
  expect("it is a message without a caller", m.flags, FLAG_ASYNC);
  expect("its number", m.readU32(), number);
  expect("its endpoint", m.dstEpid, through);
}

/** 32 messages a priority, and as many in all as the process may have; higher priority first, in order within one. */
export function checkQueues(): void {
  const epid = <u32>epCreate();
  for (let i: u32 = 0; i < MAX_QUEUED_PER_PRIORITY; i++) expect("a message", send(epid, i), 0);
  expect("a message to a full queue", send(epid, 99), -EAGAIN);
  for (let i = MAX_QUEUED_PER_PRIORITY; i < DEFAULT_MESSAGES; i++) {
    expect("a message of another priority", send(epid, i, PRIORITY_LOW), 0);
  }
  expect("a message beyond the quota", send(epid, 99, PRIORITY_HIGH), -EAGAIN);
  expectNext(epid, epid, 0);
  expect("a message after one was received", send(epid, 100, PRIORITY_CRITICAL), 0);
  expectNext(epid, epid, 100);
  expect("its priority, capped", message().priority, PRIORITY_HIGH);
  for (let i: u32 = 1; i < DEFAULT_MESSAGES; i++) expectNext(epid, epid, i);
  expect("a receive from an empty queue", epRecv(epid, 0), -ETIMEDOUT);
  epDestroy(epid);
}

/** A receive that ends by its timeout, not before it. */
function expectTimeout(from: u32): void {
  const begin_ns = clock_ns();
  expect("a timed receive", epRecv(from, SHORT_NS), -ETIMEDOUT);
  expect("it waits as long as it should", u32(clock_ns() - begin_ns >= SHORT_NS), 1);
}

export function checkTimeouts(): void {
  const epid = <u32>epCreate();
  expect("a poll", epRecv(epid, 0), -ETIMEDOUT);
  expect("a poll for notifications", epRecv(EPID_NONE, 0), -ETIMEDOUT);
  expect("a poll of all endpoints", epRecv(EPID_ANY, 0), -ETIMEDOUT);
  expectTimeout(epid);
  expectTimeout(EPID_NONE);
  expectTimeout(EPID_ANY);
  send(epid, 1);
  expect("a timed receive of what is there", epRecv(epid, LONG_NS), 0);
  expect("a call to oneself", ipcCallService(epid, request(OP), SHORT_NS), -EDEADLK);
  epDestroy(epid);
}

export function checkAnyEndpoint(): void {
  expect("a receive from any of no endpoints", epRecv(EPID_ANY, 0), -ENXIO);
  const first = <u32>epCreate();
  const second = <u32>epCreate();
  send(first, 1);
  send(second, 2, PRIORITY_HIGH);
  send(first, 3, PRIORITY_LOW);
  send(second, 4);
  expectNext(EPID_ANY, second, 2);
  expectNext(EPID_ANY, first, 1);
  expectNext(EPID_ANY, second, 4);
  expectNext(EPID_ANY, first, 3);
  send(first, 5);
  send(second, 6);
  expectNext(second, second, 6);
  epDestroy(first);
  expect("what was queued on an endpoint that is gone", epRecv(EPID_ANY, 0), -ETIMEDOUT);
  epDestroy(second);
}

/** Notifications come before messages, all bits at once, and do not disturb the queue. */
export function checkNotifications(): void {
  const epid = <u32>epCreate();
  send(epid, 7);
  expect("notify", notify(epid, BIT), 0);
  expect("notify again", notify(epid, BIT), 0);
  expect("notify with another bit", notify(epid, BIT << 23), 0);
  expect("notify with a system's bit", notify(epid, NOTIFY_DRAIN), -EINVAL);
  expect("notify with an interrupt's bit", notify(epid, BIT | 1), -EINVAL);
  expect("a receive of notifications", epRecv(epid, LONG_NS), 0);
  expect("it is no message", message().flags, FLAG_NOTIFICATION);
  expect("its bits", load<u64>(message().data) - (BIT | (BIT << 23)), 0);
  expectNext(epid, epid, 7);
  expect("nothing is left", epRecv(epid, 0), -ETIMEDOUT);
  notify(epid, BIT);
  expect("a receive of notifications only", epRecv(EPID_NONE, LONG_NS), 0);
  expect("its bits", load<u64>(message().data) - BIT, 0);
  epDestroy(epid);
}
