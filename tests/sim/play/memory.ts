// Memory, objects and devices, as simulated processes use them.

import { PRIVILEGE_DMA } from "../../../abi/endpoints.ts";
import * as S from "../../../abi/syscall.ts";
import type { MemoryObject } from "../model/objects.ts";
import type { Process } from "../model/state.ts";
import type { Draft } from "./draft.ts";
import type { Hand } from "./hand.ts";

const PAGE_TRIES = 4;

type Action = (h: Hand, t: Process) => Draft | undefined;

const own = (h: Hand, t: Process): bigint => h.objectId((creator) => creator === t);
const any = (h: Hand): bigint => h.objectId(() => true);
const protection = (h: Hand): bigint => (h.hostile() ? h.number() : h.random.pick([1n, 3n, 3n, 1n, 2n, 0n]));
const pages = (h: Hand): bigint =>
  h.hostile() ? h.random.pick([0n, 1024n, 1025n, h.number()]) : BigInt(h.random.between(1, 4));

const objectCreate: Action = (h) => ({ number: S.SYS_OBJECT_CREATE, x: [pages(h)] });
const objectWrite: Action = (h, t) => ({
  number: S.SYS_OBJECT_WRITE,
  x: [
    own(h, t),
    h.random.pick([0n, 8n, 4000n, 4096n, 9000n, h.hostile() ? h.number() : 0n]),
    outsideMessagePage(h, t, 5000),
    BigInt(h.random.pick([0, 8, 4096, 5000, 100_000])),
  ],
});
const objectSeal: Action = (h, t) => ({ number: S.SYS_OBJECT_SEAL, x: [own(h, t)] });
const objectClose: Action = (h, t) => ({ number: S.SYS_OBJECT_CLOSE, x: [own(h, t)] });
/** Objects that `t` may touch, and how: as their creator or by a grant. */
function accessible(h: Hand, t: Process): { object: MemoryObject; prot: number }[] {
  return [...h.model.objects.values()].flatMap((object) => {
    const prot = object.creator === t ? (object.sealed ? 1 : 3) : (object.access.get(t) ?? 0);
    return prot ? [{ object, prot }] : [];
  });
}

/** A page where a mapping may go, mostly. */
function freePage(h: Hand, t: Process): bigint {
  for (let i = 0; i < PAGE_TRIES; i++) {
    const page = h.page(t);
    if (!t.memory.isTaken(Number(page / 4096n), 1)) return page;
  }
  return h.page(t);
}

const objectMap: Action = (h, t) => {
  const choices = accessible(h, t);
  if (choices.length === 0 || h.random.chance(15)) {
    return {
      number: S.SYS_OBJECT_MAP,
      x: [any(h), h.page(t), 0n, BigInt(h.random.between(1, 3)), protection(h)],
    };
  }
  const { object, prot } = h.random.pick(choices);
  const first = h.random.below(object.frames.length);
  const pages = h.random.between(1, Math.min(3, object.frames.length - first));
  return {
    number: S.SYS_OBJECT_MAP,
    x: [
      BigInt(object.id),
      freePage(h, t),
      BigInt(first),
      BigInt(pages),
      BigInt(h.random.chance(50) ? 1 : prot),
    ],
  };
};
const objectUnmap: Action = (h, t) => {
  const mapped = t.memory.regions.filter(({ object }) => object !== undefined);
  const page = mapped.length > 0 && !h.hostile() ? BigInt(h.random.pick(mapped).page) * 4096n : h.page(t);
  return { number: S.SYS_OBJECT_UNMAP, x: [page] };
};
const objectGrant: Action = (h, t) => ({
  number: S.SYS_OBJECT_GRANT,
  x: [own(h, t), h.hostile() ? h.pid() : BigInt(h.random.pick(h.model.all()).pid), protection(h)],
});
/** Rather from those who have something. */
const objectRevoke: Action = (h, t) => {
  const shared = [...h.model.objects.values()].filter(
    ({ creator, access }) => creator === t && access.size > 0,
  );
  if (shared.length === 0 || h.random.chance(10))
    return h.random.chance(30) ? { number: S.SYS_OBJECT_REVOKE, x: [own(h, t), h.pid()] } : undefined;
  const object = h.random.pick(shared);
  const pid = h.random.chance(40) ? 0 : h.random.pick([...object.access.keys()]).pid;
  return { number: S.SYS_OBJECT_REVOKE, x: [BigInt(object.id), BigInt(pid)] };
};
const pinnable = (h: Hand, t: Process): bigint => {
  const choices = accessible(h, t);
  return choices.length > 0 && !h.hostile() ? BigInt(h.random.pick(choices).object.id) : any(h);
};
const objectPin: Action = (h, t) =>
  t.privileges & PRIVILEGE_DMA || h.hostile()
    ? {
        number: S.SYS_OBJECT_PIN,
        x: [
          pinnable(h, t),
          BigInt(h.random.below(2)),
          BigInt(h.random.between(1, 2)),
          outsideMessagePage(h, t, 32),
        ],
      }
    : undefined;
