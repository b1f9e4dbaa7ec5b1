// Processes: building, starting, waiting for, killing them; and what else a process may ask.

import * as C from "../../../abi/construct.ts";
import { PRIVILEGE_SPAWN } from "../../../abi/endpoints.ts";
import { CODE_BASE } from "../../../abi/program.ts";
import * as S from "../../../abi/syscall.ts";
import { type Process, STATE } from "../model/state.ts";
import { KNOWN_CALLS } from "../model/system_calls.ts";
import { U64_MAX } from "../model/words.ts";
import type { Draft } from "./draft.ts";
import type { Hand } from "./hand.ts";

type Action = (h: Hand, t: Process) => Draft | undefined;

const CODE = BigInt(CODE_BASE);
const STACK_TOP = CODE + 0x8000n;
const configure = (pid: bigint, what: number, value: bigint, extra = 0n): Draft => ({
  number: S.SYS_PROC_CONFIGURE,
  x: [pid, BigInt(what), value, extra],
});

const maySpawn = (h: Hand, t: Process): boolean => (t.privileges & PRIVILEGE_SPAWN) !== 0 || h.hostile();

const procCreate: Action = (h, t) =>
  maySpawn(h, t)
    ? {
        number: S.SYS_PROC_CREATE,
        x: [
          h.address(t, 15),
          BigInt(h.random.pick([0, 3, 15, 40])),
          h.random.chance(h.held(t).length > 0 ? 70 : 10) ? h.token(t) : 0n,
        ],
      }
    : undefined;

/** A process that `t` builds, or whatever id. */
function target(h: Hand, t: Process): bigint | undefined {
  const building = h.building(t);
  if (building.length > 0 && !h.hostile()) return BigInt(h.random.pick(building).pid);
  return h.hostile() ? h.pid() : undefined;
}

const withTarget =
  (action: (h: Hand, t: Process, pid: bigint) => Draft): Action =>
  (h, t) => {
    const pid = target(h, t);
    return pid === undefined ? undefined : action(h, t, pid);
  };

const procConfigure = withTarget((h, t, pid) => {
  const { random } = h;
  switch (random.below(13)) {
    case 0:
      return configure(pid, C.CONFIG_MESSAGE_PRIORITY, BigInt(random.below(5)));
    case 1:
      return configure(
        pid,
        C.CONFIG_PRIVILEGES,
        BigInt(random.below(256)) & BigInt(h.hostile() ? 255 : t.privileges),
      );
    case 2:
      return configure(pid, C.CONFIG_FLOATING_POINT, BigInt(random.below(2)));
    case 3:
      return configure(pid, C.CONFIG_RECEIVE, BigInt(random.between(1, h.hostile() ? 40 : 5)));
    case 4:
      return configure(pid, C.CONFIG_DENY_SEND, h.anyEndpoint());
    case 5:
      return configure(pid, C.CONFIG_ALLOW_SEND, h.anyEndpoint());
    case 6:
      return configure(pid, C.CONFIG_DEVICE, BigInt(random.between(1, 2)), BigInt(random.below(5)));
    case 7:
      return configure(pid, C.CONFIG_SYMBOLS, h.number(), 0n);
    case 8:
      return configure(
        pid,
        C.CONFIG_QUOTA,
        BigInt(random.between(1, 5)),
        random.pick([0n, 2n, 40n, h.number()]),
      );
    case 9:
      return configure(
        pid,
        C.CONFIG_DESCRIPTOR,
        BigInt(random.below(h.hostile() ? 40 : 6)),
        random.pick([0n, 1n, 3n, BigInt(C.NO_DESCRIPTOR), h.number()]),
      );
    case 10:
      return configure(pid, random.u32(), h.number(), h.number());
    default:
      return configure(pid, C.CONFIG_PRIORITY, BigInt(random.below(h.hostile() ? 40 : 21)));
  }
});

const procMemory = withTarget((h, _, pid) => {
  if (h.hostile()) return configure(pid, C.CONFIG_MEMORY, h.number(), h.number());
  return configure(pid, C.CONFIG_MEMORY, BigInt(h.random.between(1, 2)), BigInt(h.random.between(2, 4)));
});

