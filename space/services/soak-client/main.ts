// A client of the soak test (space/apps/selftest-soak/plan.ts): sends its share in bursts of asynchronous messages of random
// priorities, now and then a call; where a queue or its quota is full it calls, which waits until the server has caught up.

import { EAGAIN } from "../../../abi/errno";
import { EPID_NONE, PRIORITY_LOW, PRIORITY_NORMAL } from "../../../abi/endpoints";
import { NO_TIMEOUT, requestInfo } from "../../../abi/message";
import { message } from "../../lib/hnx_ipc";
import { counter, epCall, epRecv, epSend } from "../../lib/sys";
import {
  MESSAGE_BYTES,
  OP_DONE,
  OP_JOIN,
  OP_MESSAGE,
  PRIORITIES,
  SERVER,
  checkWord,
  random,
  seedRandom,
} from "../../apps/selftest-soak/plan";

const BURST_MAX: u32 = 24;
const PAUSE_EACH: u32 = 64; // bursts
const PAUSE_NS: i64 = 20_000;

let client: u32 = 0;
const sent = new StaticArray<u32>(<i32>PRIORITIES);
const after = new StaticArray<u64>(<i32>PRIORITIES);

/** Fills the message page with the next message of `priority`. */
function fill(priority: u32): void {
  const data = message().data;
  const head = (<u64>(client | (priority << 8))) | ((<u64>unchecked(sent[priority])) << 32);
  const before = counter();
  const last = unchecked(after[priority]);
  store<u64>(data, head);
  store<u64>(data, before, 8);
  store<u64>(data, last, 16);
  store<u64>(data, checkWord(head, before, last), 24);
}

/** A call. Its answer comes long after it was queued: nothing is known of that moment. → whether it was answered */
function call(priority: u32): bool {
  fill(priority);
  if (epCall(SERVER, requestInfo(OP_MESSAGE, priority, MESSAGE_BYTES, 0), NO_TIMEOUT) < 0) return false;
  unchecked(sent[priority]++);
  unchecked((after[priority] = 0));
  return true;
}

/** An asynchronous message. → 0 or -errno */
function send(priority: u32): i32 {
  fill(priority);
  const status = <i32>epSend(SERVER, requestInfo(OP_MESSAGE, priority, MESSAGE_BYTES, 0));
  if (status < 0) return status;
  unchecked((after[priority] = counter()));
  unchecked(sent[priority]++);
  return 0;
}

/** Sends `messages` in all. → whether the kernel took each */
function sendAll(messages: u32): bool {
  let left = messages;
  while (left) {
    for (let burst = min(left, 1 + random(BURST_MAX)); burst; burst--, left--) {
      const priority = random(PRIORITIES);
      const status = send(priority);
      if (status == 0) continue;
      if (status != -EAGAIN || !call(priority)) return false;
    }
    if (random(PAUSE_EACH) == 0) epRecv(EPID_NONE, PAUSE_NS);
  }
  return true;
}

/** Tells the server what should have arrived: the lowest priority puts it behind all of it. */
function done(): void {
  const data = message().data;
  store<u32>(data, client);
  for (let p: u32 = 0; p < PRIORITIES; p++) store<u32>(data + ((<usize>p) << 2), sent[p], 4);
  epCall(SERVER, requestInfo(OP_DONE, PRIORITY_LOW, 4 + 4 * PRIORITIES, 0), NO_TIMEOUT);
}

export function main(): i32 {
  if (epCall(SERVER, requestInfo(OP_JOIN, PRIORITY_NORMAL, 0, 0), NO_TIMEOUT) < 0) return 1;
  const data = message().data;
  client = load<u32>(data);
  const messages = load<u32>(data, 4);
  seedRandom(load<u64>(data, 8));
  if (!sendAll(messages)) return 1;
  done();
  epRecv(EPID_NONE, NO_TIMEOUT);
  return 0;
}
