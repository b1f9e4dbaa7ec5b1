// What a type of file system can do: one class and one folder a type (tmpfs, devfs, …), found through the mount table.
// The VFS resolves paths, keeps handles and checks what POSIX says of names; a file system finds, reads and changes.
//
// Results are ≥ 0, or -errno, or WAIT: something that the operation needs is not in memory yet. The operation has then
// changed nothing, its request is parked, and it is done again from the start when that has come (parking.ts).
// What a type does not override it cannot do: it is read-only then, and has no links.

import { EINVAL, EPERM, EROFS } from "../../../abi/errno";
import { Message } from "../../../abi/message";
import { Found } from "./found";
import { Mount } from "./mount_table";

/** Not an errno: the operation waits. It never leaves the VFS. */
export const WAIT: i32 = -0x10000;

/** What a lookup answers: an inode's number and mode in one value ≥ 0, or 0 if there is no such name. */
@inline
export function node(inode: u32, mode: u32): i64 {
  return ((<i64>mode) << 32) | (<i64>inode);
}
@inline
export function nodeInode(value: i64): u32 {
  return <u32>value;
}
@inline
export function nodeMode(value: i64): u32 {
  return <u32>(value >> 32);
}

/** What setAttributes changes: only what the mask names. */
@unmanaged
export class Change {
  mask: u32; // CHANGE_… (abi/file.ts)
  mode: u32; // permission bits
  atime_ns: u64;
  mtime_ns: u64;
}

/** What nextEntry found. */
@unmanaged
export class Listed {
  inode: u32;
  type: u32; // S_IF…
  name: usize;
  length: u32;
  next: u64; // position after it
}
export const listed = changetype<Listed>(memory.data(32, 8));

/** What statfs answers, as abi/file.ts has it: blocks of `blockSize` bytes. */
@unmanaged
export class Space {
  blockSize: u32;
  files: u32;
  filesFree: u32;
  flags: u32; // MOUNT_…, which the VFS sets
  blocks: u64;
  blocksFree: u64;
}
export const space = changetype<Space>(memory.data(32, 8));

export abstract class FileSystem {
  constructor(public name: string) {}

  /** The node of a name in a directory, or 0. hash: path.ts's, of name and directory. */
  abstract lookup(mount: Mount, directory: u32, name: usize, length: u32, hash: u32): i64;
  /** The node of the directory above one that is not the mount's root. */
  abstract parentOf(mount: Mount, directory: u32): i64;
  /** Writes the Stat record of an inode to `at`, in one go: if it waits or fails, nothing was written there. */
  abstract stat(mount: Mount, inode: u32, at: usize): i32;
  /** Fills `listed` with the directory's first entry, neither "." nor "..", at `position` or after it. → 1, or 0 at the end. */
  abstract nextEntry(mount: Mount, directory: u32, position: u64): i32;
  /** How many of `length` bytes at `offset` a read gets: fewer at the file's end. After it findSpan does not wait. */
  abstract readable(mount: Mount, inode: u32, offset: u64, length: u32): i32;
  /**
   * Finds up to `limit` of the bytes that readable() promised: how many lie in one piece at spanAddress (span.ts). 0: they
   * are not there after all, which is -EIO.
   */
  abstract findSpan(mount: Mount, inode: u32, offset: u64, limit: u32): u32;
  /** Fills `space`, the flags apart. */
  abstract statfs(mount: Mount): i32;

  /** A handle to the inode was opened, or closed. */
  opened(mount: Mount, inode: u32): void {}
  closed(mount: Mount, inode: u32): void {}
  /** Whether an open directory has been removed: nothing is found or made in it. */
  isRemoved(mount: Mount, directory: u32): bool {
    return false;
  }
  /** After a restart of the service: whether the inode, of a mount or of an open handle, is there as it was before. */
  isKept(inode: u32): bool {
    return false;
  }
  /** Whether the inode may be written: 0 or -errno. */
  checkWrite(mount: Mount, inode: u32): i32 {
    return -EROFS;
  }
  /** Where a symbolic link leads: copies up to `size` bytes to `target`. → bytes of the whole text */
  readLink(mount: Mount, inode: u32, target: usize, size: u32): i32 {
    return -EINVAL;
  }

  /** Makes the missing name with a new inode of `mode`. → the inode's number; i64 so that numbers are not negative */
  create(place: Found, mode: u32): i64 {
    return -EROFS;
  }
  /** Makes the missing name a symbolic link with `length` bytes of text. */
  symlink(place: Found, text: usize, length: u32): i32 {
    return -EPERM;
  }
  /** Makes the missing name another one for an inode that is no directory. */
  link(place: Found, inode: u32): i32 {
    return -EPERM;
  }
  /** Removes a name of what is no directory. */
  unlink(place: Found): i32 {
    return -EROFS;
  }
  /** Removes an empty directory. */
  rmdir(place: Found): i32 {
    return -EROFS;
  }
  /** Gives `from`'s inode the name `to`, instead of what had it; what POSIX says of the two is checked already. */
  rename(from: Found, to: Found): i32 {
    return -EROFS;
  }
  setAttributes(mount: Mount, inode: u32, change: Change): i32 {
    return -EROFS;
  }
  /** Sets a regular file's size. */
  truncate(mount: Mount, inode: u32, size: u64): i32 {
    return -EROFS;
  }
  /**
   * Writes `length` > 0 bytes at `offset` (append: at the end, which goes to `writtenOffset`): from `source`, or, if that is
   * 0, from window 0 of the request. → bytes written.
   */
  write(m: Message, mount: Mount, inode: u32, offset: u64, length: u32, source: usize): i32 {
    return -EROFS;
  }
  /** Makes all changes last, from stage `first` on (parking.ts). 0, -errno, WAIT. */
  sync(mount: Mount, first: u32): i32 {
    return 0;
  }
  /** The size of a file, where a file's end counts: SEEK_END, O_APPEND. */
  sizeOf(mount: Mount, inode: u32): i64 {
    return 0;
  }
}
