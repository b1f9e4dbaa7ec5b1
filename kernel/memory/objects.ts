// Memory objects: pages that several processes may map. A paged one has an index frame of MAX_OBJECT_PAGES addresses and
// owns its frames; a contiguous one (the boot archive) is a stretch of RAM that nobody owns. It lives while its creator
// keeps it open, anybody maps it or a driver has it pinned.
//
//   access table: a byte for each object and process   3    2 1 0
//                                                    |pinned| |W|R|   the creator may do all without it
//
//   object id:  31       8 7     0
//              |generation| index |    INITRD_OBJECT is index 1, generation 0

import { MAX_OBJECTS, MAX_OBJECT_PAGES, MAX_PROCESSES, PAGE_SHIFT, PAGE_SIZE } from "../../abi/limits";
import { EAGAIN, EFBIG, EINVAL, ENOMEM, ENXIO, EPERM } from "../../abi/errno";
import { INITRD_OBJECT } from "../../abi/construct";
import { PROT_EXECUTE, PROT_READ, PROT_WRITE } from "../../abi/program";
import { NOTIFY_DRAIN } from "../../abi/endpoints";
import { notify } from "../../core/ipc/receive";
import { Thread, slotOf, threadAt, threadOfPid } from "../../core/ipc/thread";
import { publishCode } from "../hal/hw";
import { Process, processOf } from "../process/process";
import { copyFailure } from "./address_space";
import { allocateFrame, freeFrame } from "./frames";
import { OBJECT_ACCESS_TABLE, OBJECT_SIZE, OBJECT_TABLE } from "./layout";
import { copyFromUser } from "./user_copy";

const FREE: u16 = 0;
const PAGED: u16 = 1;
const CONTIGUOUS: u16 = 2;
const INDEX_MASK: u32 = MAX_OBJECTS - 1;
const PINNED: u32 = 8;

@unmanaged
export class MemoryObject {
  id: u32;
  kind: u16;
  sealed: u16;
  pages: u32;
  base: u32; // contiguous: first address; paged: the index frame
  owner: u32; // process id of its creator; 0 once closed
  charged: u32; // process id of its creator, against whose quota it counts until it is gone
  mappings: u32; // regions that map it, and drivers that have it pinned
  generation: u32;
}

let inUse: u32 = 0;

@inline function objectAt(index: u32): MemoryObject {
  return changetype<MemoryObject>(OBJECT_TABLE + <usize>index * OBJECT_SIZE);
}

export function findObject(id: u32): MemoryObject | null {
  const o = objectAt(id & INDEX_MASK);
  return o.kind != FREE && o.id == id ? o : null;
}
export function objectsInUse(): u32 {
  return inUse;
}

/** The boot archive as INITRD_OBJECT. */
export function createInitrdObject(start: usize, bytes: u32): void {
  const o = objectAt(INITRD_OBJECT);
  o.id = INITRD_OBJECT;
  o.kind = CONTIGUOUS;
  o.pages = (bytes + PAGE_SIZE - 1) >> PAGE_SHIFT;
  o.base = <u32>start;
  o.sealed = 1;
  inUse++;
}

/** A new object of zeroed pages. → id, or -EINVAL, -EFBIG, -EAGAIN (its creator's quota, or the table is full), -ENOMEM. */
export function createObject(creator: Thread, pages: u64): i32 {
  if (!pages) return -EINVAL;
  if (pages > <u64>MAX_OBJECT_PAGES) return -EFBIG;
  const p = processOf(creator);
  if (p.objects >= p.objectsLimit || p.objectPages + <u32>pages > p.objectPagesLimit) return -EAGAIN;
  for (let i: u32 = INITRD_OBJECT + 1; i < MAX_OBJECTS; i++) {
    const o = objectAt(i);
    if (o.kind == FREE) return fill(o, i, creator, <u32>pages);
  }
  return -EAGAIN;
}

