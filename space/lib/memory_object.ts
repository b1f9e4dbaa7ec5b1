// Memory objects: pages that processes share (docs/PROTOCOL.md). One process creates an object and alone may grant, revoke and
// close it; whoever was granted access maps it in place of pages of its own linear memory.
//
//   const id = objectCreate(pages);
//   const at = reservePages(pages);                          (space/lib/process) addresses to map at
//   objectMap(id, at, 0, pages, PROT_READ | PROT_WRITE);
//   …request(…).withGrantObject(id, PROT_READ)…              or objectGrant(id, pid, PROT_READ)
//   objectRevoke(id, 0); objectUnmap(at); objectClose(id);
//
// When a mapping ends, by its holder or by a revocation, zeroed pages take its place: an address that was once mapped stays
// good, and can be mapped over again. Results are ≥ 0 or -errno. An object that one has no access to does not exist: -ENXIO.
// What others write into shared pages is hostile, and may change between two reads: space/lib/ring shows how to live with it.

import {
  SYS_OBJECT_CLOSE,
  SYS_OBJECT_CREATE,
  SYS_OBJECT_GRANT,
  SYS_OBJECT_MAP,
  SYS_OBJECT_REVOKE,
  SYS_OBJECT_UNMAP,
} from "../../abi/syscall";
import { syscall } from "./sys";

/**
 * A new object of `pages` zeroed pages of 4 KiB. → its id; -EINVAL none, -EFBIG more than MAX_OBJECT_PAGES, -EAGAIN this
 * process's quota or the system's table is used up, -ENOMEM
 */
export function objectCreate(pages: u32): i32 {
  return <i32>syscall(SYS_OBJECT_CREATE, pages, 0, 0, 0, 0, 0);
}

/**
 * Maps [first, first + pages) of the object at `address`: page-aligned, inside linear memory, with nothing mapped there. What
 * was in those pages is lost. prot: PROT_READ, or PROT_READ | PROT_WRITE. → 0; -ENXIO; -EPERM more than was granted; -EINVAL
 * address, pages that the object does not have, or prot; -EEXIST something is mapped there; -ENOMEM
 */
export function objectMap(id: u32, address: usize, first: u32, pages: u32, prot: u32): i32 {
  return <i32>syscall(SYS_OBJECT_MAP, id, address, first, pages, prot, 0);
}

/** Ends the mapping that begins at `address`. → 0, -EINVAL: none begins there */
export function objectUnmap(address: usize): i32 {
  return <i32>syscall(SYS_OBJECT_UNMAP, address, 0, 0, 0, 0, 0);
}

/**
 * Adds to what process `pid` may do with an object of one's own: PROT_READ, or PROT_READ | PROT_WRITE. → 0, -ENXIO, -ESRCH no
 * such process, -EINVAL, -EPERM writing to a sealed object
 */
export function objectGrant(id: u32, pid: u32, prot: u32): i32 {
  return <i32>syscall(SYS_OBJECT_GRANT, id, pid, prot, 0, 0, 0);
}

/** Takes access and mappings from process `pid` (0: every other one): it reads zeroes from now on. → 0, -ENXIO, -ESRCH, -EINVAL */
export function objectRevoke(id: u32, pid: u32): i32 {
  return <i32>syscall(SYS_OBJECT_REVOKE, id, pid, 0, 0, 0, 0);
}

/** Lets an object of one's own go; it lives on while somebody maps it. → 0, -ENXIO */
export function objectClose(id: u32): i32 {
  return <i32>syscall(SYS_OBJECT_CLOSE, id, 0, 0, 0, 0, 0);
}
