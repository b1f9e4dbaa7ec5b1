// Memory objects that a driver pins, in the model: it learns where the frames lie, and they stay.

import { EFAULT, EINVAL, ENXIO, EPERM } from "../../../abi/errno.ts";
import { PRIVILEGE_DMA } from "../../../abi/endpoints.ts";
import { MAX_OBJECT_PAGES } from "../../../abi/limits.ts";
import { locate } from "./address_space.ts";
import type { Call } from "./call.ts";
import type { Model } from "./model.ts";
import { access, close, create, release } from "./object_calls.ts";
import type { MemoryObject } from "./objects.ts";
import type { Process } from "./state.ts";
import { error, signed } from "./words.ts";

const ADDRESS_BYTES = 8n;
const UNTOLD_ID = -1;

/** Writes the addresses of frames, which are the kernel's choice, and pins. */
function writeAddresses(m: Model, t: Process, o: MemoryObject, first: number, count: number, buffer: bigint): bigint {
  const size = BigInt(count) * ADDRESS_BYTES;
  if (!t.memory.contains(buffer, size)) return error(EFAULT);
  const bytes = m.oracle.memory(t.slot, Number(buffer), Number(size));
  if (m.writeUser(t, Number(buffer), bytes) !== Number(size)) return error(EFAULT);
  new BigUint64Array(bytes.slice().buffer).forEach((address, i) => locate(o.frames[first + i], Number(address)));
  o.pinned.add(t);
  return 0n;
}

/** object_pin(id, first page, count, buffer). */
export function sysObjectPin(m: Model, t: Process, { x }: Call): bigint {
  if (!(t.privileges & PRIVILEGE_DMA)) return error(EPERM);
  const o = m.object(x[0]);
  if (!o || !access(o, t)) return error(ENXIO);
  const count = BigInt(o.frames.length);
  if (!x[2] || x[1] >= count || x[2] > count - x[1]) return error(EINVAL);
  return writeAddresses(m, t, o, Number(x[1]), Number(x[2]), x[3]);
}

/** object_unpin(id). */
export function sysObjectUnpin(m: Model, t: Process, id: bigint): bigint {
  const o = m.object(id);
  if (!o?.pinned.delete(t)) return error(ENXIO);
  release(m, o);
  return 0n;
}

/** dma_alloc(pages, buffer). */
export function sysDmaAlloc(m: Model, t: Process, { x }: Call): bigint {
  if (!(t.privileges & PRIVILEGE_DMA)) return error(EPERM);
  if (x[0] <= BigInt(MAX_OBJECT_PAGES) && !t.memory.contains(x[1], x[0] * ADDRESS_BYTES)) return error(EFAULT);
  // When the addresses cannot be written the object is gone again, and its id was never told.
  const result = Number(signed(m.oracle.register(t.slot, 0)));
  const id = create(m, t, x[0], () => (result < 0 ? UNTOLD_ID : m.takeId("object", result)));
  const o = m.object(id);
  if (!o) return id;
  const status = writeAddresses(m, t, o, 0, Number(x[0]), x[1]);
  if (status >= 0n) return id;
  close(m, o);
  return status;
}
