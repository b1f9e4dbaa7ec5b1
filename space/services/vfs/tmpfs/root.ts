// Roots of further tmpfs mounts: directories in the same arena that no directory has a name for.

import { ENOSPC } from "../../../../abi/errno";
import { S_IFDIR } from "../../../../abi/file";
import { entryAt, entryFrom, removeEntry } from "./directory";
import { allocateInode, inodeAt, isDirectory, releaseIfUnused } from "./inode";

const ROOT_MODE: u32 = S_IFDIR | 0o1777;

/** Makes an empty one. → its inode, or -ENOSPC. */
export function makeRoot(): i32 {
  const number = allocateInode(ROOT_MODE);
  if (!number) return -ENOSPC;
  const root = inodeAt(number);
  root.links = 2;
  root.parent = number;
  return number;
}

/**
 * Removes a root and all below it, that nobody has open. Goes down to the first directory without directories, empties it,
 * and up again, so that no depth of it needs a stack.
 */
export function releaseRoot(root: u32): void {
  let number = root;
  while (true) {
    const directory = inodeAt(number);
    const slot = entryFrom(directory, 0);
    if (slot) {
      const child = entryAt(slot).inode;
      if (isDirectory(inodeAt(child)) && inodeAt(child).entries) {
        number = child;
        continue;
      }
      removeEntry(slot);
      if (isDirectory(inodeAt(child))) inodeAt(child).links = 0;
      else inodeAt(child).links -= 1;
      releaseIfUnused(child);
      continue;
    }
    if (number == root) break;
    number = directory.parent;
  }
  inodeAt(root).links = 0;
  releaseIfUnused(root);
}
