// What the next instance has to know of this one: which handles it gave out, and which processes watched some of them. The
// kernel keeps these pages when the service dies and gives them to the next instance (memory_keep); connections are not kept.
// So a handle of the dead instance never is somebody else's socket: generations go on, and it answers -ECONNRESET (DESIGN §7).
//
//   u32 magic · u32 0 · u32 generation of each socket number · u32 process id of each process slot's watcher
//
// What a crash left there is not trusted: a generation is cut to its bits, and an id is compared only.

import { MAX_PROCESSES } from "../../../../abi/limits";
import { SYS_MEMORY_KEEP } from "../../../../abi/syscall";
import { syscall } from "../../../lib/sys";
import { KEPT_AREA, MAX_SOCKETS } from "../stack/layout";
import { MAX_GENERATION, socketAt } from "./socket";

const MAGIC: u32 = 0x314b_4e48; // "HNK1": another layout is another number
const GENERATIONS: usize = KEPT_AREA + 8;
const WATCHERS: usize = GENERATIONS + MAX_SOCKETS * 4;

@inline
function watcherPlace(pid: u32): usize {
  return WATCHERS + <usize>(pid & (MAX_PROCESSES - 1)) * 4;
}

/** Takes over what an earlier instance left; there, the tables are empty and the arena reserved. */
export function inheritHandles(): void {
  const inherited = syscall(SYS_MEMORY_KEEP, KEPT_AREA, 0, 0, 0, 0, 0);
  const hasPredecessor = inherited > 0 && load<u32>(KEPT_AREA) == MAGIC;
  if (!hasPredecessor) memory.fill(KEPT_AREA, 0, WATCHERS + MAX_PROCESSES * 4 - KEPT_AREA);
  store<u32>(KEPT_AREA, MAGIC);
  for (let number: u32 = 0; number < MAX_SOCKETS; number++) {
    const generation = load<u32>(GENERATIONS + (number << 2)) & MAX_GENERATION;
    const socket = socketAt(number);
    socket.generation = generation;
    socket.predecessors = generation;
  }
}

/** Socket `number` has a new generation. */
export function noteGeneration(number: u32, generation: u32): void {
  store<u32>(GENERATIONS + (number << 2), generation);
}

/** Process `pid` watches a socket. */
export function noteWatcher(pid: u32): void {
  store<u32>(watcherPlace(pid), pid);
}

/** The process that watched sockets of an earlier instance, in the slot of `pid`. */
export function watcherBefore(pid: u32): u32 {
  return load<u32>(watcherPlace(pid));
}
