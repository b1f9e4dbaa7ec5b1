// Which file it is whose program or library is kept: the path it was reached by, and what stat said of it. A file that was replaced
// or written to has another inode or time. Two file systems that are mounted in turn at one place could have files alike in all of
// these; the path alone keeps other file systems apart, whose inode numbers mean nothing to each other.

import { STAT_INODE, STAT_MTIME_NS, STAT_SIZE } from "../../../abi/file";

const FNV_OFFSET: u64 = 0xcbf29ce484222325; // the FNV-1a hash of 64 bits
const FNV_PRIME: u64 = 0x100000001b3;

@unmanaged
export class FileKey {
  inode: u32; // of a file in the boot archive: its address there
  size: u32;
  mtime_ns: u64;
  path: u64; // hash; of a file in the boot archive: 0

  equals(other: FileKey): bool {
    return (
      this.inode == other.inode &&
      this.size == other.size &&
      this.mtime_ns == other.mtime_ns &&
      this.path == other.path
    );
  }

  copy(other: FileKey): void {
    memory.copy(changetype<usize>(this), changetype<usize>(other), FILE_KEY_SIZE);
  }

  /** The file at `path` with the Stat record at `stat`. */
  setFile(path: usize, pathLength: u32, stat: usize): void {
    this.inode = load<u32>(stat, STAT_INODE);
    this.size = <u32>load<u64>(stat, STAT_SIZE);
    this.mtime_ns = load<u64>(stat, STAT_MTIME_NS);
    let hash = FNV_OFFSET;
    for (let i: u32 = 0; i < pathLength; i++) hash = (hash ^ load<u8>(path + i)) * FNV_PRIME;
    this.path = hash;
  }

  /** A file of the boot archive. */
  setArchive(data: u32, size: u32): void {
    this.inode = data;
    this.size = size;
    this.mtime_ns = 0;
    this.path = 0;
  }
}
export const FILE_KEY_SIZE: u32 = 24;
