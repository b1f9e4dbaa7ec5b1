// The rows of files on a disk, if the machine has the second one of toolchain/bench/disk_image.ts: 64 MiB in requests of
// 64 KiB, through the VFS and its cache, which is a quarter of that at most. Counted like the block service's row (disk.ts).

import { ENOENT } from "../../../abi/errno";
import { O_RDWR } from "../../../abi/file";
import { PAGE_SIZE } from "../../../abi/limits";
import { println } from "../../lib/console";
import { close, creat, fsync, mkdir, mount, open, pread, pwrite, umount } from "../../lib/fs";
import { instructions } from "../../lib/sys";
import { bytesCopied, copies } from "./measure";

const DISK: string = "/dev/vdb";
const FOLDER: string = "/tmp/bench-disk";
const DATA: string = "/tmp/bench-disk/data";
const COPY: string = "/tmp/bench-disk/copy";
const MIB: u32 = 1 << 20;
const FILE_MIB: u32 = 64;
const REQUEST: u32 = 64 * 1024;
const REQUESTS: u32 = (FILE_MIB * MIB) / REQUEST;
const PAGES: u32 = (FILE_MIB * MIB) / PAGE_SIZE;
/** Overwriting is fsynced each time, so a part of the file tells as much as the whole. */
const OVERWRITES: u32 = 256;

function row(name: string, started: u32, operations: u32): void {
  println(`bench ${name} ${(instructions() - started) / operations}`);
}

/** disk_read_64k: cold, per 4 KiB; disk_read_mib: the same per MiB; disk_read_copies: how often a byte was copied. */
function reads(file: i32, buffer: usize): bool {
  const copied = bytesCopied();
  const started = instructions();
  for (let i: u32 = 0; i < REQUESTS; i++) {
    if (pread(file, buffer, REQUEST, <u64>i * REQUEST) != <i32>REQUEST) return false;
  }
  row("disk_read_64k", started, PAGES);
  row("disk_read_mib", started, FILE_MIB);
  copies("disk_read_copies", bytesCopied() - copied, FILE_MIB * MIB);
  return true;
}

/** disk_overwrite_fsync_64k: blocks that are there, each request on the disk before the next one, per 4 KiB. */
function overwrites(file: i32, buffer: usize): bool {
  const started = instructions();
  for (let i: u32 = 0; i < OVERWRITES; i++) {
    if (pwrite(file, buffer, REQUEST, <u64>i * REQUEST) != <i32>REQUEST || fsync(file) < 0) return false;
  }
  row("disk_overwrite_fsync_64k", started, OVERWRITES * (REQUEST / PAGE_SIZE));
  return true;
}

/** disk_write_mib: a new file of 64 MiB, on the disk when it ends, per MiB; disk_write_copies. */
function writes(buffer: usize): bool {
  const copied = bytesCopied();
  const started = instructions();
  const file = creat(COPY);
  for (let i: u32 = 0; i < REQUESTS; i++) {
    if (pwrite(file, buffer, REQUEST, <u64>i * REQUEST) != <i32>REQUEST) return false;
  }
  if (fsync(file) < 0) return false;
  row("disk_write_mib", started, FILE_MIB);
  copies("disk_write_copies", bytesCopied() - copied, FILE_MIB * MIB);
  return close(file) == 0;
}

/** → false: there is a second disk, and its file system does not work. `buffer` has room for REQUEST bytes. */
export function diskFileRows(buffer: usize): bool {
  mkdir(FOLDER);
  const status = mount(DISK, FOLDER);
  if (status < 0) return status == -ENOENT;
  const file = open(DATA, O_RDWR);
  const good = file >= 0 && reads(file, buffer) && overwrites(file, buffer) && writes(buffer);
  close(file);
  return umount(FOLDER) == 0 && good;
}
