// Ends that no answer brings: a timeout, the death of a caller, the death of a server.

import { MESSAGE_PRIORITIES, NOTIFY_DRAIN } from "../../abi/endpoints";
import { ECONNREFUSED, ECONNRESET, EPERM, ETIMEDOUT } from "../../abi/errno";
import { MAX_PROCESSES } from "../../abi/limits";
import { infoOp, infoPriority } from "../../abi/message";
import { isIdempotent } from "../../abi/ops";
import { ENDPOINT_RESTARTING, Endpoint, countStored, endpointOwnerDied, queueAddress } from "./endpoint";
import {
  ITEM_ASYNC,
  ITEM_THREAD,
  QueueItem,
  STATE_AWAITING_REPLY,
  STATE_RECEIVING,
  STATE_SENDING,
  Thread,
  itemOf,
  slotOf,
  threadAt,
  threadOfItem,
} from "./thread";
import { enqueueFirst, first, unlink } from "./queue";
import { giveSlot } from "./store";
import { CANCELLED_TABLE } from "./tables";
import { deliverFailure, wakeWith } from "./transfer";
import { endWait, notify } from "./receive";
import { stopTimeout } from "./sched";

/** `t`'s timeout ran out. */
export function timedOut(t: Thread): void {
  if (t.state == STATE_RECEIVING) {
    leaveWait(t);
    wakeWith(t, -ETIMEDOUT);
  } else if (t.state == STATE_SENDING || t.state == STATE_AWAITING_REPLY) {
    leaveWait(t);
    deliverFailure(t, -ETIMEDOUT);
  }
}

/** The call that `t` waits to have answered ends with `status`. Only while it waits for that. */
export function cancelCall(t: Thread, status: i32): void {
  leaveWait(t);
  deliverFailure(t, status);
}

/** Takes a blocked thread from whatever it waits at; whoever holds its call hears that it is cancelled. */
export function leaveWait(t: Thread): void {
  stopTimeout(t);
  const ep = t.endpoint;
  if (t.state == STATE_SENDING) {
    if (ep) unlink(ep, itemOf(t));
  } else if (t.state == STATE_RECEIVING) {
    endWait(t);
  } else if (t.state == STATE_AWAITING_REPLY) {
    const server = t.server;
    if (server && ep) noteCancelled(ep, server, t);
  }
  t.endpoint = null;
  t.server = null;
}

function noteCancelled(ep: Endpoint, server: Thread, t: Thread): void {
  const slot = slotOf(t);
  store<u64>(CANCELLED_TABLE + ((<usize>slot) << 3), t.token);
  if (slot < 64) ep.cancelledLow |= (<u64>1) << slot;
  else ep.cancelledHigh |= (<u64>1) << (slot - 64);
  notify(server, NOTIFY_DRAIN);
}

/** The next cancelled call that `ep`'s owner has not heard of: the last cancelled token of its slot, or 0. */
export function takeCancelled(ep: Endpoint): u64 {
  let slot: u32;
  if (ep.cancelledLow) {
    slot = <u32>ctz(ep.cancelledLow);
    ep.cancelledLow &= ep.cancelledLow - 1;
  } else if (ep.cancelledHigh) {
    slot = 64 + <u32>ctz(ep.cancelledHigh);
    ep.cancelledHigh &= ep.cancelledHigh - 1;
  } else {
    return 0;
  }
  return load<u64>(CANCELLED_TABLE + ((<usize>slot) << 3));
}

/** Refuses all that is queued on an endpoint that nobody will serve. */
export function dismissQueue(ep: Endpoint): void {
  for (let item = first(ep); item; item = first(ep)) {
    unlink(ep, item);
    if (item.kind == ITEM_ASYNC) {
      countStored(ep, infoPriority(item.info), -1);
      giveSlot(item);
    } else {
      deliverFailure(threadOfItem(item), -ECONNREFUSED);
    }
  }
}

/** Ends the queued calls of process `pid`, or with 0 of every one that may not send to `ep` any more, with -EPERM. */
export function dismissCallsOf(ep: Endpoint, pid: u32): void {
  for (let p: u32 = 0; p < MESSAGE_PRIORITIES; p++) {
    let item = changetype<QueueItem | null>(load<usize>(queueAddress(ep, p)));
    while (item) {
      const next = item.next;
      if (item.kind == ITEM_THREAD && (pid == 0 || item.pid == pid)) {
        unlink(ep, item);
        deliverFailure(threadOfItem(item), -EPERM);
      }
      item = next;
    }
  }
}

/**
 * `t` dies: it leaves its wait, its endpoints end, go down or wait for their next owner; of the calls that it holds those to
 * an endpoint that will be served again, and whose operation may be done twice, go back into the queue (with the message
 * that is still in their caller's page), all others are answered -ECONNRESET.
 */
export function threadDied(t: Thread): void {
  leaveWait(t);
  for (let ep = t.owned; ep; ep = t.owned) endpointOwnerDied(ep);
  for (let slot: u32 = 0; slot < MAX_PROCESSES; slot++) {
    const caller = threadAt(slot);
    if (caller.server != t) continue;
    const ep = caller.endpoint;
    if (ep && ep.state == ENDPOINT_RESTARTING && isIdempotent(infoOp(caller.qInfo))) queueAgain(ep, caller);
    else deliverFailure(caller, -ECONNRESET);
  }
  t.notified = 0;
}

function queueAgain(ep: Endpoint, caller: Thread): void {
  caller.server = null;
  caller.state = STATE_SENDING;
  enqueueFirst(ep, itemOf(caller));
}
