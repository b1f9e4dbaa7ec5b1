// The block service (endpoint 4): virtio-blk disks and their partitions, by requests over shared memory. docs/services/block.md.
//
// It has a loop of its own, because it must wake up in time to shut off a disk that does not answer, and to send completions
// that found no room. start, dispatch, notify and tick are what the loop does by pieces; tests under Node call them.

import { FLAG_ASYNC, FLAG_NOTIFICATION, replyInfo } from "../../../abi/message";
import { ETIMEDOUT } from "../../../abi/errno";
import { EPID_BLOCK, LATER, message } from "../../lib/hnx_ipc";
import { systemInfo } from "../../lib/process";
import { counter, epRecv, epReply } from "../../lib/sys";
import { missedBits } from "./partitions/sector_reader";
import { BlockService } from "./service";
import { startDisks } from "./start";

const DEFAULT_COUNTER_HZ: u64 = 62_500_000;

let service: BlockService | null = null;

/** Finds the disks. → 0 */
export function start(): i32 {
  const info = systemInfo();
  service = new BlockService(info ? info.counterHz : DEFAULT_COUNTER_HZ);
  startDisks();
  return 0;
}

/** Answers the request in the message page. → its result, or LATER */
export function dispatch(): i64 {
  return service!.request(message().rewind());
}

/** Handles notification bits. */
export function notify(bits: u64): void {
  service!.notification(bits);
}

/** What is due at time `now`, in counter ticks. */
export function tick(now: u64): void {
  service!.tick(now);
}

/** Handles what was received. */
function serve(): void {
  const m = message();
  if (m.flags & FLAG_NOTIFICATION) return notify(load<u64>(m.data));
  const token = m.msgId;
  const isAsync = (m.flags & FLAG_ASYNC) != 0;
  const result = dispatch();
  if (result == LATER || isAsync) return;
  epReply(replyInfo(result < 0 ? <i32>result : 0, m.length, 0), token, result);
}

/** Serves for ever. → errno, as an exit status. */
export function main(): i32 {
  start();
  if (missedBits) notify(missedBits);
  let status: i64 = 0;
  while (status >= 0 || status == -ETIMEDOUT) {
    status = epRecv(EPID_BLOCK, service!.timeout_ns);
    if (status >= 0) serve();
    tick(counter());
  }
  return -(<i32>status);
}
