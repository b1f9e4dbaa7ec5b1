// Self-test: seeded random operations on the files below a directory, for the host to check what is then on the disk.
//
//   selftest-disk DIRECTORY SEED COUNT      prints what each kind of operation did, and errors that none of them may have
//
// Names: DIRECTORY/d0 … d7/f0 … f31, and links. Status 0 if every error was one that the moment's files can give.

import { EEXIST, EISDIR, ELOOP, ENOENT, ENOTDIR, ENOTEMPTY } from "../../../abi/errno";
import { println } from "../../lib/console";
import {
  O_APPEND,
  O_CREAT,
  O_WRONLY,
  close,
  link,
  mkdir,
  open,
  pwrite,
  rename,
  rmdir,
  symlink,
  truncate,
  unlink,
  write,
} from "../../lib/fs";
import { args } from "../../lib/process";

const DIRECTORIES: u32 = 8;
const FILES: u32 = 32;
const MAX_OFFSET: u32 = 200_000;
const MAX_BYTES: u32 = 20_000;
const KINDS: u32 = 10;

const buffer: usize = heap.alloc(MAX_BYTES + 4);
let state: u32 = 1;
let root = "";
let failures: u32 = 0;

/** Marsaglia's xorshift32; below `limit`. */
function random(limit: u32): u32 {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state % limit;
}

function directory(): string {
  return `${root}/d${random(DIRECTORIES)}`;
}

function file(): string {
  return `${directory()}/f${random(FILES)}`;
}

/** Writes random bytes at a random place of a file, made if need be. */
function writeSome(appends: bool): i32 {
  const fd = open(file(), O_WRONLY | O_CREAT | (appends ? O_APPEND : 0));
  if (fd < 0) return fd;
  const size = random(MAX_BYTES) + 1;
  for (let i: u32 = 0; i < size; i += 4) store<u32>(buffer + i, random(u32.MAX_VALUE));
  const offset = random(MAX_OFFSET);
  const written = appends ? write(fd, buffer, size) : pwrite(fd, buffer, size, offset);
  close(fd);
  return min(written, 0);
}

function operation(kind: u32): i32 {
  switch (kind) {
    case 0:
    case 1:
      return writeSome(false);
    case 2:
      return writeSome(true);
    case 3:
      return truncate(file(), random(MAX_OFFSET));
    case 4:
      return rename(file(), file());
    case 5:
      return link(file(), file());
    case 6:
      return symlink(`f${random(FILES)}`, file());
    case 7:
      return unlink(file());
    case 8:
      return mkdir(directory());
    default:
      return random(8) ? rename(directory(), directory()) : rmdir(directory());
  }
}

function isPossible(error: i32): bool {
  return (
    error == 0 ||
    error == -ENOENT ||
    error == -EEXIST ||
    error == -ENOTEMPTY ||
    error == -ENOTDIR ||
    error == -EISDIR ||
    error == -ELOOP
  );
}

export function main(): i32 {
  const argv = args();
  if (argv.length != 4) return 2;
  root = argv[1];
  state = (<u32>U32.parseInt(argv[2])) | 1;
  const count = <u32>U32.parseInt(argv[3]);
  let done: u32 = 0;
  for (let i: u32 = 0; i < DIRECTORIES; i++) mkdir(`${root}/d${i}`);
  for (let i: u32 = 0; i < count; i++) {
    const kind = random(KINDS);
    const error = operation(kind);
    if (error == 0) done++;
    if (isPossible(error)) continue;
    failures++;
    println(`selftest-disk: seed ${argv[2]}, operation ${i} of kind ${kind}: ${error}`);
  }
  println(`selftest-disk: ${count} operations, ${done} did something, ${failures} failed`);
  return failures ? 1 : 0;
}
