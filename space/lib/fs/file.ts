// Files by path and descriptor. Results are ≥ 0, or -errno; buffers are an address and a size in bytes.

import { EINVAL, EIO, ENAMETOOLONG } from "../../../abi/errno";
import { O_RDONLY } from "../../../abi/file";
import {
  SYS_CLOSE,
  SYS_CREAT,
  SYS_DUP2,
  SYS_LSEEK,
  SYS_MKDIR,
  SYS_OPEN,
  SYS_PREAD,
  SYS_PWRITE,
  SYS_READ,
  SYS_RMDIR,
  SYS_UNLINK,
  SYS_WRITE,
} from "../../../abi/syscall";
import { pathBytes, pathSize } from "../process/process";
import { syscall } from "../sys";

export const STDIN: i32 = 0;
export const STDOUT: i32 = 1;
export const STDERR: i32 = 2;

/** What read-by-the-piece loops ask for at once: as much as one call moves (MAX_COPY_SLICE). */
export const READ_SIZE: u32 = 65536;

/** A call whose first two arguments are a path. */
function pathCall(number: i32, path: string, a2: u64, a3: u64): i32 {
  const name = pathBytes(path);
  return name ? <i32>syscall(number, name, pathSize, a2, a3, 0, 0) : -ENAMETOOLONG;
}

/** Opens `path`. flags: O_…; mode: permission bits for a file that O_CREAT makes. → descriptor */
export function open(path: string, flags: u32 = O_RDONLY, mode: u32 = 0o666): i32 {
  return pathCall(SYS_OPEN, path, flags, mode);
}

/** Opens the path of `size` bytes at `address` for reading, without allocating. → descriptor */
export function openBytes(address: usize, size: u32): i32 {
  return <i32>syscall(SYS_OPEN, address, size, O_RDONLY, 0, 0, 0);
}

/** Makes `path` an empty file and opens it for writing. → descriptor */
export function creat(path: string, mode: u32 = 0o666): i32 {
  return pathCall(SYS_CREAT, path, mode, 0);
}

export function close(fd: i32): i32 {
  return <i32>syscall(SYS_CLOSE, fd, 0, 0, 0, 0, 0);
}

/** Makes `target` (-1: the lowest free number) name what `fd` names. → the descriptor */
export function dup2(fd: i32, target: i32): i32 {
  return <i32>syscall(SYS_DUP2, fd, <i64>target, 0, 0, 0, 0);
}

/** Reads up to `size` bytes at the descriptor's position. → bytes read, fewer than asked if it pleases the file; 0 at its end */
export function read(fd: i32, address: usize, size: u32): i32 {
  return <i32>syscall(SYS_READ, fd, address, size, 0, 0, 0);
}

/** Writes up to `size` bytes at the descriptor's position. → bytes written */
export function write(fd: i32, address: usize, size: u32): i32 {
  return <i32>syscall(SYS_WRITE, fd, address, size, 0, 0, 0);
}

/** `read` at `offset` bytes from the start; the position stays. */
export function pread(fd: i32, address: usize, size: u32, offset: u64): i32 {
  return <i32>syscall(SYS_PREAD, fd, address, size, offset, 0, 0);
}

/** `write` at `offset` bytes from the start; the position stays. */
export function pwrite(fd: i32, address: usize, size: u32, offset: u64): i32 {
  return <i32>syscall(SYS_PWRITE, fd, address, size, offset, 0, 0);
}

/** Reads until `size` bytes are there or the file ends. size: below 2 GiB. → bytes read, or -errno if a part failed */
export function readAll(fd: i32, address: usize, size: u32): i32 {
  if (size > <u32>i32.MAX_VALUE) return -EINVAL;
  let total: u32 = 0;
  while (total < size) {
    const count = read(fd, address + total, size - total);
    if (count < 0) return count;
    if (count == 0) break;
    total += count;
  }
  return <i32>total;
}

/** Writes all `size` bytes, in several calls if need be. → 0, or the -errno of the part that failed */
export function writeAll(fd: i32, address: usize, size: u32): i32 {
  let total: u32 = 0;
  while (total < size) {
    const count = write(fd, address + total, size - total);
    if (count < 0) return count;
    if (count == 0) return -EIO; // a service that takes nothing and names no reason: not to be asked for ever
    total += count;
  }
  return 0;
}

/** Reads into a byte array: as many bytes as it has, or up to the file's end. → bytes read */
export function readBytes(fd: i32, bytes: Uint8Array): i32 {
  return readAll(fd, bytes.dataStart, bytes.byteLength);
}

/** Writes a whole byte array. → 0 */
export function writeBytes(fd: i32, bytes: Uint8Array): i32 {
  return writeAll(fd, bytes.dataStart, bytes.byteLength);
}

/** Moves the descriptor's position. whence: SEEK_… → the new position in bytes from the start */
export function lseek(fd: i32, offset: i64, whence: u32): i64 {
  return syscall(SYS_LSEEK, fd, offset, whence, 0, 0, 0);
}

export function mkdir(path: string, mode: u32 = 0o777): i32 {
  return pathCall(SYS_MKDIR, path, mode, 0);
}

/** Removes an empty directory. */
export function rmdir(path: string): i32 {
  return pathCall(SYS_RMDIR, path, 0, 0);
}

/** Removes a file's name; the file itself goes when nobody has it open. */
export function unlink(path: string): i32 {
  return pathCall(SYS_UNLINK, path, 0, 0);
}
