// Memory objects: pages that processes share. Whoever creates one may grant, revoke, seal and close it; those granted map
// it. Pinning is for drivers (PRIVILEGE_DMA): it tells where the frames lie, and keeps them until the driver lets go.
// An object that the caller may not touch looks to it as if it were not there: -ENXIO.

import { INITRD_OBJECT } from "../../../abi/construct";
import { EBUSY, EFAULT, EINVAL, ENXIO, EPERM, ESRCH } from "../../../abi/errno";
import { PRIVILEGE_DMA, PRIVILEGE_INITRD } from "../../../abi/endpoints";
import { MAX_COPY_SLICE, MAX_OBJECT_PAGES, MAX_PROCESSES, PAGE_SHIFT } from "../../../abi/limits";
import { PROT_READ, PROT_WRITE } from "../../../abi/program";
import { STATE_ZOMBIE, Thread, slotOf, threadAt, threadOfPid } from "../../../core/ipc/thread";
import {
  MemoryObject,
  closeObject,
  createObject,
  destroyObject,
  findObject,
  grantAccess,
  objectAccess,
  objectPage,
  pinObject,
  sealObject,
  unpinObject,
  withdrawAccess,
  writeObject,
} from "../../memory/objects";
import { checkOwnPlace, mapObject, unmapAt, unmapEverywhere } from "../../memory/mapping";
import { copyToUser } from "../../memory/user_copy";
import { processOf } from "../process";
import { checkRange } from "./arguments";

const ADDRESS_BYTES: u32 = 8; // of one page address that object_pin writes
const addressCell: usize = memory.data(8, 8);

/** The object `id` if `t` is its creator, else null. */
export function ownObject(t: Thread, id: u64): MemoryObject | null {
  const o = id <= u32.MAX_VALUE ? findObject(<u32>id) : null;
  return o && o.owner == t.pid ? o : null;
}

/** object_create(pages). → id, -EINVAL, -EFBIG, -EAGAIN (quota or table), -ENOMEM. */
export function sysObjectCreate(t: Thread): i64 {
  return createObject(t, t.x0);
}

/** object_write(id, offset, source, size). → bytes. */
export function sysObjectWrite(t: Thread): i64 {
  const o = ownObject(t, t.x0);
  if (!o) return -ENXIO;
  const size = <u32>min(t.x3, <u64>MAX_COPY_SLICE);
  return checkRange(t, t.x2, size) < 0 ? -EFAULT : writeObject(o, processOf(t), t.x1, t.x2, size);
}
/** object_seal(id): no more writes, so that it may be mapped executable. -EBUSY while anybody maps it, perhaps to write. */
export function sysObjectSeal(t: Thread): i64 {
  const o = ownObject(t, t.x0);
  if (!o) return -ENXIO;
  if (o.mappings) return -EBUSY;
  sealObject(o);
  return 0;
}
export function sysObjectClose(t: Thread): i64 {
  const o = ownObject(t, t.x0);
  if (!o) return -ENXIO;
  closeObject(o);
  return 0;
}

/** object_map(id, address, first page, pages, protection): in place of pages of the caller's own linear memory. */
export function sysObjectMap(t: Thread): i64 {
  const p = processOf(t);
  const o = t.x0 <= u32.MAX_VALUE ? findObject(<u32>t.x0) : null;
  if (!o) return -ENXIO;
  if (o.id == INITRD_OBJECT && !(p.privileges & PRIVILEGE_INITRD)) return -EPERM;
  const access = o.id == INITRD_OBJECT ? PROT_READ : objectAccess(o, t);
  if (!access) return -ENXIO;
  if (t.x4 & ~(<u64>(PROT_READ | PROT_WRITE))) return -EINVAL;
  if (t.x4 & ~(<u64>access)) return -EPERM;
  const status = checkOwnPlace(p, t.x1, t.x3);
  if (status < 0) return status;
  return mapObject(t, <u32>(t.x1 >> PAGE_SHIFT), o, t.x2, t.x3, <u32>t.x4);
}

