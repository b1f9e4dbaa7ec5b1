// Receiving and replying. A receive returns the sticky notifications if any are set, else the first queued message,
// else blocks. A reply names its caller by a single-use token.

import { EPID_NONE, RIGHT_RECEIVE } from "../../abi/endpoints";
import { EMSGSIZE, ENXIO, EPERM, ESRCH, ETIMEDOUT } from "../../abi/errno";
import { MAX_MESSAGE_DATA } from "../../abi/limits";
import { infoLength, infoPriority } from "../../abi/message";
import { Endpoint, countStored, findEndpoint, rightsOf } from "./endpoint";
import {
  ITEM_ASYNC,
  STATE_AWAITING_REPLY,
  STATE_READY,
  STATE_RECEIVING,
  TOKEN_SLOT_MASK,
  Thread,
  threadAt,
  threadOfItem,
} from "./thread";
import { first, unlink } from "./queue";
import { giveSlot } from "./store";
import { deliver, deliverNotification, deliverReply } from "./transfer";
import { firstReceive, makeReady, startTimeout, stopTimeout } from "./sched";
import { highestQueued } from "./priority";

/**
 * Receives for `t` from endpoint `epid`, which it must own, or with EPID_NONE notifications only.
 * timeout_ns < 0: wait for ever; 0: poll. 0: received (frame is set) or blocked; -ENXIO, -EPERM, -ETIMEDOUT (poll).
 */
export function endpointRecv(t: Thread, epid: u32, timeout_ns: i64): i32 {
  let ep: Endpoint | null = null;
  if (epid != EPID_NONE) {
    ep = findEndpoint(epid);
    if (!ep) return -ENXIO;
    if (!mayReceive(t, ep)) return -EPERM;
  }
  return receive(t, ep, timeout_ns);
}

@inline function mayReceive(t: Thread, ep: Endpoint): bool {
  return (rightsOf(t, ep) & RIGHT_RECEIVE) != 0 && ep.owner == t;
}

function receive(t: Thread, ep: Endpoint | null, timeout_ns: i64): i32 {
  t.priority = t.basePriority;
  const bits = t.notified;
  if (bits) {
    t.notified = 0;
    deliverNotification(t, bits);
    return 0;
  }
  if (ep) {
    if (!ep.served) {
      ep.served = 1;
      firstReceive(ep.id, t.pid);
    }
    if (receiveQueued(t, ep)) return 0;
  }
  if (timeout_ns == 0) return -ETIMEDOUT;
  if (ep) ep.waiter = t;
  t.endpoint = ep;
  t.state = STATE_RECEIVING;
  if (timeout_ns > 0) startTimeout(t, timeout_ns);
  return 0;
}

/** Takes the first queued message, if there is one. */
function receiveQueued(t: Thread, ep: Endpoint): bool {
  const item = first(ep);
  if (!item) return false;
  unlink(ep, item);
  ep.calls++;
  deliver(item, t);
  if (item.kind == ITEM_ASYNC) {
    countStored(ep, infoPriority(item.info), -1);
    giveSlot(item);
  } else {
    const caller = threadOfItem(item);
    caller.state = STATE_AWAITING_REPLY;
    caller.server = t;
    t.priority = max(t.priority, caller.priority);
  }
  if (ep.queued) t.priority = max(t.priority, highestQueued(ep));
  return true;
}

/** The thread that waits for `server` to answer `token`, or null: forged, late and second tokens find nobody. */
export function callerOf(server: Thread, token: u64): Thread | null {
  const caller = threadAt((<u32>token) & TOKEN_SLOT_MASK);
  if (caller.token != token || caller.state != STATE_AWAITING_REPLY || caller.server != server) return null;
  return caller;
}

/** Answers `token` with `server`'s message page. 0, -EMSGSIZE, -ESRCH when nobody waits for that token. */
export function endpointSendResponse(server: Thread, token: u64, info: u64, value: i64): i32 {
  if (infoLength(info) > MAX_MESSAGE_DATA) return -EMSGSIZE;
  const caller = callerOf(server, token);
  if (!caller) return -ESRCH;
  deliverReply(server, caller, info, value);
  return 0;
}

/**
 * Answers `token`, then receives from `epid`. A fault in either's arguments changes nothing: -ENXIO, -EPERM, -EMSGSIZE;
 * -ESRCH when nobody waits for the token: then nothing is received either.
 */
export function replyRecv(t: Thread, epid: u32, token: u64, info: u64, value: i64): i32 {
  const ep = findEndpoint(epid);
  if (!ep) return -ENXIO;
  if (!mayReceive(t, ep)) return -EPERM;
  const status = endpointSendResponse(t, token, info, value);
  if (status < 0) return status;
  return receive(t, ep, -1);
}

/** Sets sticky bits for `t`; if it waits in a receive, that receive returns them. */
export function notify(t: Thread, bits: u64): void {
  t.notified |= bits;
  if (t.state != STATE_RECEIVING) return;
  stopTimeout(t);
  const ep = t.endpoint;
  if (ep) ep.waiter = null;
  t.endpoint = null;
  deliverNotification(t, t.notified);
  t.notified = 0;
  t.state = STATE_READY;
  makeReady(t);
}