function fill(o: MemoryObject, index: u32, creator: Thread, pages: u32): i32 {
  const table = allocateFrame();
  if (!table) return -ENOMEM;
  o.kind = PAGED;
  o.base = <u32>table;
  o.generation = (o.generation + MAX_OBJECTS) & 0x7fff_ff00;
  o.id = o.generation | index;
  o.owner = creator.pid;
  o.charged = creator.pid;
  o.mappings = 0;
  o.sealed = 0;
  o.pages = pages;
  inUse++;
  charge(o, 1);
  for (let i: u32 = 0; i < pages; i++) {
    const frame = allocateFrame();
    if (!frame) {
      destroyObject(o);
      return -ENOMEM;
    }
    store<u32>(table + ((<usize>i) << 2), <u32>frame);
  }
  return <i32>o.id;
}

/** Counts the object against its creator's quota (by = 1), or no longer (-1). A dead creator has none. */
function charge(o: MemoryObject, by: i32): void {
  const creator = threadOfPid(o.charged);
  if (!creator) return;
  const p = processOf(creator);
  p.objects += by;
  p.objectPages += <u32>(<i32>o.pages * by);
}

/** Gives everything back; nobody may map it. */
export function destroyObject(o: MemoryObject): void {
  charge(o, -1);
  if (o.kind == PAGED) {
    for (let i: u32 = 0; i < o.pages; i++) {
      const frame = load<u32>(<usize>o.base + ((<usize>i) << 2));
      if (frame) freeFrame(frame);
    }
    freeFrame(o.base);
  }
  memory.fill(accessAddress(o, 0), 0, MAX_PROCESSES);
  o.kind = FREE;
  o.id = 0;
  o.owner = 0;
  inUse--;
}

@inline function accessAddress(o: MemoryObject, slot: u32): usize {
  return OBJECT_ACCESS_TABLE + <usize>((o.id & INDEX_MASK) * MAX_PROCESSES + slot);
}

/** What `t` may do with the object: PROT_… bits. */
export function objectAccess(o: MemoryObject, t: Thread): u32 {
  if (o.owner == t.pid) return PROT_READ | PROT_WRITE | PROT_EXECUTE;
  return load<u8>(accessAddress(o, slotOf(t))) & (PROT_READ | PROT_WRITE);
}

/** `other` may map the object with `prot` from now on. 0, -EINVAL, -EPERM when it is sealed. */
export function grantAccess(o: MemoryObject, other: Thread, prot: u32): i32 {
  if (!(prot & PROT_READ) || prot & ~(PROT_READ | PROT_WRITE) || other.pid == o.owner) return -EINVAL;
  if (prot & PROT_WRITE && o.sealed) return -EPERM;
  const at = accessAddress(o, slotOf(other));
  store<u8>(at, load<u8>(at) | (<u8>prot));
  return 0;
}

/** Whether `t` may give `prot` on object `id` away: its creator only. 0, -ENXIO, -EINVAL, -EPERM. */
export function mayGrantObject(t: Thread, id: u32, prot: u32): i32 {
  const o = findObject(id);
  if (!o) return -ENXIO;
  if (o.owner != t.pid) return -EPERM;
  if (!(prot & PROT_READ) || prot & ~(PROT_READ | PROT_WRITE)) return -EINVAL;
  return prot & PROT_WRITE && o.sealed ? -EPERM : 0;
}

/** Gives it: mayGrantObject() has just allowed it. The creator itself needs no grant. */
export function grantObject(to: Thread, id: u32, prot: u32): void {
  const o = findObject(id);
  if (o && o.owner != to.pid) grantAccess(o, to, prot);
}

/** Takes back what was granted; a pin stays. → whether there was anything. */
export function withdrawAccess(o: MemoryObject, other: Thread): bool {
  const at = accessAddress(o, slotOf(other));
  const had = load<u8>(at);
  store<u8>(at, had & (<u8>PINNED));
  return (had & (PROT_READ | PROT_WRITE)) != 0;
}

