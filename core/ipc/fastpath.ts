// The fast path of call and replyRecv: what happens when the receiver waits and nothing is special. Both are leaf
// functions that decide everything before they change anything; 0 means "declined, nothing changed", and the general
// path (send.ts, receive.ts) starts over and finds the error or does the work. boot/vectors.S keeps x1–x4 in registers.
//
// Declined: any flag, more than 256 bytes, a priority above the cap, no such endpoint, no right, nobody waiting (call) or
// something queued or notified (replyRecv), a running timeout, the reply to a call that is delegated or has windows, somebody better ready to run.

import { MAX_ENDPOINTS, MAX_MESSAGE_DATA, REGISTER_DATA } from "../../abi/limits";
import { RIGHT_RECEIVE, RIGHT_SEND } from "../../abi/endpoints";
import { INFO_LENGTH_SHIFT, MESSAGE_DATA, infoPriority } from "../../abi/message";
import { endpointAt } from "./endpoint";
import {
  STATE_AWAITING_REPLY,
  STATE_READY,
  STATE_RECEIVING,
  TOKEN_SLOT_MASK,
  TOKEN_STEP,
  Thread,
  threadAt,
} from "./thread";
import { copyData } from "./sched";

const INDEX_MASK: u32 = MAX_ENDPOINTS - 1;

@inline function copyRest(to: Thread, from: Thread, length: u32): void {
  copyData(
    to.messagePage + MESSAGE_DATA + REGISTER_DATA,
    from.messagePage + MESSAGE_DATA + REGISTER_DATA,
    length - REGISTER_DATA,
  );
}

/** Call by `t`: → the receiver, now running in its place, or null. */
@inline export function fastCall(t: Thread, epid: u32, info: u64): Thread | null {
  const length = info >> INFO_LENGTH_SHIFT; // with the flags above it: any flag makes it too large
  if (length > <u64>MAX_MESSAGE_DATA) return null;
  if (infoPriority(info) > t.maxMessagePriority) return null;
  const ep = endpointAt(epid & INDEX_MASK);
  if (ep.id != epid) return null;
  if (!(load<u8>(t.rights + (epid & INDEX_MASK)) & RIGHT_SEND)) return null;
  const r = ep.waiter;
  if (!r) return null;
  if (r.deadline) return null;

  if (length > <u64>REGISTER_DATA) copyRest(r, t, <u32>length);
  ep.waiter = null;
  ep.calls++;
  t.token += TOKEN_STEP;
  t.endpoint = ep;
  t.server = r;
  t.completion = 0;
  t.state = STATE_AWAITING_REPLY;
  r.state = STATE_READY;
  r.priority = max(r.basePriority, t.priority);
  return r;
}

/** Reply to `token` and receive by `t`; bit p of `ready`: a thread of priority p is ready: → the caller, or null. */
@inline export function fastReplyRecv(
  t: Thread,
  epid: u32,
  info: u64,
  token: u64,
  ready: u32,
): Thread | null {
  const length = info >> INFO_LENGTH_SHIFT;
  if (length > <u64>MAX_MESSAGE_DATA) return null;
  const c = threadAt((<u32>token) & TOKEN_SLOT_MASK);
  if (c.token != token || c.state != STATE_AWAITING_REPLY || c.server != t) return null;
  if (c.completion | u32(c.deadline != 0)) return null;
  const ep = endpointAt(epid & INDEX_MASK);
  if (ep.id != epid || ep.owner != t) return null;
  if (!(load<u8>(t.rights + (epid & INDEX_MASK)) & RIGHT_RECEIVE)) return null;
  if (ep.queued | u32(t.notified != 0) | u32(!ep.served)) return null;
  if ((ready >> c.priority) >> 1) return null;

  if (length > <u64>REGISTER_DATA) copyRest(c, t, <u32>length);
  ep.waiter = t;
  t.endpoint = ep;
  t.state = STATE_RECEIVING;
  t.priority = t.basePriority;
  c.server = null;
  c.state = STATE_READY;
  return c;
}
