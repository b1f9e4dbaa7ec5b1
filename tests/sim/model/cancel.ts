// Ends of calls and waits that no answer brings: timeouts, deaths, dismissals; and notifications.

import { ECONNREFUSED, ECONNRESET, ETIMEDOUT } from "../../../abi/errno.ts";
import { FIRST_DYNAMIC_ENDPOINT } from "../../../abi/endpoints.ts";
import { isIdempotent } from "../../../abi/ops.ts";
import { completeCall } from "./completion.ts";
import type { Model } from "./model.ts";
import { endReceive } from "./priority.ts";
import { Endpoint, type Process, STATE } from "./state.ts";
import { FLAG, NOTIFY, flagsWord, infoOp, infoPriority, register, replyInfo } from "./words.ts";

const NOTIFICATION_BYTES = 8;
const REGISTER_DATA = 32;
const LENGTH_SHIFT = 32n;

/** Sets sticky bits of `p`; a receive that waits returns them. */
export function notify(m: Model, p: Process, bits: bigint): void {
  p.notified |= bits;
  if (p.state !== STATE.RECEIVING || p.notified === 0n) return;
  endReceive(m, p);
  m.wake(p, takeNotifications(p));
}

/** What a receive returns that finds notifications. */
export function takeNotifications(p: Process): Process["expected"] {
  const data = new Uint8Array(REGISTER_DATA);
  new DataView(data.buffer).setBigUint64(0, p.notified, true);
  p.notified = 0n;
  const x5 = (BigInt(NOTIFICATION_BYTES) << LENGTH_SHIFT) | flagsWord(FLAG.NOTIFICATION);
  return { kind: "message", x0: 0n, x5, x6: 0n, x7: 0n, data };
}

/** What the caller of a call finds that the kernel failed: code < 0. */
export function failure(code: number): Process["expected"] {
  const x5 = replyInfo(code, 0, FLAG.KERNEL);
  return { kind: "message", x0: register(code), x5, x6: 0n, x7: 0n, data: new Uint8Array(0) };
}

/** Takes a caller's entry out of the queue it stands in. */
export function unqueue(p: Process): void {
  for (const queue of p.endpoint?.queues ?? []) {
    const at = queue.findIndex(({ caller }) => caller === p);
    if (at >= 0) queue.splice(at, 1);
  }
}

/** Ends a call of `caller`, queued or received, on the kernel's account. */
export function failCall(m: Model, caller: Process, code: number): void {
  if (caller.state === STATE.SENDING) unqueue(caller);
  endCall(m, caller);
  if (caller.completion) completeCall(m, caller, code);
  else caller.expected = failure(code);
}

/** `caller`'s call is over; its memory can be reached no more. */
export function endCall(m: Model, caller: Process): void {
  caller.windows = [];
  m.wake(caller, caller.expected);
}

/** Takes a blocked thread from whatever it waits at; a server that holds its call hears of it. */
function leaveWait(m: Model, p: Process): void {
  if (p.state === STATE.SENDING) unqueue(p);
  if (p.state !== STATE.AWAITING_REPLY || !p.server || !p.endpoint?.id) return; // nobody drains an endpoint that is gone
  m.cancelledTokens.set(p.slot, p.token);
  p.endpoint.cancelled.add(p.slot);
  notify(m, p.server, NOTIFY.DRAIN);
}

/** `p`'s timeout ran out. */
export function timedOut(m: Model, p: Process): void {
  p.deadline = 0n;
  if (p.state === STATE.RECEIVING) {
    endReceive(m, p);
    m.wake(p, { kind: "result", x0: register(-ETIMEDOUT) });
  } else {
    leaveWait(m, p);
    failCall(m, p, -ETIMEDOUT);
  }
}

/** A read of files or sockets that `p` waits in, if it does, ends with `code`. */
export function cancelRead(m: Model, p: Process, code: number): void {
  const waits = p.state === STATE.SENDING || p.state === STATE.AWAITING_REPLY;
  if (!waits || p.completion?.kind !== "read") return;
  leaveWait(m, p);
  failCall(m, p, code);
}

/** Refuses all that is queued, and forgets what its owner should have heard of. */
function dismissQueue(m: Model, ep: Endpoint): void {
  for (const handle of ep.closed) m.handles.delete(handle);
  ep.closed = [];
  ep.cancelled.clear();
  for (const { caller, pid } of [...ep.entries()]) {
    if (caller) failCall(m, caller, -ECONNREFUSED);
    else forgetStored(m, pid);
  }
  ep.queues = [[], [], [], []];
}

/** A stored message of process `pid` is stored no more. */
export function forgetStored(m: Model, pid: number): void {
  m.stored--;
  const sender = m.find(pid);
  if (sender) sender.messagesLeft++;
}

/** An endpoint that a program created is no more. */
export function releaseEndpoint(m: Model, ep: Endpoint): void {
  dismissQueue(m, ep);
  for (const p of m.all()) p.rights[ep.index] = 0;
  if (ep.owner) ep.owner.endpointsLeft++;
  m.endpoints[ep.index] = new Endpoint(ep.index);
  ep.id = 0;
  ep.owner = undefined;
}

/** The owner of an endpoint died: a created one goes with it, a well-known one is down or waits for the next owner. */
function ownerDied(m: Model, ep: Endpoint): void {
  if (ep.index >= FIRST_DYNAMIC_ENDPOINT) {
    releaseEndpoint(m, ep);
    return;
  }
  ep.owner = undefined;
  ep.served = false;
  ep.cancelled.clear();
  ep.state = "restarting";
  if (!ep.supervised) abandonEndpoint(m, ep);
}

/** Nobody will follow its dead owner. */
export function abandonEndpoint(m: Model, ep: Endpoint): void {
  ep.state = "down";
  ep.supervised = false;
  dismissQueue(m, ep);
}

/**
 * `p` dies: it leaves its wait, its endpoints end, go down or wait for their next owner. Of the calls it holds, those that
 * may be done twice go back to an endpoint that will be served again; the others are reset.
 */
export function threadDied(m: Model, p: Process): void {
  leaveWait(m, p);
  p.state = STATE.ZOMBIE; // it is nobody's server, caller or receiver any more
  for (const ep of m.owned(p)) ownerDied(m, ep);
  for (const caller of m.all()) {
    if (caller.state !== STATE.AWAITING_REPLY || caller.server !== p) continue;
    const again = caller.endpoint?.state === "restarting" && isIdempotent(infoOp(caller.call?.info ?? 0n));
    if (again) queueAgain(caller);
    else failCall(m, caller, -ECONNRESET);
  }
  p.notified = 0n;
  p.deadline = 0n;
  p.server = undefined;
  p.endpoint = undefined;
}

/** It has waited longest of its priority. */
function queueAgain(caller: Process): void {
  const { call, endpoint } = caller;
  if (!call || !endpoint) throw new Error("there is no call");
  caller.server = undefined;
  caller.state = STATE.SENDING;
  endpoint.queues[infoPriority(call.info)].unshift({ message: call, pid: caller.pid, caller });
}
