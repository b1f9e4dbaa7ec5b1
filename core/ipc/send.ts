// Sending: a synchronous call, which blocks its caller until the reply, and an asynchronous message, which is stored.

import { MAX_MESSAGE_DATA, REGISTER_DATA } from "../../abi/limits";
import { RIGHT_SEND } from "../../abi/endpoints";
import { EAGAIN, ECONNREFUSED, EDEADLK, EMSGSIZE, ENXIO, EPERM, ETIMEDOUT } from "../../abi/errno";
import {
  FLAG_GRANT,
  INFO_FLAGS_SHIFT,
  INFO_PRIORITY_SHIFT,
  infoFlags,
  infoLength,
  infoPriority,
} from "../../abi/message";
import { ENDPOINT_DOWN, Endpoint, countStored, findEndpoint, storageFull, waiterOf } from "./endpoint";
import { checkGrant, storeGrant } from "./grant";
import {
  QueueItem,
  STATE_AWAITING_REPLY,
  STATE_READY,
  STATE_SENDING,
  TOKEN_STEP,
  Thread,
  itemOf,
} from "./thread";
import { enqueue } from "./queue";
import { giveSlot, takeSlot } from "./store";
import { deliver } from "./transfer";
import { copyData, handOff, makeReady, startTimeout } from "./sched";
import { endWait } from "./receive";
import { rightsOf } from "./rights";
import { closesCycle, inheritPriority } from "./priority";

/** Op, priority, length, and of the flags only the grant's: the others are the kernel's to set. */
const HEADER_MASK: u64 = 0x0000_ffff_ffff_ffff | ((<u64>FLAG_GRANT) << INFO_FLAGS_SHIFT);

/**
 * Calls: `t`'s message page, described by `info`, goes to the endpoint and `t` blocks until it is answered.
 * timeout_ns < 0: wait for ever; 0: only if the receiver waits already; else nanoseconds to the answer.
 * 0: blocked (the result comes with the answer), or with nothing changed -ENXIO, -EPERM (also for a grant of what is not
 * the caller's to give), -EMSGSIZE, -ECONNREFUSED, -EDEADLK (a circle of callers), -ETIMEDOUT (poll).
 */
export function endpointSendSync(t: Thread, epid: u32, info: u64, timeout_ns: i64): i32 {
  const ep = findEndpoint(epid);
  if (!ep) return -ENXIO;
  if (!(rightsOf(t, ep) & RIGHT_SEND)) return -EPERM;
  return startCall(t, ep, info, timeout_ns);
}

/** The same without the check of rights: for calls on descriptors, which are rights themselves. */
export function startCall(t: Thread, ep: Endpoint, info: u64, timeout_ns: i64): i32 {
  if (infoLength(info) > MAX_MESSAGE_DATA) return -EMSGSIZE;
  if (ep.state == ENDPOINT_DOWN) return -ECONNREFUSED;
  if (infoFlags(info) & FLAG_GRANT) {
    const status = checkGrant(t);
    if (status < 0) return status;
  }
  const receiver = waiterOf(ep);
  if (!receiver) {
    if (closesCycle(t, ep.owner)) return -EDEADLK;
    if (timeout_ns == 0) return -ETIMEDOUT;
  }

  const item = itemOf(t);
  t.token += TOKEN_STEP;
  item.info = capPriority(t, info) & HEADER_MASK;
  t.endpoint = ep;
  if (timeout_ns > 0) startTimeout(t, timeout_ns);
  if (receiver) {
    handOver(ep, item, receiver);
    receiver.priority = max(receiver.priority, t.priority);
    t.state = STATE_AWAITING_REPLY;
    t.server = receiver;
    handOff(receiver);
  } else {
    enqueue(ep, item);
    t.state = STATE_SENDING;
    const owner = ep.owner;
    if (owner) inheritPriority(owner, t.priority);
  }
  return 0;
}

/** Sends without waiting. 0, -ENXIO, -EPERM, -EMSGSIZE, -ECONNREFUSED, -EAGAIN when a queue limit is reached. */
export function endpointSendAsync(t: Thread, epid: u32, info: u64): i32 {
  const ep = findEndpoint(epid);
  if (!ep) return -ENXIO;
  if (!(rightsOf(t, ep) & RIGHT_SEND)) return -EPERM;
  if (infoLength(info) > MAX_MESSAGE_DATA) return -EMSGSIZE;
  if (ep.state == ENDPOINT_DOWN) return -ECONNREFUSED;
  info = capPriority(t, info) & HEADER_MASK;
  if (storageFull(ep, infoPriority(info))) return -EAGAIN;
  if (infoFlags(info) & FLAG_GRANT) {
    const status = checkGrant(t);
    if (status < 0) return status;
  }
  const slot = takeSlot(t);
  if (!slot) return -EAGAIN;
  slot.info = info;
  if (infoFlags(info) & FLAG_GRANT) storeGrant(slot, t);
  // The receiver's registers are filled whole, also from a shorter message: never with what the slot held before.
  copyData(slot.data, itemOf(t).data, max(infoLength(info), REGISTER_DATA));
  const receiver = waiterOf(ep);
  if (receiver) {
    handOver(ep, slot, receiver);
    giveSlot(slot);
    makeReady(receiver);
  } else {
    countStored(ep, infoPriority(info), 1);
    enqueue(ep, slot);
  }
  return 0;
}

/** Gives a message to the thread that waits for it. */
function handOver(ep: Endpoint, item: QueueItem, receiver: Thread): void {
  ep.calls++;
  endWait(receiver);
  deliver(item, receiver, ep.id);
  receiver.state = STATE_READY;
}

/** A message priority above what the manifest allows its sender is lowered to that. */
function capPriority(t: Thread, info: u64): u64 {
  const excess = <i32>infoPriority(info) - <i32>t.maxMessagePriority;
  return excess > 0 ? info - ((<u64>excess) << INFO_PRIORITY_SHIFT) : info;
}
