// The fast path of call and replyRecv: what happens when the receiver waits and nothing is special. Both are leaf
// functions that decide everything before they change anything; 0 means "declined, nothing changed", and the general
// path (send.ts, receive.ts) starts over and finds the error or does the work. boot/vectors.S keeps x1–x4 in registers.
//
// Declined: any flag, more than 256 bytes, a priority above the cap, no such endpoint, no right, nobody waiting (call) or
// something queued on any of its endpoints or notified (replyRecv), a running timeout, the reply to a call with windows,
// somebody better ready to run.
// The reply to a delegated call is decided here too; how it becomes a result is the kernel's (kernel/main.ts).

import { MAX_ENDPOINTS, MAX_MESSAGE_DATA, REGISTER_DATA } from "../../abi/limits";
import { RIGHT_SEND } from "../../abi/endpoints";
import { INFO_LENGTH_SHIFT, MESSAGE_DATA, infoPriority } from "../../abi/message";
import { Endpoint, endpointAt, waiterOf } from "./endpoint";
import {
  FRAME_MESSAGE,
  STATE_AWAITING_REPLY,
  STATE_READY,
  STATE_RECEIVING,
  TOKEN_SLOT_MASK,
  TOKEN_STEP,
  Thread,
  threadAt,
} from "./thread";
import { copyData, handOff, opaqueThread } from "./sched";
import { messageData, moveData } from "./transfer";

const INDEX_MASK: u32 = MAX_ENDPOINTS - 1;

@inline function copyRest(to: Thread, from: Thread, length: u32): void {
  copyData(
    to.messagePage + MESSAGE_DATA + REGISTER_DATA,
    from.messagePage + MESSAGE_DATA + REGISTER_DATA,
    length - REGISTER_DATA,
  );
}

/** Call by `t`: → the receiver, now running in its place, or null. */
@inline export function fastCall(t: Thread, epid: u64, info: u64): Thread | null {
  const length = info >> INFO_LENGTH_SHIFT; // with the flags above it: any flag makes it too large
  if (length > <u64>MAX_MESSAGE_DATA) return null;
  if (infoPriority(info) > t.maxMessagePriority) return null;
  const ep = endpointAt((<u32>epid) & INDEX_MASK);
  if (<u64>ep.id != epid) return null;
  if (!(load<u8>(t.rights + ((<u32>epid) & INDEX_MASK)) & RIGHT_SEND)) return null;
  const r = ep.waiter;
  if (!r) return null;
  if (r.deadline) return null;

  if (length > <u64>REGISTER_DATA) copyRest(r, t, <u32>length);
  ep.waiter = null;
  ep.calls++;
  t.token += TOKEN_STEP;
  t.qInfo = info;
  t.endpoint = ep;
  t.server = r;
  t.completion = 0;
  t.state = STATE_AWAITING_REPLY;
  r.state = STATE_READY;
  r.priority = max(r.priority, t.priority);
  return r;
}

/**
 * Whether the reply to `token` by `t`, which then receives, can be done here; bit p of `ready`: a thread of priority p is ready.
 * → the caller to be answered, or null. Its `completion` says what kind of answer it takes.
 */
@inline export function mayReplyFast(t: Thread, info: u64, token: u64, ready: u32): Thread | null {
  if (info >> INFO_LENGTH_SHIFT > <u64>MAX_MESSAGE_DATA) return null;
  const c = opaqueThread(threadAt((<u32>token) & TOKEN_SLOT_MASK));
  if (c.token != token || c.server != t) return null;
  if (c.deadline) return null;
  if (t.busy | u32(t.notified != 0)) return null;
  return (ready >> c.priority) >> 1 ? null : c;
}

/** Whether `t` may wait at `ep`, which `epid` names. A receiver is the owner, whose right to receive nobody can take. */
@inline export function mayWaitAt(t: Thread, ep: Endpoint, epid: u64): bool {
  return <u64>ep.id == epid && ep.receiver == t;
}

/** The endpoint that `epid` may name. */
@inline export function endpointNamed(epid: u64): Endpoint {
  return endpointAt((<u32>epid) & INDEX_MASK);
}

/** Answers `c`, whose call was an ordinary one, and lets `t` wait at `ep`. */
@inline export function replyFast(t: Thread, c: Thread, ep: Endpoint, info: u64): void {
  const length = <u32>(info >> INFO_LENGTH_SHIFT);
  if (length > REGISTER_DATA) copyRest(c, t, length);
  c.server = null;
  c.state = STATE_READY;
  waitAt(t, ep);
}

/** `t` waits at `ep`. */
@inline export function waitAt(t: Thread, ep: Endpoint): void {
  ep.waiter = t;
  t.endpoint = ep;
  t.state = STATE_RECEIVING;
  t.priority = t.basePriority;
}

/** `t` waits at all its endpoints. */
@inline export function waitAtAny(t: Thread): void {
  t.endpoint = null;
  t.waitsAny = 1;
  t.state = STATE_RECEIVING;
  t.priority = t.basePriority;
}

/**
 * A call that the kernel makes in `t`'s name, its message without flags and whole in `t`'s page: to whoever waits at `ep`, who
 * then is to run next (handOff). False: declined, nothing changed.
 */
@inline export function fastDelegate(t: Thread, ep: Endpoint, info: u64): bool {
  if (infoPriority(info) > t.maxMessagePriority) return false;
  const r = waiterOf(ep);
  if (!r || r.deadline) return false;
  ep.calls++;
  ep.waiter = null;
  r.endpoint = null;
  r.waitsAny = 0;
  t.token += TOKEN_STEP;
  t.qInfo = info;
  t.endpoint = ep;
  t.server = r;
  t.state = STATE_AWAITING_REPLY;
  r.state = STATE_READY;
  r.priority = max(r.priority, t.priority);
  moveData(r, messageData(t), <u32>(info >> INFO_LENGTH_SHIFT));
  r.x0 = 0;
  r.x5 = info;
  r.x6 = t.token;
  r.x7 = (<u64>t.pid) | ((<u64>ep.id) << 32);
  r.frame = FRAME_MESSAGE;
  handOff(r);
  return true;
}
