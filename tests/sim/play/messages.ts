// Message passing, as simulated processes do it.

import { EPID_ANY, EPID_NONE } from "../../../abi/endpoints.ts";
import * as S from "../../../abi/syscall.ts";
import type { Process } from "../model/state.ts";
import { FLAG, U64_MAX, replyInfo, requestInfo } from "../model/words.ts";
import type { Draft } from "./draft.ts";
import type { Hand } from "./hand.ts";

type Action = (h: Hand, t: Process) => Draft | undefined;

/** x5 of a request; garbage above the flags or between the fields now and then. */
function info(h: Hand, flags: number): bigint {
  const { random } = h;
  const length = h.hostile() ? random.pick([257, 0xffff]) : h.length();
  const word = requestInfo(random.below(0x10000), random.pick([0, 1, 1, 1, 2, 3, h.hostile() ? 200 : 1]), length, flags);
  return h.hostile() ? word | (0xa5n << 56n) | (0x5an << 24n) : word;
}

const call: Action = (h, t) => {
  const { random } = h;
  let flags = 0;
  if (random.chance(25)) flags |= FLAG.WINDOWS;
  if (random.chance(25)) flags |= FLAG.TIMEOUT;
  if (random.chance(12)) flags |= FLAG.GRANT;
  if (h.hostile()) flags |= random.pick([FLAG.NOTIFICATION, FLAG.ASYNC, FLAG.KERNEL, FLAG.OTHER_ENDPOINT]);
  // init supervises: it never waits for anybody for ever.
  if (t.pid === 1) flags |= FLAG.TIMEOUT;
  const timeout = h.timeout(false) & U64_MAX;
  return {
    number: S.SYS_EP_CALL,
    x: [h.sendable(t), 0n, 0n, 0n, 0n, info(h, flags), t.pid === 1 ? 1n + (timeout % 1_000_000n) : timeout],
    windows: [h.window(t), h.window(t)],
    grant: h.grant(t),
  };
};

const send: Action = (h, t) => ({
  number: S.SYS_EP_SEND,
  x: [h.sendable(t), 0n, 0n, 0n, 0n, info(h, h.random.chance(10) ? FLAG.GRANT : 0)],
  grant: h.grant(t),
});

function source(h: Hand, t: Process): bigint {
  const { random } = h;
  if (random.chance(20)) return BigInt(EPID_ANY);
  return random.chance(8) ? BigInt(EPID_NONE) : h.ownEndpoint(t);
}

const receive: Action = (h, t) => {
  const timeout = t.pid === 1 ? BigInt(h.random.below(1_000_000)) : h.timeout(true);
  return { number: S.SYS_EP_RECV, x: [source(h, t), 0n, 0n, 0n, 0n, 0n, timeout & U64_MAX] };
};

/** x5 of a response. */
function response(h: Hand, more = 0): bigint {
  const { random } = h;
  const code = random.pick([0, 0, 0, 5, -2, -11]);
  const flags = (random.chance(10) ? FLAG.OTHER_ENDPOINT : 0) | (random.chance(10) ? FLAG.GRANT : 0) | more;
  return replyInfo(code, h.hostile() ? 300 : h.random.pick([h.length(), 0, 8, 32]), h.hostile() ? flags | FLAG.KERNEL : flags);
}

const value = (h: Hand): bigint => h.random.pick([0n, 1n, 8n, 32n, 256n, BigInt(h.random.below(64)), U64_MAX, h.random.u64()]);

const reply: Action = (h, t) =>
  h.held(t).length === 0 && !h.hostile()
    ? undefined
    : {
        number: S.SYS_EP_REPLY,
        x: [0n, 0n, 0n, 0n, 0n, response(h), h.token(t), value(h)],
        grant: h.grant(t),
      };

const replyReceive: Action = (h, t) => {
  if (h.held(t).length === 0 && !h.hostile()) return undefined;
  const timed = t.pid === 1 || h.random.chance(15) ? FLAG.TIMEOUT : 0;
  return {
    number: S.SYS_EP_REPLY_RECV,
    x: [source(h, t), 0n, 0n, 0n, 0n, response(h, timed), h.token(t), value(h)],
    grant: h.grant(t),
    timeout: t.pid === 1 ? BigInt(h.random.below(1_000_000)) : h.timeout(true),
  };
};

/** A plain reply and receive, as a service's loop does it: the fast path. */
const serve: Action = (h, t) => {
  const held = h.held(t);
  if (held.length === 0) return undefined;
  const info = replyInfo(0, h.random.pick([0, 8, 32, 40, 256]), 0);
  const epid = h.owned(t).length > 0 ? h.ownEndpoint(t) : 0n;
  return { number: S.SYS_EP_REPLY_RECV, x: [epid, 0n, 0n, 0n, 0n, info, h.random.pick(held).token, value(h)] };
};

const plainCall: Action = (h, t) =>
  t.pid === 1
    ? undefined
    : {
        number: S.SYS_EP_CALL,
        x: [h.sendable(t), 0n, 0n, 0n, 0n, requestInfo(7, 1, h.random.pick([0, 8, 32, 64, 256]))],
      };

const transfer =
  (number: number): Action =>
  (h, t) => {
    const withWindows = h.held(t).filter(({ windows }) => windows.length > 0);
    if (withWindows.length === 0 && !h.hostile()) return undefined;
    const token = withWindows.length > 0 ? h.random.pick(withWindows).token : h.token(t);
    const size = h.random.pick([0, 8, 100, 4096, 6000, 70_000]);
    const offset = h.random.pick([0n, 1n, 16n, 300n, 4000n, h.hostile() ? h.number() : 0n]);
    const address = h.address(t, Math.min(size, 6000));
    if (address >= 0x1000n && address < 0x2000n) return undefined;
    return { number, x: [token, BigInt(h.random.below(h.hostile() ? 3 : 2)), offset, address, BigInt(size)] };
  };

const create: Action = () => ({ number: S.SYS_EP_CREATE });
const destroy: Action = (h, t) => ({ number: S.SYS_EP_DESTROY, x: [h.ownEndpoint(t)] });
const exists: Action = (h) => ({ number: S.SYS_EP_EXISTS, x: [h.anyEndpoint()] });
const grant: Action = (h, t) => ({
  number: S.SYS_EP_GRANT,
  x: [h.pid(), h.ownEndpoint(t), h.hostile() ? h.number() : h.random.pick([1n, 1n, 1n, 5n, 0n, 4n])],
});
const revoke: Action = (h, t) => ({
  number: S.SYS_EP_REVOKE,
  x: [h.ownEndpoint(t), h.random.chance(40) ? 0n : h.pid()],
});
const stats: Action = (h, t) => ({ number: S.SYS_EP_STATS, x: [h.anyEndpoint(), h.address(t, 32)] });
const drain: Action = (h, t) => ({ number: S.SYS_EP_DRAIN, x: [h.ownEndpoint(t), h.address(t, 16)] });
const notify: Action = (h, t) => ({
  number: S.SYS_NOTIFY,
  x: [h.sendable(t), h.hostile() ? h.random.u64() : h.random.pick([1n << 40n, 1n << 63n, 0n, 5n << 50n])],
});

export const MESSAGE_ACTIONS = {
  call,
  plainCall,
  send,
  receive,
  reply,
  replyReceive,
  serve,
  read: transfer(S.SYS_MSG_READ),
  write: transfer(S.SYS_MSG_WRITE),
  create,
  destroy,
  exists,
  grant,
  revoke,
  stats,
  drain,
  notify,
};
