// Memory objects: pages that several processes may map. A paged one has an index frame of MAX_OBJECT_PAGES addresses and
// owns its frames; a contiguous one (the boot archive) is a stretch of RAM that nobody owns. It lives while its creator
// keeps it open or anybody maps it.
//
//   object id:  31       8 7     0
//              |generation| index |    INITRD_OBJECT is index 1, generation 0

import { MAX_OBJECTS, MAX_OBJECT_PAGES, PAGE_SHIFT, PAGE_SIZE } from "../../abi/limits";
import { EAGAIN, EFBIG, EINVAL, ENOMEM, EPERM } from "../../abi/errno";
import { INITRD_OBJECT } from "../../abi/construct";
import { PROT_EXECUTE, PROT_WRITE } from "../../abi/program";
import { publishCode } from "../hal/hw";
import { Process } from "../process/process";
import { copyFailure } from "./address_space";
import { allocateFrame, freeFrame } from "./frames";
import { OBJECT_SIZE, OBJECT_TABLE } from "./layout";
import { copyFromUser } from "./user_copy";

const FREE: u32 = 0;
const PAGED: u32 = 1;
const CONTIGUOUS: u32 = 2;
const INDEX_MASK: u32 = MAX_OBJECTS - 1;

@unmanaged
export class MemoryObject {
  id: u32;
  kind: u32;
  pages: u32;
  base: u32; // contiguous: first address; paged: the index frame
  owner: u32; // process id of its creator; 0 once closed
  mappings: u32;
  sealed: u32;
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

/** A new object of zeroed pages. → id, or -EINVAL, -EFBIG, -EAGAIN (table full), -ENOMEM. */
export function createObject(owner: u32, pages: u64): i32 {
  if (!pages) return -EINVAL;
  if (pages > <u64>MAX_OBJECT_PAGES) return -EFBIG;
  for (let i: u32 = INITRD_OBJECT + 1; i < MAX_OBJECTS; i++) {
    const o = objectAt(i);
    if (o.kind == FREE) return fill(o, i, owner, <u32>pages);
  }
  return -EAGAIN;
}

function fill(o: MemoryObject, index: u32, owner: u32, pages: u32): i32 {
  const table = allocateFrame();
  if (!table) return -ENOMEM;
  o.kind = PAGED;
  o.base = <u32>table;
  o.generation = (o.generation + MAX_OBJECTS) & 0x7fff_ff00;
  o.id = o.generation | index;
  o.owner = owner;
  o.mappings = 0;
  o.sealed = 0;
  o.pages = pages;
  inUse++;
  for (let i: u32 = 0; i < pages; i++) {
    const frame = allocateFrame();
    if (!frame) {
      destroy(o);
      return -ENOMEM;
    }
    store<u32>(table + ((<usize>i) << 2), <u32>frame);
  }
  return <i32>o.id;
}

function destroy(o: MemoryObject): void {
  if (o.kind == PAGED) {
    for (let i: u32 = 0; i < o.pages; i++) {
      const frame = load<u32>(<usize>o.base + ((<usize>i) << 2));
      if (frame) freeFrame(frame);
    }
    freeFrame(o.base);
  }
  o.kind = FREE;
  o.id = 0;
  inUse--;
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

/** Its creator lets it go. */
export function closeObject(o: MemoryObject): void {
  o.owner = 0;
  if (!o.mappings && o.kind == PAGED) destroy(o);
}

export function unmapObject(id: u32): void {
  const o = findObject(id);
  if (!o) return;
  o.mappings--;
  if (!o.mappings && !o.owner && o.kind == PAGED) destroy(o);
}

/** A process dies: what it created and kept open is let go. */
export function closeObjectsOf(pid: u32): void {
  for (let i: u32 = 1; i < MAX_OBJECTS; i++) {
    const o = objectAt(i);
    if (o.kind == PAGED && o.owner == pid) closeObject(o);
  }
}