const objectUnpin: Action = (h, t) => {
  const pinned = [...h.model.objects.values()].filter((object) => object.pinned.has(t));
  if (pinned.length === 0 && !h.hostile()) return undefined;
  return { number: S.SYS_OBJECT_UNPIN, x: [pinned.length > 0 ? BigInt(h.random.pick(pinned).id) : any(h)] };
};
const dmaAlloc: Action = (h, t) =>
  t.privileges & PRIVILEGE_DMA || h.hostile()
    ? { number: S.SYS_DMA_ALLOC, x: [pages(h), outsideMessagePage(h, t, 32)] }
    : undefined;
const memoryGrow: Action = (h) => ({
  number: S.SYS_MEMORY_GROW,
  x: [h.hostile() ? h.number() : BigInt(h.random.below(2))],
});

const memoryKeep: Action = (h, t) => ({ number: S.SYS_MEMORY_KEEP, x: [h.page(t)] });

/** The message page's contents are checked message by message, so nothing else may write there. */
function outsideMessagePage(h: Hand, t: Process, size: number): bigint {
  const address = h.address(t, size);
  return address >= 0x1000n && address < 0x2000n ? 0x4000n : address;
}

const device = (h: Hand, t: Process): bigint[] => {
  if (t.devices.length === 0 || h.hostile()) return [BigInt(h.random.below(4)), BigInt(h.random.below(6))];
  const { kind, index } = h.random.pick(t.devices);
  return [BigInt(kind), BigInt(index)];
};
const driver = (t: Process, h: Hand): boolean => t.devices.length > 0 || h.hostile();

const mapMmio: Action = (h, t) =>
  driver(t, h) ? { number: S.SYS_MAP_MMIO, x: [...device(h, t), h.page(t)] } : undefined;
const requestIrq: Action = (h, t) =>
  driver(t, h)
    ? {
        number: S.SYS_REQUEST_IRQ,
        x: [...device(h, t), h.hostile() ? h.number() : BigInt(h.random.below(32))],
      }
    : undefined;
const irqAck: Action = (h, t) => {
  const bits = [...h.model.routes.values()].filter(({ driver: d }) => d === t).map(({ bit }) => BigInt(bit));
  if (bits.length === 0 && !h.hostile()) return undefined;
  return { number: S.SYS_IRQ_ACK, x: [bits.length > 0 ? h.random.pick(bits) : h.number()] };
};
const driverRegister: Action = (h, t) =>
  driver(t, h) ? { number: S.SYS_DRIVER_REGISTER, x: [h.hostile() ? h.number() : 1n] } : undefined;
const logRead: Action = (h, t) => ({
  number: S.SYS_LOG_READ,
  x: [outsideMessagePage(h, t, 256), BigInt(h.random.pick([0, 8, 100, 256, 300]))],
});
const logWrite: Action = (h, t) => ({
  number: S.SYS_LOG_WRITE,
  x: [
    BigInt(h.random.below(h.hostile() ? 5 : 3)),
    outsideMessagePage(h, t, 64),
    BigInt(h.random.pick([0, 5, 64, 257])),
  ],
});

export const MEMORY_ACTIONS = {
  objectCreate,
  objectWrite,
  objectSeal,
  objectClose,
  objectMap,
  objectUnmap,
  objectGrant,
  objectRevoke,
  objectPin,
  objectUnpin,
  dmaAlloc,
  memoryGrow,
  memoryKeep,
  mapMmio,
  requestIrq,
  irqAck,
  driverRegister,
  logRead,
  logWrite,
};