const procRegion = withTarget((h, _, pid) => ({
  number: S.SYS_PROC_REGION,
  x: [
    pid,
    CODE + BigInt(h.random.below(12)) * 0x1000n + (h.hostile() ? 8n : 0n),
    h.hostile() ? h.number() : BigInt(h.random.between(1, 2)),
    h.hostile() ? h.number() : h.random.pick([1n, 3n, 3n]),
  ],
}));
const procMap = withTarget((h, t, pid) => ({
  number: S.SYS_PROC_MAP,
  x: [
    pid,
    CODE + BigInt(h.random.below(12)) * 0x1000n,
    h.objectId((creator) => creator === t),
    BigInt(h.random.below(2)),
    BigInt(h.random.between(1, 2)),
    h.random.pick([1n, 3n, 5n, 5n, 7n, 0n, 8n]),
  ],
}));
const procWrite = withTarget((h, t, pid) => ({
  number: S.SYS_PROC_WRITE,
  x: [
    pid,
    h.random.pick([0x2000n, 0x4000n, 0x4ff8n, CODE, CODE + 0x1ff0n, h.number()]),
    h.address(t, 3000),
    BigInt(h.random.pick([0, 8, 300, 5000])),
  ],
}));
const procStart = withTarget((h, _, pid) => ({
  number: S.SYS_PROC_START,
  x: [pid, h.hostile() ? h.number() : CODE + 0x100n, h.hostile() ? h.number() : STACK_TOP],
}));

/** What a dead child has kept goes to one that is being built. */
const procInherit = withTarget((h, t, pid) => {
  const dead = h.children(t).filter(({ state }) => state === STATE.ZOMBIE);
  return {
    number: S.SYS_PROC_INHERIT,
    x: [pid, dead.length > 0 ? BigInt(h.random.pick(dead).pid) : h.pid()],
  };
});
const abandon: Action = (h) => {
  const orphans = h.model.endpoints.filter(({ id, owner }) => id !== 0 && !owner);
  return orphans.length > 0 || h.hostile()
    ? {
        number: S.SYS_EP_ABANDON,
        x: [orphans.length > 0 ? BigInt(h.random.pick(orphans).id) : h.anyEndpoint()],
      }
    : undefined;
};

const wait: Action = (h, t) => {
  const children = h.children(t);
  const target = h.random.chance(60) || children.length === 0 ? U64_MAX : BigInt(h.random.pick(children).pid);
  const flags = t.pid === 1 ? h.random.pick([1n, 1n, 2n, 3n]) : h.random.pick([0n, 1n, 2n, 8n]);
  const address = h.random.chance(40) ? 0n : h.address(t, 4);
  if (address >= 0x1000n && address < 0x2000n) return undefined;
  return { number: S.SYS_WAIT4, x: [h.hostile() ? h.number() : target, address, flags] };
};

/** INT for a process that catches it and waits in a read, or nothing. */
function interrupt(h: Hand): Draft | undefined {
  const reading = h.model
    .all()
    .filter(({ pid, caught, completion }) => pid !== 1 && caught & 4 && completion?.kind === "read");
  return reading.length > 0
    ? { number: S.SYS_KILL, x: [BigInt(h.random.pick(reading).pid), 2n, 0n] }
    : undefined;
}

/** Never init: the machine ends with it. */
const kill: Action = (h, t) => {
  const interrupted = h.random.chance(80) ? interrupt(h) : undefined;
  if (interrupted) return interrupted;
  const pid = h.pid();
  if (pid === 1n) return undefined;
  const children = h.children(t).filter((child) => child.alive);
  const victim = children.length > 0 && h.random.chance(60) ? BigInt(h.random.pick(children).pid) : pid;
  return {
    number: S.SYS_KILL,
    x: [victim, h.hostile() ? h.number() : h.random.pick([9n, 9n, 0n, 2n, 15n]), h.random.pick([0n, 0n, 1n])],
  };
};
/** Of what may be caught mostly INT and TERM, which `kill` sends. */
const catchSignals: Action = (h) => ({
  number: S.SYS_CATCH_SIGNALS,
  x: [h.hostile() ? h.number() : h.random.pick([0n, 4n, 0x8000n, 0x8004n, 0x800cn])],
});
const exit: Action = (h, t) => (t.pid === 1 ? undefined : { number: S.SYS_EXIT, x: [h.random.u64()] });
const yieldTurn: Action = () => ({ number: S.SYS_YIELD });
const ask: Action = (h) => ({ number: h.random.pick([S.SYS_GETPID, S.SYS_GETPPID, S.SYS_CLOCK]) });
const systemInfo: Action = (h, t) => ({
  number: S.SYS_SYSTEM_INFO,
  x: [h.address(t, 80), h.hostile() ? h.number() : 80n],
});
/** Numbers that are no calls; switching the machine off is one of them here. */
const unknown: Action = (h) => {
  const number = h.random.pick([0, 1, 90, 91, 92, 282 + 1000, 302, 319, 4102, 2 ** 31, 2 ** 32 + 20]);
  return KNOWN_CALLS.includes(number) ? undefined : { number };
};

export const PROCESS_ACTIONS = {
  procCreate,
  procConfigure,
  procMemory,
  procRegion,
  procMap,
  procWrite,
  procStart,
  procInherit,
  abandon,
  wait,
  kill,
  catchSignals,
  exit,
  yieldTurn,
  ask,
  systemInfo,
  unknown,
};
