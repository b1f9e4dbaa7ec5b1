// What a path names: the result of path.ts, and the place that operations on names work on.

/** What the last name of a path is. */
export const NAME_ORDINARY: u32 = 0;
export const NAME_ROOT: u32 = 1; // there is none: the path is "/"
export const NAME_DOT: u32 = 2;
export const NAME_DOT_DOT: u32 = 3;

@unmanaged
export class Found {
  kind: u32; // NAME_…
  mount: u32; // index of the mount that has `inode`
  inode: u32; // what the path names; 0: there is no such name in `parent`
  mode: u32; // its S_IF… and permission bits
  parentMount: u32; // index of the mount that has `parent`; another than `mount` if the name is a mount point
  parent: u32; // inode of the directory that has, or would have, the name
  name: usize; // the bytes of the last name, good until the next walk
  length: u32;
  hash: u32;
  hasSlash: bool; // the path ends with a slash: it means a directory
}
export const FOUND_SIZE: u32 = 40;

/** The result of the last walk that returned 0. */
export const found = changetype<Found>(memory.data(40, 8));
/** The first one of an operation with two paths. */
export const firstFound = changetype<Found>(memory.data(40, 8));