/** A driver's device may reach the frames: they stay until it unpins or dies. */
export function pinObject(o: MemoryObject, driver: Thread): void {
  const at = accessAddress(o, slotOf(driver));
  if (load<u8>(at) & PINNED) return;
  store<u8>(at, load<u8>(at) | (<u8>PINNED));
  o.mappings++;
}

/** False when `driver` had not pinned it. */
export function unpinObject(o: MemoryObject, driver: Thread): bool {
  const at = accessAddress(o, slotOf(driver));
  if (!(load<u8>(at) & PINNED)) return false;
  store<u8>(at, load<u8>(at) & ~(<u8>PINNED));
  unmapObject(o.id);
  return true;
}

/** Address of page `index` < pages. */
export function objectPage(o: MemoryObject, index: u32): usize {
  return o.kind == CONTIGUOUS
    ? <usize>o.base + ((<usize>index) << PAGE_SHIFT)
    : <usize>load<u32>(<usize>o.base + ((<usize>index) << 2));
}

/** Whether pages [first, first + count) exist and may be mapped with `prot`. 0, -EINVAL, -EPERM. */
export function checkMapping(o: MemoryObject, first: u64, count: u64, prot: u32): i32 {
  if (!count || first >= o.pages || count > o.pages - first) return -EINVAL;
  if (prot & PROT_WRITE && (o.sealed || prot & PROT_EXECUTE)) return -EPERM;
  return prot & PROT_EXECUTE && !o.sealed ? -EPERM : 0;
}

/** Copies from its creator's memory. → bytes, or -EINVAL (range), -EPERM (sealed), -EFAULT, -ENOMEM. */
export function writeObject(o: MemoryObject, p: Process, offset: u64, source: u64, size: u32): i32 {
  if (o.sealed) return -EPERM;
  const bytes = (<u64>o.pages) << PAGE_SHIFT;
  if (offset > bytes || size > bytes - offset) return -EINVAL;
  let done: u32 = 0;
  while (done < size) {
    const at = <u32>offset + done;
    const n = min(size - done, PAGE_SIZE - (at & (PAGE_SIZE - 1)));
    const copied = copyFromUser(
      p,
      objectPage(o, at >> PAGE_SHIFT) + (at & (PAGE_SIZE - 1)),
      source + done,
      n,
    );
    done += copied;
    if (copied < n) break;
  }
  return done || !size ? <i32>done : <i32>copyFailure();
}

/** No more writes; from now on it can be mapped executable. */
export function sealObject(o: MemoryObject): void {
  o.sealed = 1;
  for (let i: u32 = 0; i < o.pages; i++) publishCode(objectPage(o, i), PAGE_SIZE);
}

/** Its creator lets it go, or is dead: drivers that have it pinned hear of it, so that they let go, too. */
export function closeObject(o: MemoryObject): void {
  o.owner = 0;
  if (!o.mappings && o.kind == PAGED) return destroyObject(o);
  for (let slot: u32 = 0; slot < MAX_PROCESSES; slot++) {
    if (load<u8>(accessAddress(o, slot)) & PINNED) notify(threadAt(slot), NOTIFY_DRAIN);
  }
}

export function unmapObject(id: u32): void {
  const o = findObject(id);
  if (!o) return;
  o.mappings--;
  if (!o.mappings && !o.owner && o.kind == PAGED) destroyObject(o);
}

/** A process dies, its mappings gone: what it had pinned or been granted is given up, what it created is let go. */
export function closeObjectsOf(t: Thread): void {
  for (let i: u32 = 1; i < MAX_OBJECTS; i++) {
    const o = objectAt(i);
    if (o.kind != PAGED) continue;
    const at = accessAddress(o, slotOf(t));
    const access = load<u8>(at);
    if (access) {
      store<u8>(at, 0);
      if (access & PINNED) unmapObject(o.id);
    }
    if (o.owner == t.pid) closeObject(o);
  }
}
