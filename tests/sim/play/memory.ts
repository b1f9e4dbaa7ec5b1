// Memory, objects and devices, as simulated processes use them.

import { PRIVILEGE_DMA } from "../../../abi/endpoints.ts";
import * as S from "../../../abi/syscall.ts";
import type { Process } from "../model/state.ts";
import type { Draft } from "./draft.ts";
import type { Hand } from "./hand.ts";

type Action = (h: Hand, t: Process) => Draft | undefined;

const own = (h: Hand, t: Process): bigint => h.objectId((creator) => creator === t);
const any = (h: Hand): bigint => h.objectId(() => true);
const protection = (h: Hand): bigint => (h.hostile() ? h.number() : h.random.pick([1n, 3n, 3n, 1n, 2n, 0n]));
const pages = (h: Hand): bigint => (h.hostile() ? h.random.pick([0n, 1024n, 1025n, h.number()]) : BigInt(h.random.between(1, 4)));

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
const objectMap: Action = (h, t) => ({
  number: S.SYS_OBJECT_MAP,
  x: [
    h.random.chance(50) ? own(h, t) : any(h),
    h.page(t),
    BigInt(h.random.pick([0, 0, 0, 1, 2])),
    h.hostile() ? h.number() : BigInt(h.random.pick([1, 1, 2, 3])),
    protection(h),
  ],
});
const objectUnmap: Action = (h, t) => {
  const mapped = t.memory.regions.filter(({ object }) => object !== undefined);
  const page = mapped.length > 0 && !h.hostile() ? BigInt(h.random.pick(mapped).page) * 4096n : h.page(t);
  return { number: S.SYS_OBJECT_UNMAP, x: [page] };
};
const objectGrant: Action = (h, t) => ({ number: S.SYS_OBJECT_GRANT, x: [own(h, t), h.pid(), protection(h)] });
const objectRevoke: Action = (h, t) => ({
  number: S.SYS_OBJECT_REVOKE,
  x: [own(h, t), h.random.chance(40) ? 0n : h.pid()],
});
const objectPin: Action = (h, t) =>
  t.privileges & PRIVILEGE_DMA || h.hostile()
    ? {
        number: S.SYS_OBJECT_PIN,
        x: [any(h), BigInt(h.random.below(2)), BigInt(h.random.between(1, 3)), outsideMessagePage(h, t, 32)],
      }
    : undefined;
const objectUnpin: Action = (h) => ({ number: S.SYS_OBJECT_UNPIN, x: [any(h)] });
const dmaAlloc: Action = (h, t) =>
  t.privileges & PRIVILEGE_DMA || h.hostile()
    ? { number: S.SYS_DMA_ALLOC, x: [pages(h), outsideMessagePage(h, t, 32)] }
    : undefined;
const memoryGrow: Action = (h) => ({
  number: S.SYS_MEMORY_GROW,
  x: [h.hostile() ? h.number() : BigInt(h.random.below(2))],
});

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
    ? { number: S.SYS_REQUEST_IRQ, x: [...device(h, t), h.hostile() ? h.number() : BigInt(h.random.below(32))] }
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
  x: [BigInt(h.random.below(h.hostile() ? 5 : 3)), outsideMessagePage(h, t, 64), BigInt(h.random.pick([0, 5, 64, 257]))],
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
  mapMmio,
  requestIrq,
  irqAck,
  driverRegister,
  logRead,
  logWrite,
};
