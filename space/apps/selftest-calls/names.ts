// Hostile arguments of the file system calls about names, links, attributes and mounts.

import { EBADF, EBUSY, EEXIST, EFAULT, EINVAL, ENAMETOOLONG, ENODEV, ENOENT } from "../../../abi/errno";
import { MAX_MOUNT_TEXT, MAX_PATH } from "../../../abi/limits";
import * as S from "../../../abi/syscall";
import { syscall } from "../../lib/sys";
import { expect } from "./expect";

const KERNEL: u64 = 0xffffffc000200000;
const UNMAPPED: u64 = 0xfff0_0000;
const NULL_PAGE: u64 = 0x10;
const HUGE: u64 = 0x7fff_ffff_ffff_ffff;
const ALL_ONES: u64 = 0xffff_ffff_ffff_ffff;
const ABOVE_4_GIB: u64 = 0x1_0000_0000;

const scratch: usize = memory.data(64, 8);
const tmp: usize = memory.data<u8>([47, 116, 109, 112]); // /tmp
const dev: usize = memory.data<u8>([47, 100, 101, 118]); // /dev
const PATH_SIZE: u64 = 4;

function call(
  number: i32,
  a0: u64 = 0,
  a1: u64 = 0,
  a2: u64 = 0,
  a3: u64 = 0,
  a4: u64 = 0,
  a5: u64 = 0,
): i64 {
  return syscall(number, a0, a1, a2, a3, a4, a5);
}

/** Calls that begin with a path; the third argument is a good one. */
function firstPath(name: string, number: i32): void {
  expect(`${name} of a null page`, call(number, NULL_PAGE, PATH_SIZE, scratch), EFAULT);
  expect(`${name} of a kernel address`, call(number, KERNEL, PATH_SIZE, scratch), EFAULT);
  expect(`${name} of a long path out of memory`, call(number, UNMAPPED, MAX_PATH, scratch), EFAULT);
  expect(`${name} with a huge path`, call(number, tmp, HUGE, scratch), ENAMETOOLONG);
  expect(`${name} with an empty path`, call(number, tmp, 0, scratch), ENOENT);
}

/** Calls with a second path; its first one is good. */
function secondPath(name: string, number: i32): void {
  firstPath(name, number);
  expect(`${name} to a null page`, call(number, tmp, PATH_SIZE, NULL_PAGE, PATH_SIZE), EFAULT);
  expect(`${name} to a kernel address`, call(number, tmp, PATH_SIZE, KERNEL, PATH_SIZE), EFAULT);
  expect(`${name} to unmapped memory`, call(number, tmp, PATH_SIZE, UNMAPPED, MAX_PATH), EFAULT);
  expect(`${name} to a huge path`, call(number, tmp, PATH_SIZE, dev, ALL_ONES), ENAMETOOLONG);
  expect(`${name} to an empty path`, call(number, tmp, PATH_SIZE, dev, 0), ENOENT);
}

function descriptor(name: string, number: i32): void {
  expect(`${name} of descriptor -1`, call(number, ALL_ONES, scratch, 1), EBADF);
  expect(`${name} of descriptor 64`, call(number, 64, scratch, 1), EBADF);
}

/** The record or buffer that a call fills lies elsewhere. */
function targets(): void {
  expect("lstat into a null page", call(S.SYS_LSTAT, tmp, PATH_SIZE, NULL_PAGE), EFAULT);
  expect("statfs into a kernel address", call(S.SYS_STATFS, tmp, PATH_SIZE, KERNEL), EFAULT);
  expect("fstatfs into a null page", call(S.SYS_FSTATFS, 1, NULL_PAGE), EFAULT);
  expect("readlink into a null page", call(S.SYS_READLINK, tmp, PATH_SIZE, NULL_PAGE, 8), EFAULT);
  expect("readlink into a huge buffer", call(S.SYS_READLINK, tmp, PATH_SIZE, scratch, HUGE), EFAULT);
  expect("readlink of a directory", call(S.SYS_READLINK, tmp, PATH_SIZE, scratch, 8), EINVAL);
}

function mounts(): void {
  const tooLong: u64 = MAX_MOUNT_TEXT + 1;
  expect("mount on a null page", call(S.SYS_MOUNT, NULL_PAGE, PATH_SIZE), EFAULT);
  expect("mount of a kernel address", call(S.SYS_MOUNT, tmp, PATH_SIZE, KERNEL, 4), EFAULT);
  expect("mount of a type out of memory", call(S.SYS_MOUNT, tmp, PATH_SIZE, 0, 0, UNMAPPED, 4), EFAULT);
  expect("mount of a long source", call(S.SYS_MOUNT, tmp, PATH_SIZE, scratch, tooLong), ENAMETOOLONG);
  expect("mount of a long type", call(S.SYS_MOUNT, tmp, PATH_SIZE, 0, 0, scratch, tooLong), ENAMETOOLONG);
  expect("mount of an unknown type", call(S.SYS_MOUNT, tmp, PATH_SIZE, 0, 0, tmp, 4), ENODEV);
  expect("mount with unknown flags", call(S.SYS_MOUNT, tmp, PATH_SIZE, 0, 0, 0, ABOVE_4_GIB << 8), EINVAL);
  expect("umount of a directory", call(S.SYS_UMOUNT, tmp, PATH_SIZE), EINVAL);
}

export function names(): void {
  firstPath("lstat", S.SYS_LSTAT);
  firstPath("statfs", S.SYS_STATFS);
  firstPath("truncate", S.SYS_TRUNCATE);
  firstPath("change", S.SYS_CHANGE);
  firstPath("umount", S.SYS_UMOUNT);
  secondPath("rename", S.SYS_RENAME);
  secondPath("link", S.SYS_LINK);
  secondPath("symlink", S.SYS_SYMLINK);
  descriptor("fsync", S.SYS_FSYNC);
  descriptor("ftruncate", S.SYS_FTRUNCATE);
  descriptor("fchange", S.SYS_FCHANGE);
  descriptor("fstatfs", S.SYS_FSTATFS);
  targets();
  mounts();
  expect("change of a mask above 32 bits", call(S.SYS_CHANGE, tmp, PATH_SIZE, ABOVE_4_GIB), EINVAL);
  expect("change of unknown things", call(S.SYS_CHANGE, tmp, PATH_SIZE, 0x8000), EINVAL);
  expect("fchange of a mask above 32 bits", call(S.SYS_FCHANGE, 1, ABOVE_4_GIB), EINVAL);
  expect("symlink over a directory", call(S.SYS_SYMLINK, dev, PATH_SIZE, tmp, PATH_SIZE), EEXIST);
  expect("rename of a mount point", call(S.SYS_RENAME, dev, PATH_SIZE, tmp, PATH_SIZE), EBUSY);
}
