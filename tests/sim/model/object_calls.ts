// System calls on memory objects, in the model.

import {
  EAGAIN,
  EBUSY,
  EEXIST,
  EFAULT,
  EFBIG,
  EINVAL,
  ENOMEM,
  ENXIO,
  EPERM,
  ESRCH,
} from "../../../abi/errno.ts";
import { PRIVILEGE_INITRD } from "../../../abi/endpoints.ts";
import { MAX_COPY_SLICE, MAX_OBJECTS, MAX_OBJECT_PAGES, PAGE_SIZE } from "../../../abi/limits.ts";
import { LINEAR_MEMORY_END, PROT_EXECUTE, PROT_READ, PROT_WRITE, STATIC_DATA } from "../../../abi/program.ts";
import { type AddressSpace, type Frame, roomInPage } from "./address_space.ts";
import type { Call } from "./call.ts";
import { notify } from "./cancel.ts";
import type { Model } from "./model.ts";
import { MemoryObject } from "./objects.ts";
import type { Process } from "./state.ts";
import { NOTIFY, U32_MAX, error, signed } from "./words.ts";

const PAGE = BigInt(PAGE_SIZE);

/** A copy that could not begin. */
export const copyFailure = (m: Model): bigint => error(m.pool.free > 0 ? EFAULT : ENOMEM);

function own(m: Model, t: Process, id: bigint): MemoryObject | undefined {
  const o = m.object(id);
  return o?.creator === t ? o : undefined;
}

export function access(o: MemoryObject, t: Process): number {
  return o.creator === t ? PROT_READ | PROT_WRITE | PROT_EXECUTE : (o.access.get(t) ?? 0);
}

const isUsed = (o: MemoryObject): boolean => o.mappings > 0 || o.pinned.size > 0;

/** Nobody maps, pins or keeps it open any more? Then its frames are free. */
export function release(m: Model, o: MemoryObject): void {
  if (o.creator || o.isArchive || isUsed(o)) return;
  m.objects.delete(o.id);
  m.pool.free += o.frames.length + 1;
  if (!o.charged) return;
  o.charged.objects--;
  o.charged.objectPages -= o.frames.length;
}

export function close(m: Model, o: MemoryObject): void {
  o.creator = undefined;
  release(m, o);
  for (const driver of o.pinned) notify(m, driver, NOTIFY.DRAIN); // so that they let go, too
}

/** `p` dies: its mappings, pins, grants and objects go. */
export function dropObjects(m: Model, p: Process): void {
  for (const { object } of p.memory.regions) {
    if (!object || object === "device") continue;
    object.mappings--;
    release(m, object);
  }
  for (const o of [...m.objects.values()]) {
    o.access.delete(p);
    if (o.pinned.delete(p)) release(m, o);
    if (o.creator === p) close(m, o);
  }
}

/** object_create(pages). */
export function sysObjectCreate(m: Model, t: Process, pages: bigint): bigint {
  return create(m, t, pages, () => m.takeId("object", Number(signed(m.oracle.register(t.slot, 0)))));
}

export function create(m: Model, t: Process, pages: bigint, takeId: () => number): bigint {
  if (!pages) return error(EINVAL);
  if (pages > BigInt(MAX_OBJECT_PAGES)) return error(EFBIG);
  const count = Number(pages);
  if (t.objects >= t.objectsLimit || t.objectPages + count > t.objectPagesLimit) return error(EAGAIN);
  if (m.objects.size === MAX_OBJECTS - 1) return error(EAGAIN);
  if (m.pool.free < count + 1) return error(ENOMEM);
  const id = takeId();
  const frames = Array.from({ length: count }, (): Frame => ({}));
  const o = new MemoryObject(id, frames);
  m.pool.free -= count + 1;
  o.creator = o.charged = t;
  t.objects++;
  t.objectPages += count;
  m.objects.set(id, o);
  return BigInt(id);
}

/** object_write(id, offset, source, size). */
export function sysObjectWrite(m: Model, t: Process, { x }: Call): bigint {
  const o = own(m, t, x[0]);
  if (!o) return error(ENXIO);
  const size = Number(x[3] < BigInt(MAX_COPY_SLICE) ? x[3] : BigInt(MAX_COPY_SLICE));
  if (!t.memory.contains(x[2], BigInt(size))) return error(EFAULT);
  if (o.sealed) return error(EPERM);
  const bytes = BigInt(o.frames.length) * PAGE;
  if (x[1] > bytes || BigInt(size) > bytes - x[1]) return error(EINVAL);
  let done = 0;
  while (done < size) {
    const at = Number(x[1]) + done;
    const source = Number(x[2]) + done; // perhaps a mapping of the object itself
    const n = Math.min(size - done, roomInPage(at), roomInPage(source));
    const data = t.memory.read(m.pool, source, n);
    const frame = o.frames[Math.floor(at / PAGE_SIZE)];
    frame.bytes ??= new Uint8Array(PAGE_SIZE);
    frame.bytes.set(data, at % PAGE_SIZE);
    done += data.length;
    if (data.length < n) break;
  }
  return done || !size ? BigInt(done) : copyFailure(m);
}