/** object_unmap(address): of a mapping's first page. */
export function sysObjectUnmap(t: Thread): i64 {
  return unmapAt(t, t.x0);
}

/** The process `pid` if it lives: one that is dead has given up its mappings, and its slot is somebody else's soon. */
function liveProcess(pid: u64): Thread | null {
  const t = pid <= u32.MAX_VALUE ? threadOfPid(<u32>pid) : null;
  return t && t.state != STATE_ZOMBIE ? t : null;
}

/** object_grant(id, pid, protection): adds to what the process may do. 0, -ENXIO, -ESRCH, -EINVAL, -EPERM (sealed). */
export function sysObjectGrant(t: Thread): i64 {
  const o = ownObject(t, t.x0);
  if (!o) return -ENXIO;
  const other = liveProcess(t.x1);
  if (!other) return -ESRCH;
  if (t.x2 > u32.MAX_VALUE) return -EINVAL;
  return grantAccess(o, other, <u32>t.x2);
}

/** object_revoke(id, pid): that process, or with pid 0 every other one, has no access and no mapping any more. 0, -ENXIO, -ESRCH. */
export function sysObjectRevoke(t: Thread): i64 {
  const o = ownObject(t, t.x0);
  if (!o) return -ENXIO;
  if (t.x1) {
    const other = liveProcess(t.x1);
    if (!other) return -ESRCH;
    if (other == t) return -EINVAL;
    revokeFrom(o, other);
    return 0;
  }
  for (let slot: u32 = 1; slot < MAX_PROCESSES; slot++) {
    if (slot != slotOf(t)) revokeFrom(o, threadAt(slot));
  }
  return 0;
}

function revokeFrom(o: MemoryObject, other: Thread): void {
  if (withdrawAccess(o, other)) unmapEverywhere(other, o.id);
}

/** object_pin(id, first page, count, buffer): → 0, and count × u64 physical addresses in the buffer. -EPERM, -ENXIO, -EINVAL, -EFAULT. */
export function sysObjectPin(t: Thread): i64 {
  if (!(processOf(t).privileges & PRIVILEGE_DMA)) return -EPERM;
  const o = t.x0 <= u32.MAX_VALUE ? findObject(<u32>t.x0) : null;
  if (!o || !objectAccess(o, t)) return -ENXIO;
  if (!t.x2 || t.x1 >= o.pages || t.x2 > o.pages - t.x1) return -EINVAL;
  return writePageAddresses(t, o, <u32>t.x1, <u32>t.x2, t.x3);
}

function writePageAddresses(t: Thread, o: MemoryObject, first: u32, count: u32, buffer: u64): i64 {
  if (checkRange(t, buffer, count * ADDRESS_BYTES) < 0) return -EFAULT;
  for (let i: u32 = 0; i < count; i++) {
    store<u64>(addressCell, objectPage(o, first + i));
    if (copyToUser(processOf(t), buffer + i * ADDRESS_BYTES, addressCell, ADDRESS_BYTES) != ADDRESS_BYTES)
      return -EFAULT;
  }
  pinObject(o, t);
  return 0;
}

/** object_unpin(id): no device reaches it any more. 0 or -ENXIO when the caller had not pinned it. */
export function sysObjectUnpin(t: Thread): i64 {
  const o = t.x0 <= u32.MAX_VALUE ? findObject(<u32>t.x0) : null;
  return o && unpinObject(o, t) ? 0 : -ENXIO;
}

/** dma_alloc(pages, buffer): object_create and object_pin in one. → id or their errors. */
export function sysDmaAlloc(t: Thread): i64 {
  if (!(processOf(t).privileges & PRIVILEGE_DMA)) return -EPERM;
  const pages = t.x0;
  if (pages <= <u64>MAX_OBJECT_PAGES && checkRange(t, t.x1, pages * ADDRESS_BYTES) < 0) return -EFAULT;
  const id = createObject(t, pages);
  if (id < 0) return id;
  const o = findObject(id);
  if (!o) return -ENXIO;
  const status = writePageAddresses(t, o, 0, <u32>pages, t.x1);
  if (status >= 0) return id;
  destroyObject(o);
  return status;
}
