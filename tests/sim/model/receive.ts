// Receiving and replying in the model.

import { ECONNREFUSED, EINVAL, EMSGSIZE, ENXIO, EPERM, ESRCH, ETIMEDOUT } from "../../../abi/errno.ts";
import { EPID_ANY, FIRST_DYNAMIC_ENDPOINT, RIGHT_RECEIVE } from "../../../abi/endpoints.ts";
import { MAX_MESSAGE_DATA, MAX_PROCESSES } from "../../../abi/limits.ts";
import type { Call } from "./call.ts";
import { endCall, forgetStored, notify, takeNotifications } from "./cancel.ts";
import { completeCall } from "./completion.ts";
import { announce } from "./log.ts";
import { check } from "./mismatch.ts";
import type { Model } from "./model.ts";
import { beginReceive, endReceive } from "./priority.ts";
import { give, mayGrant, maySend } from "./rights.ts";
import { deliver } from "./send.ts";
import { type Endpoint, type Message, type Process, STATE } from "./state.ts";
import { FLAG, FOREVER, REPLY_MASK, error, infoCode, infoFlags, infoLength, register, signed } from "./words.ts";

const ENDPOINT_SHIFT = 32n;
const NOTIFY_USER_SHIFT = 40n;

/** 0, or why `t` may not receive from `epid`. */
function mayReceive(m: Model, t: Process, epid: bigint): bigint {
  if (epid === 0n) return 0n;
  if (epid === BigInt(EPID_ANY)) return m.owned(t).length > 0 ? 0n : error(ENXIO);
  const ep = m.endpoint(epid);
  if (!ep) return error(ENXIO);
  return t.rights[ep.index] & RIGHT_RECEIVE && ep.owner === t ? 0n : error(EPERM);
}

/** Whether something is queued that a receive from any endpoint could take from `ep`. */
const topPriority = (ep: Endpoint): number => ep.queues.findLastIndex((queue) => queue.length > 0);

/** The endpoint whose message a receive takes: of several with equally urgent ones, whichever the kernel took. */
function choose(m: Model, t: Process, sources: Endpoint[]): Endpoint | undefined {
  const best = Math.max(-1, ...sources.map(topPriority));
  if (best < 0) return undefined;
  const candidates = sources.filter((ep) => topPriority(ep) === best);
  const taken = m.endpoint(m.oracle.register(t.slot, 7) >> ENDPOINT_SHIFT);
  check(
    taken !== undefined && candidates.includes(taken),
    () => `pid ${t.pid} receives from endpoint ${taken?.id}, not from one of ${candidates.map(({ id }) => id).join(", ")}`,
  );
  return taken;
}

function receive(m: Model, t: Process, epid: bigint, timeout: bigint): bigint | undefined {
  beginReceive(m, t);
  const isAny = epid === BigInt(EPID_ANY);
  const only = isAny ? undefined : m.endpoint(epid);
  const sources = isAny ? m.owned(t) : only ? [only] : [];
  for (const ep of sources) firstReceive(m, ep); // logs a line, of which `t` may be the reader
  if (t.notified !== 0n) {
    t.expected = takeNotifications(t);
    return undefined;
  }
  const from = choose(m, t, sources);
  if (from) {
    take(m, t, from);
    return undefined;
  }
  if (timeout === 0n) return error(ETIMEDOUT);
  t.state = STATE.RECEIVING;
  t.endpoint = only;
  t.waitsAny = isAny;
  if (timeout > 0n) m.startTimeout(t, timeout);
  return undefined;
}

function firstReceive(m: Model, ep: Endpoint): void {
  if (ep.served) return;
  ep.served = true;
  if (ep.index < FIRST_DYNAMIC_ENDPOINT) announce(m);
}

/** Takes the first message of the highest priority. */
function take(m: Model, t: Process, ep: Endpoint): void {
  const entry = ep.queues[topPriority(ep)].shift();
  if (!entry) throw new Error("the queue is empty");
  ep.calls++;
  t.expected = deliver(m, entry, t, ep);
  const { caller } = entry;
  if (caller) {
    caller.state = STATE.AWAITING_REPLY;
    caller.server = t;
  } else {
    forgetStored(m, entry.pid);
  }
  endReceive(m, t, caller);
}

/** ep_recv(endpoint, timeout in x6). */
export function sysReceive(m: Model, t: Process, c: Call): bigint | undefined {
  const status = mayReceive(m, t, c.x[0]);
  return status < 0n ? status : receive(m, t, c.x[0], signed(c.x[6]));
}

/** The caller that waits for `t` to answer `token`. */
export function callerOf(m: Model, t: Process, token: bigint): Process | undefined {
  const caller = m.processes[Number(token & BigInt(MAX_PROCESSES - 1))];
  return caller?.state === STATE.AWAITING_REPLY && caller.token === token && caller.server === t ? caller : undefined;
}

function reply(m: Model, t: Process, token: bigint, message: Message, value: bigint): bigint {
  const { info } = message;
  if (infoLength(info) > MAX_MESSAGE_DATA) return error(EMSGSIZE);
  const caller = callerOf(m, t, token);
  if (!caller) return error(ESRCH);
  const hasGrant = (infoFlags(info) & FLAG.GRANT) !== 0;
  if (hasGrant) {
    const status = caller.completion ? error(EINVAL) : mayGrant(m, t, message.grant);
    if (status < 0n) return status;
  }
  const data = message.data.slice(0, infoLength(info));
  endCall(m, caller);
  m.scheduler.handedTo = caller;
  if (caller.completion) {
    completeCall(m, caller, infoCode(info), signed(value), data, infoFlags(info));
  } else {
    if (hasGrant && message.grant) give(m, t, caller, message.grant);
    caller.expected = {
      kind: "message",
      x0: register(infoCode(info)),
      x5: info & REPLY_MASK,
      x6: register(value),
      x7: 0n,
      data,
      rest: message.data,
      grant: hasGrant ? message.grant : undefined,
    };
  }
  return 0n;
}

/** ep_reply(token in x6, value in x7). */
export function sysReply(m: Model, t: Process, c: Call): bigint {
  return reply(m, t, c.x[6], c.message, c.x[7]);
}

/** ep_reply_recv(endpoint, token in x6, value in x7; timeout in the page if flagged). */
export function sysReplyReceive(m: Model, t: Process, c: Call): bigint | undefined {
  const epid = c.x[0];
  let status = mayReceive(m, t, epid);
  if (status === 0n) status = reply(m, t, c.x[6], c.message, c.x[7]);
  if (status < 0n) return status;
  return receive(m, t, epid, infoFlags(c.x[5]) & FLAG.TIMEOUT ? c.timeout : FOREVER);
}

/** notify(endpoint, bits). */
export function sysNotify(m: Model, t: Process, c: Call): bigint {
  const ep = m.endpoint(c.x[0]);
  if (!ep) return error(ENXIO);
  if (!maySend(t, ep)) return error(EPERM);
  if (c.x[1] & ((1n << NOTIFY_USER_SHIFT) - 1n)) return error(EINVAL);
  if (!ep.owner) return error(ECONNREFUSED);
  notify(m, ep.owner, c.x[1]);
  return 0n;
}