export function sysObjectSeal(m: Model, t: Process, id: bigint): bigint {
  const o = own(m, t, id);
  if (!o) return error(ENXIO);
  if (isUsed(o)) return error(EBUSY);
  o.sealed = true;
  return 0n;
}

export function sysObjectClose(m: Model, t: Process, id: bigint): bigint {
  const o = own(m, t, id);
  if (!o) return error(ENXIO);
  close(m, o);
  return 0n;
}

/** Why pages of linear memory may not be replaced by a mapping, or 0. */
export function checkOwnPlace(space: AddressSpace, address: bigint, pages: bigint): bigint {
  if (address % PAGE || address < BigInt(STATIC_DATA) || !pages || pages > BigInt(space.memoryPages) << 4n)
    return error(EINVAL);
  if (!space.contains(address, pages * PAGE)) return error(EINVAL);
  return space.isTaken(Number(address / PAGE), Number(pages)) ? error(EEXIST) : 0n;
}

/** Maps [first, first + pages) of an object at `page` of `p`. */
export function mapObject(
  m: Model,
  p: Process,
  page: number,
  o: MemoryObject,
  first: bigint,
  pages: bigint,
  prot: number,
): bigint {
  const count = BigInt(o.frames.length);
  if (!(prot & PROT_READ) || prot & ~(PROT_READ | PROT_WRITE | PROT_EXECUTE)) return error(EINVAL);
  if (!pages || first >= count || pages > count - first) return error(EINVAL);
  if (prot & PROT_WRITE && (o.sealed || prot & PROT_EXECUTE)) return error(EPERM);
  if (prot & PROT_EXECUTE && !o.sealed) return error(EPERM);
  const space = p.memory;
  if (!space.addRegion({ page, pages: Number(pages), prot, object: o })) return error(ENOMEM);
  o.mappings++;
  space.clear(m.pool, page, Number(pages));
  for (let i = 0; i < Number(pages); i++) {
    const frame = o.frames[Number(first) + i];
    if (!space.map(m.pool, page + i, { frame, writable: (prot & PROT_WRITE) !== 0, kind: "object" })) {
      endMapping(m, p, space.regions.length - 1);
      return error(ENOMEM);
    }
  }
  return 0n;
}

function endMapping(m: Model, p: Process, index: number): void {
  const { page, pages, object } = p.memory.regions[index];
  p.memory.clear(m.pool, page, pages);
  p.memory.regions.splice(index, 1);
  if (!object || object === "device") return;
  object.mappings--;
  release(m, object);
}

/** object_map(id, address, first page, pages, protection). */
export function sysObjectMap(m: Model, t: Process, { x }: Call): bigint {
  const o = m.object(x[0]);
  if (!o) return error(ENXIO);
  if (o.isArchive && !(t.privileges & PRIVILEGE_INITRD)) return error(EPERM);
  const allowed = o.isArchive ? PROT_READ : access(o, t);
  if (!allowed) return error(ENXIO);
  if (x[4] & ~BigInt(PROT_READ | PROT_WRITE)) return error(EINVAL);
  if (x[4] & ~BigInt(allowed)) return error(EPERM);
  const place = checkOwnPlace(t.memory, x[1], x[3]);
  return place < 0n ? place : mapObject(m, t, Number(x[1] / PAGE), o, x[2], x[3], Number(x[4]));
}

/** object_unmap(address). */
export function sysObjectUnmap(m: Model, t: Process, address: bigint): bigint {
  const page = Number(address / PAGE);
  const index = t.memory.regions.findIndex((region) => region.page === page && region.object !== undefined);
  if (address % PAGE || address >= BigInt(LINEAR_MEMORY_END) || index < 0) return error(EINVAL);
  endMapping(m, t, index);
  return 0n;
}

/** object_grant(id, pid, protection). */
export function sysObjectGrant(m: Model, t: Process, { x }: Call): bigint {
  const o = own(m, t, x[0]);
  if (!o) return error(ENXIO);
  const other = m.find(x[1]);
  if (!other?.alive) return error(ESRCH);
  if (x[2] > U32_MAX) return error(EINVAL);
  const prot = Number(x[2]);
  if (!(prot & PROT_READ) || prot & ~(PROT_READ | PROT_WRITE) || other === t) return error(EINVAL);
  if (prot & PROT_WRITE && o.sealed) return error(EPERM);
  o.access.set(other, (o.access.get(other) ?? 0) | prot);
  return 0n;
}

/** object_revoke(id, pid or 0). */
export function sysObjectRevoke(m: Model, t: Process, { x }: Call): bigint {
  const o = own(m, t, x[0]);
  if (!o) return error(ENXIO);
  const other = m.find(x[1]);
  if (x[1] !== 0n && !other?.alive) return error(ESRCH);
  if (other === t) return error(EINVAL);
  for (const p of other ? [other] : m.all().filter((each) => each !== t)) {
    if (!o.access.delete(p)) continue;
    for (let i = p.memory.regions.length - 1; i >= 0; i--)
      if (p.memory.regions[i].object === o) endMapping(m, p, i);
  }
  return 0n;
}
