// Path resolution. A path is bytes, "/" between names; repeated and trailing slashes are allowed, every path starts at the
// root, and the root is its own "..". The result is left in `found`, which the next walk overwrites.
//
// Each name is scanned once, 8 bytes at a time: the word that is searched for a slash is also what the hash takes. So up
// to 7 bytes after a path's end are read (never used): it must not lie at the end of the memory.

import { ENAMETOOLONG, ENOENT, ENOTDIR } from "../../../abi/errno";
import { MAX_NAME } from "../../../abi/limits";
import { entryAt, findEntry } from "./tmpfs/directory";
import { ROOT_INODE, inodeAt, isDirectory } from "./tmpfs/inode";
import { superblock } from "./tmpfs/superblock";

const SLASH: u32 = 0x2f;
const DOT: u32 = 0x2e;
const EVERY_SLASH: u64 = 0x2f2f2f2f2f2f2f2f;
const EVERY_LOW_BIT: u64 = 0x0101010101010101;
const EVERY_HIGH_BIT: u64 = 0x8080808080808080;
/** 2⁶⁴ divided by the golden ratio, odd: spreads every input bit over the upper half of a product. */
const HASH_FACTOR: u64 = 0x9e3779b97f4a7c15;
const HASH_SHIFT: u64 = 29;
const EVERY_UPPER_BIT: u64 = 0xffffffff00000000;

/** What the last name of a path is. */
export const NAME_ORDINARY: u32 = 0;
export const NAME_ROOT: u32 = 1; // there is none: the path is "/"
export const NAME_DOT: u32 = 2;
export const NAME_DOT_DOT: u32 = 3;

@unmanaged
class Found {
  kind: u32; // NAME_…
  inode: u32; // what the path names; 0: there is no such name in `parent`
  entry: u32; // its slot; 0 for other kinds than NAME_ORDINARY
  parent: u32; // inode of the directory that has, or would have, the name
  name: usize;
  length: u32;
  hash: u32;
  hasSlash: bool; // the path ends with a slash: it means a directory
}

/** The result of the last walk that returned 0. */
export const found = changetype<Found>(memory.data(32, 8));

@inline
function skipSlashes(at: usize, end: usize): usize {
  while (at < end && load<u8>(at) == SLASH) at++;
  return at;
}

/**
 * Scans the name at `at` < end, hashing it from `seed` on. → its hash in the upper half, its length in the lower; one value,
 * so that both stay in registers.
 */
@inline
function scanName(at: usize, end: usize, seed: u64): u64 {
  const start = at;
  let hash = seed;
  let taken: u64 = 8;
  while (taken == 8) {
    let word = load<u64>(at);
    const x = word ^ EVERY_SLASH;
    const slash = (x - EVERY_LOW_BIT) & ~x & EVERY_HIGH_BIT;
    const left = <u64>(end - at);
    taken = slash ? ctz(slash) >> 3 : 8;
    if (left < taken) taken = left;
    if (taken < 8) word &= ((<u64>1) << (taken << 3)) - 1;
    hash = (hash ^ word) * HASH_FACTOR;
    hash ^= hash >> HASH_SHIFT;
    at += <usize>taken;
  }
  return (hash & EVERY_UPPER_BIT) | (<u64>(at - start));
}

/** The kind of a name that begins with a dot. */
function dotKind(name: usize, length: u32): u32 {
  if (length == 1) return NAME_DOT;
  return length == 2 && load<u8>(name, 1) == DOT ? NAME_DOT_DOT : NAME_ORDINARY;
}

function foundRoot(): i32 {
  found.kind = NAME_ROOT;
  found.inode = ROOT_INODE;
  found.entry = 0;
  found.parent = ROOT_INODE;
  found.hasSlash = true;
  return 0;
}

/**
 * Resolves the `length` bytes at `path` and leaves the result in `found`. 0 (found.inode is 0 if only the last name is
 * missing), -ENOENT, -ENOTDIR (something before a slash is no directory), -ENAMETOOLONG.
 */
export function walk(path: usize, length: u32): i32 {
  if (!length) return -ENOENT;
  const end = path + length;
  const seed = superblock().hashSeed;
  let at = skipSlashes(path, end);
  if (at == end) return foundRoot();
  let directory = ROOT_INODE;
  while (true) {
    const name = at;
    const scan = scanName(name, end, seed ^ directory);
    const nameLength = <u32>scan;
    const hash = <u32>(scan >> 32);
    if (nameLength > MAX_NAME) return -ENAMETOOLONG;
    let kind = NAME_ORDINARY;
    if (load<u8>(name) == DOT) kind = dotKind(name, nameLength);
    let slot: u32 = 0;
    let inode: u32 = 0;
    if (kind == NAME_ORDINARY) {
      slot = findEntry(directory, name, nameLength, hash);
      if (slot) inode = entryAt(slot).inode;
    } else {
      inode = kind == NAME_DOT ? directory : inodeAt(directory).parent;
    }
    const nameEnd = name + nameLength;
    at = skipSlashes(nameEnd, end);
    const hasSlash = at != nameEnd;
    if (hasSlash && inode && !isDirectory(inodeAt(inode))) return -ENOTDIR;
    if (at == end) {
      found.kind = kind;
      found.inode = inode;
      found.entry = slot;
      found.parent = directory;
      found.name = name;
      found.length = nameLength;
      found.hash = hash;
      found.hasSlash = hasSlash;
      return 0;
    }
    if (!inode) return -ENOENT;
    directory = inode;
  }
}
