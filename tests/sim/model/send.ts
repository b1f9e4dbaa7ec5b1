// Sending in the model: calls, which block their caller until the reply, and asynchronous messages, which are stored.

import {
  EAGAIN,
  ECONNREFUSED,
  EDEADLK,
  EFAULT,
  EMSGSIZE,
  ENXIO,
  EPERM,
  ETIMEDOUT,
} from "../../../abi/errno.ts";
import { MAX_MESSAGE_DATA, MAX_QUEUED_MESSAGES, MAX_QUEUED_PER_PRIORITY } from "../../../abi/limits.ts";
import type { Call } from "./call.ts";
import { failure } from "./cancel.ts";
import type { Model } from "./model.ts";
import { closesCycle, inherit, endReceive } from "./priority.ts";
import { give, maySend, mayGrant } from "./rights.ts";
import { type Endpoint, type Entry, type Message, type Process, STATE } from "./state.ts";
import {
  FLAG,
  FOREVER,
  I64_MAX,
  REQUEST_MASK,
  error,
  flagsWord,
  infoFlags,
  infoLength,
  infoPriority,
  priorityWord,
} from "./words.ts";

const TOKEN_STEP = 256n;
const ENDPOINT_SHIFT = 32n;

/** Who would take a message to `ep` now. */
export function waiterOf(ep: Endpoint): Process | undefined {
  const { owner } = ep;
  if (owner?.state !== STATE.RECEIVING) return undefined;
  return owner.waitsAny || owner.endpoint === ep ? owner : undefined;
}

/** A message with what the kernel changes of it: flags masked, priority capped. */
function stamp(t: Process, { info, data, behind, grant }: Message): Message {
  const excess = infoPriority(info) - t.maxMessagePriority;
  const capped = excess > 0 ? info - priorityWord(excess) : info;
  return { info: capped & REQUEST_MASK, data, behind, grant: infoFlags(info) & FLAG.GRANT ? grant : undefined };
}

/** What a receive finds that gets `entry`, and the grant that comes with it. */
export function deliver(m: Model, entry: Entry, receiver: Process, ep: Endpoint): Process["expected"] {
  const { message, caller, pid } = entry;
  let { info } = message;
  const { grant } = message;
  const granted = grant !== undefined && give(m, m.find(pid), receiver, grant);
  if (grant && !granted) info &= ~flagsWord(FLAG.GRANT);
  return {
    kind: "message",
    x0: 0n,
    x5: caller ? info : info | flagsWord(FLAG.ASYNC),
    x6: caller ? caller.token : 0n,
    x7: BigInt(pid) | (BigInt(ep.id) << ENDPOINT_SHIFT),
    data: message.data.slice(0, infoLength(info)),
    rest: message.behind ?? message.data,
    grant: granted ? grant : undefined,
  };
}

/** Gives an entry to the thread that waits for it. */
function handOver(m: Model, ep: Endpoint, entry: Entry, receiver: Process): void {
  ep.calls++;
  const expected = deliver(m, entry, receiver, ep);
  endReceive(m, receiver, entry.caller);
  m.wake(receiver, expected);
  m.scheduler.handedTo = receiver;
}

/** Errors that any message to `ep` may have, before its grant is looked at. */
function checkMessage(ep: Endpoint, { info }: Message): bigint {
  if (infoLength(info) > MAX_MESSAGE_DATA) return error(EMSGSIZE);
  return ep.isUp ? 0n : error(ECONNREFUSED);
}

/** A call of `t`, whose rights are not asked. 0n: it is blocked. */
export function startCall(m: Model, t: Process, ep: Endpoint, message: Message, timeout: bigint): bigint {
  let status = checkMessage(ep, message);
  if (status === 0n && infoFlags(message.info) & FLAG.GRANT) status = mayGrant(m, t, message.grant);
  if (status < 0n) return status;
  const receiver = waiterOf(ep);
  if (!receiver && closesCycle(t, ep.owner)) return error(EDEADLK);
  if (!receiver && timeout === 0n) return error(ETIMEDOUT);
  t.token += TOKEN_STEP;
  m.tokens[t.slot] = t.token;
  t.call = stamp(t, message);
  t.endpoint = ep;
  if (timeout > 0n) m.startTimeout(t, timeout);
  const entry = { message: t.call, pid: t.pid, caller: t };
  if (receiver) {
    t.state = STATE.AWAITING_REPLY;
    t.server = receiver;
    handOver(m, ep, entry, receiver);
  } else {
    t.state = STATE.SENDING;
    ep.queues[infoPriority(t.call.info)].push(entry);
    inherit(m, ep.owner, t.priority);
  }
  return 0n;
}

/** Whether the call's windows lie in the caller's memory. */
function takeWindows(t: Process, c: Call): boolean {
  const good = c.windows.every(({ address, length }) => t.memory.contains(BigInt(address), BigInt(length)));
  t.windows = good ? c.windows.map((w) => ({ ...w, access: w.length ? w.access & 3 : 0 })) : [];
  return good;
}

/** ep_call(endpoint, …). */
export function sysCall(m: Model, t: Process, c: Call): undefined {
  const info = c.x[5];
  t.completion = undefined;
  t.windows = [];
  let status = 0n;
  if (infoFlags(info) & FLAG.WINDOWS && !takeWindows(t, c)) status = error(EFAULT);
  const timeout = infoFlags(info) & FLAG.TIMEOUT ? c.x[6] & I64_MAX : FOREVER;
  const ep = m.endpoint(c.x[0]);
  if (status === 0n && !ep) status = error(ENXIO);
  else if (status === 0n && ep && !maySend(t, ep)) status = error(EPERM);
  if (status === 0n && ep) status = startCall(m, t, ep, c.message, timeout);
  if (status === 0n) return;
  t.windows = [];
  t.expected = failure(Number(status));
}

/** ep_send(endpoint, …). */
export function sysSend(m: Model, t: Process, c: Call): bigint {
  const ep = m.endpoint(c.x[0]);
  if (!ep) return error(ENXIO);
  if (!maySend(t, ep)) return error(EPERM);
  const status = checkMessage(ep, c.message);
  if (status < 0n) return status;
  const message = stamp(t, c.message);
  const queue = ep.queues[infoPriority(message.info)];
  if (queue.filter(({ caller }) => !caller).length >= MAX_QUEUED_PER_PRIORITY) return error(EAGAIN);
  if (infoFlags(message.info) & FLAG.GRANT) {
    const refused = mayGrant(m, t, message.grant);
    if (refused < 0n) return refused;
  }
  if (m.stored === MAX_QUEUED_MESSAGES || t.messagesLeft === 0) return error(EAGAIN);
  const entry = { message, pid: t.pid };
  const receiver = waiterOf(ep);
  if (receiver) handOver(m, ep, entry, receiver);
  else {
    queue.push(entry);
    m.stored++;
    t.messagesLeft--;
  }
  return 0n;
}
