// Receiving and replying. A receive returns the sticky notifications if any are set, else the first queued message,
// else blocks. A reply names its caller by a single-use token.

import { EPID_ANY, EPID_NONE, NOTIFY_USER_MASK, RIGHT_RECEIVE, RIGHT_SEND } from "../../abi/endpoints";
import { ECONNREFUSED, EINVAL, EMSGSIZE, ENXIO, EPERM, ESRCH, ETIMEDOUT } from "../../abi/errno";
import { MAX_MESSAGE_DATA } from "../../abi/limits";
import { FLAG_GRANT, infoFlags, infoLength, infoPriority } from "../../abi/message";
import { Endpoint, countStored, findEndpoint } from "./endpoint";
import { checkGrant } from "./grant";
import { busiestOwned } from "./owned";
import { highestQueued } from "./priority";
import { first, unlink } from "./queue";
import { rightsOf } from "./rights";
import { firstReceive, makeReady, startTimeout, stopTimeout } from "./sched";
import { giveSlot } from "./store";
import {
  COMPLETION_WINDOWS,
  ITEM_ASYNC,
  STATE_AWAITING_REPLY,
  STATE_READY,
  STATE_RECEIVING,
  TOKEN_SLOT_MASK,
  Thread,
  threadAt,
  threadOfItem,
} from "./thread";
import { deliver, deliverNotification, deliverReply } from "./transfer";

/**
 * Receives for `t` from endpoint `epid`, which it must own, with EPID_ANY from all that it owns, or with EPID_NONE
 * notifications only. timeout_ns < 0: wait for ever; 0: poll. 0: received (frame is set) or blocked; -ENXIO, -EPERM,
 * -ETIMEDOUT (poll).
 */
export function endpointRecv(t: Thread, epid: u32, timeout_ns: i64): i32 {
  const status = mayReceive(t, epid);
  return status < 0 ? status : receive(t, epid, timeout_ns);
}

/** 0, -ENXIO (also EPID_ANY for a thread that owns none), -EPERM. */
function mayReceive(t: Thread, epid: u32): i32 {
  if (epid == EPID_NONE) return 0;
  if (epid == EPID_ANY) return t.owned ? 0 : -ENXIO;
  const ep = findEndpoint(epid);
  if (!ep) return -ENXIO;
  return (rightsOf(t, ep) & RIGHT_RECEIVE) != 0 && ep.owner == t ? 0 : -EPERM;
}

function receive(t: Thread, epid: u32, timeout_ns: i64): i32 {
  t.priority = max(t.basePriority, highestQueued(t));
  const isAny = epid == EPID_ANY;
  const ep: Endpoint | null = isAny ? null : findEndpoint(epid);
  // Before the notifications are looked at: it logs a line, of which the reader of the log, perhaps `t`, is notified.
  if (ep) noteFirstReceive(t, ep);
  else if (isAny) noteFirstReceives(t);
  const bits = t.notified;
  if (bits) {
    t.notified = 0;
    deliverNotification(t, bits);
    return 0;
  }
  const from: Endpoint | null = isAny ? busiestOwned(t) : ep;
  if (from && receiveQueued(t, from)) {
    if (isAny) t.owned = from.nextOwned;
    return 0;
  }
  if (timeout_ns == 0) return -ETIMEDOUT;
  if (ep) ep.waiter = t;
  t.endpoint = ep;
  t.waitsAny = u32(isAny);
  t.state = STATE_RECEIVING;
  if (timeout_ns > 0) startTimeout(t, timeout_ns);
  return 0;
}

@inline function noteFirstReceive(t: Thread, ep: Endpoint): void {
  if (ep.receiver) return;
  ep.receiver = t;
  firstReceive(ep.id, t.pid);
}

function noteFirstReceives(t: Thread): void {
  const start = t.owned;
  let ep = start;
  while (ep) {
    noteFirstReceive(t, ep);
    ep = ep.nextOwned;
    if (ep == start) break;
  }
}

/** `t` waits in a receive no more: something is about to be delivered to it, or it leaves. */
export function endWait(t: Thread): void {
  stopTimeout(t);
  const ep = t.endpoint;
  if (ep) ep.waiter = null;
  t.endpoint = null;
  t.waitsAny = 0;
}

/** Takes the first queued message, if there is one. */
function receiveQueued(t: Thread, ep: Endpoint): bool {
  const item = first(ep);
  if (!item) return false;
  unlink(ep, item);
  ep.calls++;
  deliver(item, t, ep.id);
  if (item.kind == ITEM_ASYNC) {
    countStored(ep, infoPriority(item.info), -1);
    giveSlot(item);
  } else {
    const caller = threadOfItem(item);
    caller.state = STATE_AWAITING_REPLY;
    caller.server = t;
  }
  return true;
}

/** The thread that waits for `server` to answer `token`, or null: forged, late and second tokens find nobody. */
export function callerOf(server: Thread, token: u64): Thread | null {
  const caller = threadAt((<u32>token) & TOKEN_SLOT_MASK);
  return caller.token == token && caller.server == server ? caller : null;
}

/**
 * Answers `token` with `server`'s message page. 0, -EMSGSIZE, -ESRCH when nobody waits for that token; a grant (FLAG_GRANT) of
 * what is not the server's to give: its error, and -EINVAL where the caller made a system call that was delegated.
 */
export function endpointSendResponse(server: Thread, token: u64, info: u64, value: i64): i32 {
  if (infoLength(info) > MAX_MESSAGE_DATA) return -EMSGSIZE;
  const caller = callerOf(server, token);
  if (!caller) return -ESRCH;
  if (infoFlags(info) & FLAG_GRANT) {
    const status = caller.completion > COMPLETION_WINDOWS ? -EINVAL : checkGrant(server);
    if (status < 0) return status;
  }
  deliverReply(server, caller, info, value);
  return 0;
}

/**
 * Answers `token`, then receives as endpointRecv(). A fault in either's arguments changes nothing: -ENXIO, -EPERM, -EMSGSIZE;
 * -ESRCH when nobody waits for the token: then nothing is received either.
 */
export function replyRecv(t: Thread, epid: u32, token: u64, info: u64, value: i64, timeout_ns: i64): i32 {
  let status = mayReceive(t, epid);
  if (status < 0) return status;
  status = endpointSendResponse(t, token, info, value);
  return status < 0 ? status : receive(t, epid, timeout_ns);
}

/** Sets `bits`, within NOTIFY_USER_MASK, for the owner of `epid`. 0, -ENXIO, -EPERM, -EINVAL, -ECONNREFUSED (nobody owns it). */
export function endpointNotify(t: Thread, epid: u32, bits: u64): i32 {
  const ep = findEndpoint(epid);
  if (!ep) return -ENXIO;
  if (!(rightsOf(t, ep) & RIGHT_SEND)) return -EPERM;
  if (bits & ~NOTIFY_USER_MASK) return -EINVAL;
  const owner = ep.owner;
  if (!owner) return -ECONNREFUSED;
  notify(owner, bits);
  return 0;
}

/** Sets sticky bits for `t`; if it waits in a receive, that receive returns them. */
export function notify(t: Thread, bits: u64): void {
  t.notified |= bits;
  if (t.state != STATE_RECEIVING || !t.notified) return;
  endWait(t);
  deliverNotification(t, t.notified);
  t.notified = 0;
  t.state = STATE_READY;
  makeReady(t);
}
