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

/** Reads the name at `at`: sets name, length and hash. directory: the inode number that its hash starts from. */
@inline
function scanName(at: usize, end: usize, directory: u32): void {
  found.name = at;
  let hash = superblock().hashSeed ^ directory;
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
  found.length = <u32>(at - found.name);
  found.hash = <u32>(hash >> 32);
}

/** The kind of a name that begins with a dot. */
function dotKind(name: usize, length: u32): u32 {
  if (length == 1) return NAME_DOT;
  return length == 2 && load<u8>(name, 1) == DOT ? NAME_DOT_DOT : NAME_ORDINARY;
}

/** Looks the scanned name up in `directory`: sets kind, entry and inode. */
@inline
function lookUp(directory: u32): void {
  const kind = load<u8>(found.name) == DOT ? dotKind(found.name, found.length) : NAME_ORDINARY;
  found.kind = kind;
  found.parent = directory;
  if (kind == NAME_ORDINARY) {
    const slot = findEntry(directory, found.name, found.length, found.hash);
    found.entry = slot;
    found.inode = slot ? entryAt(slot).inode : 0;
  } else {
    found.entry = 0;
    found.inode = kind == NAME_DOT ? directory : inodeAt(directory).parent;
  }
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
  let at = skipSlashes(path, end);
  if (at == end) return foundRoot();
  let directory = ROOT_INODE;
  while (true) {
    scanName(at, end, directory);
    if (found.length > MAX_NAME) return -ENAMETOOLONG;
    lookUp(directory);
    const nameEnd = at + found.length;
    if (nameEnd == end) {
      found.hasSlash = false;
      return 0;
    }
    at = skipSlashes(nameEnd, end);
    const next = found.inode;
    if (next && !isDirectory(inodeAt(next))) return -ENOTDIR;
    if (at == end) {
      found.hasSlash = true;
      return 0;
    }
    if (!next) return -ENOENT;
    directory = next;
  }
}
