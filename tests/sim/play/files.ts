// Delegated calls, as simulated processes make them.

import { ADDRESS_SIZE } from "../../../abi/net.ts";
import { PIPE_BYTES } from "../../../abi/file.ts";
import * as S from "../../../abi/syscall.ts";
import type { Process } from "../model/state.ts";
import { U64_MAX } from "../model/words.ts";
import type { Draft } from "./draft.ts";
import type { Hand } from "./hand.ts";

const SOCKET_CALLS = [
  S.SYS_SOCKET,
  S.SYS_SOCKET,
  S.SYS_CONNECT,
  S.SYS_ACCEPT,
  S.SYS_SEND,
  S.SYS_RECV,
  S.SYS_BIND,
  S.SYS_LISTEN,
  S.SYS_SHUTDOWN,
  S.SYS_GETSOCKNAME,
  S.SYS_GETPEERNAME,
  S.SYS_SETSOCKOPT,
  S.SYS_GETSOCKOPT,
  S.SYS_SOCKET_WAIT,
  S.SYS_SOCKET_WATCH,
];
type Action = (h: Hand, t: Process) => Draft | undefined;

/** init never waits for a service. */
const notInit =
  (action: Action): Action =>
  (h, t) =>
    t.pid === 1 ? undefined : action(h, t);

const path = (h: Hand, t: Process): bigint[] => {
  const size = h.random.pick([1, 5, 30, 240, 241, 1000, h.hostile() ? 4096 : 7, h.hostile() ? 0 : 9]);
  return [h.address(t, size), BigInt(size)];
};
const descriptor = (h: Hand, t: Process): bigint => {
  const open = t.descriptors.flatMap((handle, fd) => (handle ? [BigInt(fd)] : []));
  return open.length > 0 && !h.hostile() ? h.random.pick(open) : h.random.pick([0n, 63n, 64n, h.number()]);
};
const hasDescriptor = (h: Hand, t: Process): boolean => t.descriptors.some((each) => each) || h.hostile();
const flags = (h: Hand): bigint => (h.hostile() ? h.random.u64() : BigInt(h.random.below(0x400)));
const size = (h: Hand): bigint => BigInt(h.random.pick([0, 1, 100, 240, 241, 256, 257, 3000, 9000]));
const offset = (h: Hand): bigint => (h.hostile() ? U64_MAX : BigInt(h.random.u32()));

const open: Action = (h, t) => ({ number: S.SYS_OPEN, x: [...path(h, t), flags(h), 0o644n] });
const creat: Action = (h, t) => ({ number: S.SYS_CREAT, x: [...path(h, t), 0o600n] });
const pipe: Action = (h, t) => ({
  number: S.SYS_PIPE,
  x: [h.random.chance(40) ? h.readOnly(t, PIPE_BYTES) : h.address(t, PIPE_BYTES)],
});
const onPath: Action = (h, t) => ({
  number: h.random.pick([S.SYS_MKDIR, S.SYS_RMDIR, S.SYS_UNLINK]),
  x: [...path(h, t), 0o755n],
});
const stat: Action = (h, t) => ({ number: S.SYS_STAT, x: [...path(h, t), h.address(t, 32)] });

const onDescriptor: Action = (h, t) => {
  if (!hasDescriptor(h, t)) return undefined;
  const fd = descriptor(h, t);
  const number = h.random.pick([
    S.SYS_READ,
    S.SYS_WRITE,
    S.SYS_PREAD,
    S.SYS_PWRITE,
    S.SYS_READDIR,
    S.SYS_FSTAT,
    S.SYS_LSEEK,
  ]);
  if (number === S.SYS_LSEEK) return { number, x: [fd, offset(h), h.hostile() ? h.number() : 1n] };
  return { number, x: [fd, h.address(t, 300), size(h), offset(h)] };
};
/** Asks whether a descriptor is ready; or wakes somebody who may have asked us. */
const poll: Action = (h, t) => {
  if (hasDescriptor(h, t) && h.random.chance(50))
    return { number: S.SYS_POLL, x: [descriptor(h, t), h.hostile() ? h.random.u64() : 5n] };
  const pid = h.hostile() ? h.number() : BigInt(h.random.pick(h.model.all()).pid);
  return { number: S.SYS_POLL_WAKE, x: [pid] };
};
const close: Action = (h, t) =>
  hasDescriptor(h, t) ? { number: S.SYS_CLOSE, x: [descriptor(h, t)] } : undefined;
const dup2: Action = (h, t) =>
  hasDescriptor(h, t)
    ? { number: S.SYS_DUP2, x: [descriptor(h, t), h.random.pick([U64_MAX, 1n, 2n, 5n, 63n, 64n])] }
    : undefined;
/** Sockets: descriptors of the network service, and others. */
const socket: Action = (h, t) => {
  const fd = descriptor(h, t);
  const size = h.hostile() ? h.number() : BigInt(ADDRESS_SIZE);
  const number = h.random.pick(SOCKET_CALLS);
  if (number === S.SYS_SOCKET) return { number, x: [2n, 1n, h.hostile() ? h.random.u64() : 0n] };
  if (number === S.SYS_SOCKET_WAIT)
    return { number, x: [h.address(t, 256), h.random.pick([256n, 4096n, 255n]), 5n] };
  if (number === S.SYS_CONNECT || number === S.SYS_BIND)
    return { number, x: [fd, h.address(t, ADDRESS_SIZE), size] };
  if (number !== S.SYS_SEND && number !== S.SYS_RECV)
    return { number, x: [fd, h.address(t, ADDRESS_SIZE), BigInt(h.random.below(9))] };
  const address = h.random.chance(50) ? 0n : h.address(t, ADDRESS_SIZE);
  return {
    number,
    x: [fd, h.address(t, 300), h.random.pick([0n, 8n, 200n, 201n, 241n, 256n, 257n]), 0n, address, size],
  };
};
const library: Action = (h, t) => {
  const number = h.random.pick([S.SYS_DLOPEN, S.SYS_DLCLOSE, S.SYS_DLSYM]);
  if (number === S.SYS_DLOPEN) return { number, x: path(h, t) };
  const handle = h.hostile() ? h.random.u64() : BigInt(h.random.below(4));
  if (number === S.SYS_DLCLOSE) return { number, x: [handle] };
  return {
    number,
    x: [handle, h.address(t, 128), h.random.pick([0n, 1n, 9n, 128n, 129n]), h.random.u64()],
  };
};
const spawn: Action = (h, t) => ({
  number: S.SYS_SPAWN_SERVICE,
  x: [
    ...path(h, t),
    h.address(t, 100),
    h.random.pick([0n, 100n, 0x2000n, 0x2048n, h.hostile() ? 0x2049n : 5n]),
    h.random.pick([0n, 72n, h.hostile() ? h.number() : 0n]),
  ],
});

export const FILE_ACTIONS = {
  open: notInit(open),
  creat: notInit(creat),
  pipe: notInit(pipe),
  onPath: notInit(onPath),
  stat: notInit(stat),
  onDescriptor: notInit(onDescriptor),
  close: notInit(close),
  dup2,
  poll: notInit(poll),
  socket: notInit(socket),
  library: notInit(library),
  spawn: notInit(spawn),
};
