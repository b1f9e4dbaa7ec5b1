// Path resolution. A path is bytes, "/" between names; repeated and trailing slashes are allowed, and the root is its own "..". The result is left in `found`, which the next walk overwrites.
//
// Each name is scanned once, 8 bytes at a time: the word that is searched for a slash is also what the hash takes. So up
// to 7 bytes after a path's end are read (never used): it must not lie at the end of the memory.

import { ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR } from "../../../abi/errno";
import { S_IFDIR, S_IFLNK, S_IFMT } from "../../../abi/file";
import { MAX_LINKS_FOLLOWED, MAX_NAME, MAX_PATH } from "../../../abi/limits";
import { node, nodeInode, nodeMode } from "./file_system";
import { NAME_DOT, NAME_DOT_DOT, NAME_ORDINARY, NAME_ROOT, found } from "./found";
import {
  Mount,
  ROOT_MOUNT,
  coveringMount,
  TYPE_REMOTE,
  TYPE_TMPFS,
  fileSystemOf,
  mayBeCovered,
  mountAt,
} from "./mount_table";
import { recall, remember } from "./path_cache";
import { lookupInTmpfs } from "./tmpfs/directory";
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

/** Texts of links and what follows them, two in turn, each with room for the bytes after a path that may be read. */
const LINK_BUFFER_SIZE: usize = 4104;
const linkBuffers: usize = memory.data(16416, 8);
/** A pair of them for each path of a request, so that the first path's last name is still there after the second walk. */
let bufferPair: u32 = 0;
let nextBuffer: u32 = 0;

/** Which of a request's paths is resolved next: 0 or 1. */
@inline
export function useBuffersOf(path: u32): void {
  bufferPair = path;
}

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

/** The hash of a name without a slash in a directory. Up to 7 bytes after it are read. */
export function hashOfName(directory: u32, name: usize, length: u32): u32 {
  return <u32>(scanName(name, name + length, superblock().hashSeed ^ directory) >> 32);
}

/** The kind of a name that begins with a dot. */
function dotKind(name: usize, length: u32): u32 {
  if (length == 1) return NAME_DOT;
  return length == 2 && load<u8>(name, 1) == DOT ? NAME_DOT_DOT : NAME_ORDINARY;
}

/** The mount that the last step led to. */
let stepMount = changetype<Mount>(0);

/** The node above a directory, or -errno. Above a mount's root is what is above the directory that it covers. */
export function nodeAbove(mount: Mount, directory: u32): i64 {
  while (directory == mount.root && mount.covered) {
    directory = mount.covered;
    mount = mountAt(mount.parent);
  }
  stepMount = mount;
  return directory == mount.root ? node(directory, S_IFDIR) : fileSystemOf(mount).parentOf(mount, directory);
}

/**
 * Puts what the symbolic link `inode` says, and the rest of the path from `rest` to `end`, into a buffer. → its address;
 * length and errors in expandedLength.
 */
let expandedLength: i32 = 0;
function expand(mount: Mount, inode: u32, rest: usize, end: usize): usize {
  const buffer = linkBuffers + <usize>((bufferPair << 1) | (nextBuffer & 1)) * LINK_BUFFER_SIZE;
  const length = fileSystemOf(mount).readLink(mount, inode, buffer, MAX_PATH);
  const restLength = <u32>(end - rest);
  if (length <= 0) expandedLength = length ? length : -ENOENT;
  else if (<u32>length + restLength > MAX_PATH) expandedLength = -ENAMETOOLONG;
  else {
    memory.copy(buffer + length, rest, restLength);
    expandedLength = length + restLength;
    nextBuffer++;
  }
  return buffer;
}

/** The path ended with the directory itself, and has no last name. */
function foundDirectory(mount: Mount, directory: u32): i32 {
  found.kind = NAME_ROOT;
  found.mount = mount.index;
  found.inode = directory;
  found.mode = S_IFDIR;
  found.parentMount = mount.index;
  found.parent = directory;
  found.hasSlash = true;
  return 0;
}

/** The node of one name; `stepMount` is where it is. */
@inline
function step(mount: Mount, directory: u32, kind: u32, name: usize, length: u32, hash: u32): i64 {
  if (kind == NAME_DOT_DOT) return nodeAbove(mount, directory);
  stepMount = mount;
  if (kind == NAME_DOT) return node(directory, S_IFDIR);
  // The root's type, by far the most frequent one, is asked without the detour over the table of types.
  const value =
    mount.type == TYPE_TMPFS
      ? lookupInTmpfs(directory, name, length, hash)
      : fileSystemOf(mount).lookup(mount, directory, name, length, hash);
  if (value > 0 && mayBeCovered(mount, nodeInode(value))) {
    const cover = coveringMount(mount, nodeInode(value));
    stepMount = cover;
    if (cover != mount) return node(cover.root, S_IFDIR);
  }
  return value;
}

/**
 * Resolves the `length` bytes at `path` and leaves the result in `found`. follow: whether a symbolic link as the last
 * name stands for what it leads to. 0 (found.inode is 0 if only the last name is missing), -ENOENT, -ENOTDIR (something
 * before a slash is no directory), -ENAMETOOLONG, -ELOOP, WAIT.
 */
export function walk(path: usize, length: u32, follow: bool): i32 {
  if (recall(path, length, follow)) return 0;
  const root = mountAt(ROOT_MOUNT);
  const status = walkFrom(root, root.root, path, length, follow);
  if (status == 0 && mountAt(found.mount).type != TYPE_REMOTE) remember(path, length, follow);
  return status;
}

/** The same from directory `directory` of `mount` on, for a path that does not begin with a slash. */
export function walkFrom(mount: Mount, directory: u32, path: usize, length: u32, follow: bool): i32 {
  if (!length) return -ENOENT;
  let end = path + length;
  let at = skipSlashes(path, end);
  const seed = superblock().hashSeed;
  let links: u32 = 0;
  while (at != end) {
    const name = at;
    const scan = scanName(name, end, seed ^ directory);
    const nameLength = <u32>scan;
    if (nameLength > MAX_NAME) return -ENAMETOOLONG;
    const kind = load<u8>(name) == DOT ? dotKind(name, nameLength) : NAME_ORDINARY;
    const value = step(mount, directory, kind, name, nameLength, <u32>(scan >> 32));
    if (value < 0) return <i32>value;
    const nameEnd = name + nameLength;
    at = skipSlashes(nameEnd, end);
    const hasSlash = at != nameEnd;
    const type = nodeMode(value) & S_IFMT;
    if (type == S_IFLNK && (hasSlash || follow)) {
      if (++links > MAX_LINKS_FOLLOWED) return -ELOOP;
      path = expand(stepMount, nodeInode(value), nameEnd, end);
      if (expandedLength < 0) return expandedLength;
      end = path + expandedLength;
      at = skipSlashes(path, end);
      if (at != path) {
        mount = mountAt(ROOT_MOUNT);
        directory = mount.root;
      }
      continue;
    }
    if (hasSlash && value && type != S_IFDIR) return -ENOTDIR;
    if (at == end) {
      found.kind = kind;
      found.mount = stepMount.index;
      found.inode = nodeInode(value);
      found.mode = nodeMode(value);
      found.parentMount = mount.index;
      found.parent = directory;
      found.name = name;
      found.length = nameLength;
      found.hash = <u32>(scan >> 32);
      found.hasSlash = hasSlash;
      return 0;
    }
    if (!value) return -ENOENT;
    mount = stepMount;
    directory = nodeInode(value);
  }
  return foundDirectory(mount, directory);
}
