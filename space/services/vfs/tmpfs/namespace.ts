// Making and removing names. Each function is given the result of a walk (path.ts) and changes everything or nothing.

import {
  EBUSY,
  EEXIST,
  EINVAL,
  EISDIR,
  ENOENT,
  ENOSPC,
  ENOTDIR,
  ENOTEMPTY,
  EROFS,
} from "../../../../abi/errno";
import { S_IFDIR, S_IFMT } from "../../../../abi/file";
import { NAME_DOT, NAME_ORDINARY, NAME_ROOT, found } from "../path";
import { addEntry, removeEntry } from "./directory";
import { INODE_FIXED, allocateInode, inodeAt, isDirectory, releaseIfUnused } from "./inode";

/** Permission bits of a mode: rwx three times, set-id and sticky bits. */
export const PERMISSIONS: u32 = 0o7777;

/** Whether a name has a NUL byte, which no name of POSIX's may have. */
function hasNul(name: usize, length: u32): bool {
  for (let at = name; at < name + length; at++) {
    if (!load<u8>(at)) return true;
  }
  return false;
}

/**
 * Makes the missing name that was found, with a new inode of `mode`. → inode number; -EINVAL (a NUL byte), -ENOSPC (no
 * inode or no block).
 */
export function makeNode(mode: u32): i32 {
  if (hasNul(found.name, found.length)) return -EINVAL;
  const number = allocateInode(mode);
  if (!number) return -ENOSPC;
  const status = addEntry(found.parent, found.name, found.length, found.hash, number);
  if (status < 0) {
    releaseIfUnused(number);
    return status;
  }
  const inode = inodeAt(number);
  inode.links = 1;
  if ((mode & S_IFMT) == S_IFDIR) {
    inode.links = 2;
    inode.parent = found.parent;
    inodeAt(found.parent).links += 1;
  }
  return number;
}

/** mkdir. → inode number; -EEXIST, or as makeNode(). */
export function makeDirectory(mode: u32): i32 {
  if (found.inode) return -EEXIST;
  return makeNode(S_IFDIR | (mode & PERMISSIONS));
}

/** unlink. 0, -ENOENT, -EISDIR, -EROFS (the name is part of the system's image). */
export function removeFile(): i32 {
  if (!found.inode) return -ENOENT;
  const inode = inodeAt(found.inode);
  if (isDirectory(inode)) return -EISDIR;
  if (inode.flags & INODE_FIXED) return -EROFS;
  removeEntry(found.entry);
  inode.links -= 1;
  releaseIfUnused(found.inode);
  return 0;
}

/** rmdir. 0, -ENOENT, -ENOTDIR, -EBUSY (the root, or a directory of the system's), -EINVAL ("."), -ENOTEMPTY. */
export function removeDirectory(): i32 {
  if (found.kind == NAME_ROOT) return -EBUSY;
  if (found.kind == NAME_DOT) return -EINVAL;
  if (found.kind != NAME_ORDINARY) return -ENOTEMPTY;
  if (!found.inode) return -ENOENT;
  const inode = inodeAt(found.inode);
  if (!isDirectory(inode)) return -ENOTDIR;
  if (inode.entries) return -ENOTEMPTY;
  if (inode.flags & INODE_FIXED) return -EBUSY;
  removeEntry(found.entry);
  inode.links = 0;
  inodeAt(found.parent).links -= 1;
  releaseIfUnused(found.inode);
  return 0;
}
