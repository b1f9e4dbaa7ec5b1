// Results of walks by the whole path's text: a path that is asked for again is found by one comparison, instead of a look at
// each of its directories. Whatever may change where a path leads (a name, a link, a mode, a mount) begins a new generation,
// and no older result counts. What is not there is not kept.
//
//   entry, 128 bytes:  0 u32 generation   4 u32 length << 1 | follow   8 Found, its name as an offset in the path
//                     48 the path, 80 bytes, what follows its end in the last 8 bytes being zero

import { FOUND_SIZE, Found, NAME_ROOT, found } from "./found";

const ENTRY_SHIFT: u32 = 7;
const ENTRIES_LOG2: u64 = 6;
const KEY: usize = 4;
const RESULT: usize = 8;
const PATH: usize = RESULT + FOUND_SIZE;
const CACHED_PATH_MAX: u32 = 80;
/** 2⁶⁴ divided by the golden ratio, odd. */
const HASH_FACTOR: u64 = 0x9e3779b97f4a7c15;

const entries: usize = memory.data(8192, 8);
let generation: u32 = 1;

/** What paths lead to may be something else from now on. */
export function namesChanged(): void {
  if (++generation) return;
  memory.fill(entries, 0, (<usize>1) << (<usize>ENTRIES_LOG2 + ENTRY_SHIFT));
  generation = 1;
}

/** The last 1 to 8 bytes of a path, zero above them. Up to 7 bytes after its end are read. */
@inline function lastWord(path: usize, length: u32): u64 {
  const inWord = (((length - 1) & 7) + 1) << 3; // bits
  return load<u64>(path + ((length - 1) & ~7)) & (u64.MAX_VALUE >> (64 - inWord));
}

/** The entry where a path's result is, if it is anywhere. length: 1 to CACHED_PATH_MAX */
@inline function entryFor(path: usize, length: u32): usize {
  let hash: u64 = length;
  const end = path + ((length - 1) & ~7);
  for (let at = path; at < end; at += 8) hash = (hash ^ load<u64>(at)) * HASH_FACTOR;
  hash = (hash ^ lastWord(path, length)) * HASH_FACTOR;
  hash ^= hash >> 29;
  return entries + ((<usize>((hash * HASH_FACTOR) >> (64 - ENTRIES_LOG2))) << ENTRY_SHIFT);
}

/** Finds the path among the results. → whether it is there; then it is in `found` */
@inline export function recall(path: usize, length: u32, follow: bool): bool {
  if (length - 1 >= CACHED_PATH_MAX) return false;
  const entry = entryFor(path, length);
  if (load<u32>(entry) != generation || load<u32>(entry, KEY) != ((length << 1) | u32(follow))) return false;
  const last: usize = (length - 1) & ~7;
  for (let i: usize = 0; i < last; i += 8) {
    if (load<u64>(entry + PATH + i) != load<u64>(path + i)) return false;
  }
  if (load<u64>(entry + PATH + last) != lastWord(path, length)) return false;
  const target = changetype<usize>(found);
  for (let i: usize = 0; i < FOUND_SIZE; i += 8) store<u64>(target + i, load<u64>(entry + RESULT + i));
  found.name += path;
  return true;
}

/** Keeps what a walk has just left in `found`. A last name that comes from a link's text is not the path's, and not kept. */
export function remember(path: usize, length: u32, follow: bool): void {
  if (length - 1 >= CACHED_PATH_MAX || !found.inode) return;
  if (found.kind == NAME_ROOT) found.name = path;
  if (found.name - path >= length) return;
  const entry = entryFor(path, length);
  store<u32>(entry, generation);
  store<u32>(entry, (length << 1) | u32(follow), KEY);
  memory.copy(entry + RESULT, changetype<usize>(found), FOUND_SIZE);
  store<usize>(entry + RESULT, found.name - path, offsetof<Found>("name"));
  memory.copy(entry + PATH, path, length);
  store<u64>(entry + PATH + ((length - 1) & ~7), lastWord(path, length));
}
