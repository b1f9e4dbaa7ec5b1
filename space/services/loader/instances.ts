// Libraries in programs: one record for each library of each process that has it open, or has a library open that needs it. A handle
// names a record and says whose life of it is meant, so a handle kept too long names nobody.
//
//   handle   31 30         8 7     0
//           | 0 | generation | index |        generation ≥ 1
//
// The loader does not hear of the deaths of processes that own no handle of the kernel's; sweep() asks the kernel who is still there.

import { ESRCH } from "../../../abi/errno";
import { SYS_KILL } from "../../../abi/syscall";
import { syscall } from "../../lib/sys";
import { Library, holdLibrary, releaseLibrary } from "./libraries";

export const MAX_INSTANCES: u32 = 256; // -ENFILE
const INSTANCE_SIZE: u32 = 72;
const NEEDS: usize = 40;
const INDEX_BITS: u32 = 8;
const INDEX_MASK: u32 = MAX_INSTANCES - 1;
const MAX_GENERATION: u32 = 0x7fffff;
const SWEEP_INTERVAL: u32 = 32; // opens

@unmanaged
export class Instance {
  pid: u32; // 0: free
  generation: u32;
  record: u32; // address of the library's record
  opens: u32; // times that the process has opened it and not closed
  users: u32; // instances that need it
  area: u32; // address in the process's memory, once it is placed
  text: u64; // address of its code; 0: not placed
  needs: u32; // how many
  padding: u32;

  @inline get library(): Library {
    return changetype<Library>(<usize>this.record);
  }
  @inline need(i: u32): Instance {
    return changetype<Instance>(<usize>load<u32>(changetype<usize>(this) + NEEDS + ((<usize>i) << 2)));
  }
  /** Need `i` of its library is met by `other`. */
  setNeed(i: u32, other: Instance): void {
    store<u32>(changetype<usize>(this) + NEEDS + ((<usize>i) << 2), <u32>changetype<usize>(other));
    other.users += 1;
  }
}

const table: usize = makeTable();
let used: u32 = 0;
let opensSinceSweep: u32 = 0;

function makeTable(): usize {
  const records = heap.alloc(MAX_INSTANCES * INSTANCE_SIZE);
  memory.fill(records, 0, MAX_INSTANCES * INSTANCE_SIZE);
  return records;
}

@inline
function instanceAt(i: u32): Instance {
  return changetype<Instance>(table + <usize>i * INSTANCE_SIZE);
}

export function handleOf(instance: Instance): u32 {
  const index = <u32>((changetype<usize>(instance) - table) / INSTANCE_SIZE);
  return (instance.generation << INDEX_BITS) | index;
}

/** What process `pid` has opened and means by `handle`, or null. */
export function opened(pid: u32, handle: u32): Instance | null {
  const instance = instanceAt(handle & INDEX_MASK);
  if (instance.pid != pid || instance.generation != handle >> INDEX_BITS) return null;
  return instance.opens ? instance : null;
}

/** The instance of a library in process `pid`, or null. */
export function findInstance(pid: u32, library: Library): Instance | null {
  const record = <u32>changetype<usize>(library);
  for (let i: u32 = 0; i < MAX_INSTANCES; i++) {
    if (instanceAt(i).pid == pid && instanceAt(i).record == record) return instanceAt(i);
  }
  return null;
}

/** A new instance, not placed; hasRoom() has just said that there is one. It holds its library. */
export function newInstance(pid: u32, library: Library): Instance {
  let i: u32 = 0;
  while (instanceAt(i).pid) i++;
  const instance = instanceAt(i);
  const generation = instance.generation < MAX_GENERATION ? instance.generation + 1 : 1;
  memory.fill(changetype<usize>(instance), 0, INSTANCE_SIZE);
  instance.pid = pid;
  instance.generation = generation;
  instance.record = <u32>changetype<usize>(library);
  instance.needs = library.image.needed;
  holdLibrary(library);
  used++;
  return instance;
}

/** Frees a record. Its needs are the caller's business. */
export function freeInstance(instance: Instance): void {
  releaseLibrary(instance.library);
  instance.pid = 0;
  used--;
}

function isGone(pid: u32): bool {
  return <i32>syscall(SYS_KILL, pid, 0, 0, 0, 0, 0) == -ESRCH;
}

/** Frees the records of processes that have died; the kernel has unmapped their libraries. */
function sweep(): void {
  for (let i: u32 = 0; i < MAX_INSTANCES; i++) {
    const pid = instanceAt(i).pid;
    if (!pid || !isGone(pid)) continue;
    for (let k = i; k < MAX_INSTANCES; k++) if (instanceAt(k).pid == pid) freeInstance(instanceAt(k));
  }
}

/** Whether `count` more instances can be made. */
export function hasRoom(count: u32): bool {
  if (++opensSinceSweep >= SWEEP_INTERVAL || used + count > MAX_INSTANCES) {
    opensSinceSweep = 0;
    sweep();
  }
  return used + count <= MAX_INSTANCES;
}

/** The first instance under `instance`, itself included, that is not placed and all whose needs are; null: all are placed. */
export function nextUnplaced(instance: Instance): Instance | null {
  if (instance.text) return null; // it was placed after what it needs
  for (let i: u32 = 0; i < instance.needs; i++) {
    const below = nextUnplaced(instance.need(i));
    if (below !== null) return below;
  }
  return instance;
}
