// Self-test: 1 MiB of a file, written in pieces of odd sizes and read back in others, compares equal. Status 0 or 1.

import { O_CREAT, O_RDWR, O_TRUNC, SEEK_SET, close, lseek, open, read, unlink, write } from "../../lib/fs";
import { println } from "../../lib/console";

const SIZE: u32 = 1 << 20;
const WRITE_PIECE: u32 = 10007;
const READ_PIECE: u32 = 30011;
const FILE: string = "/tmp/selftest-file";

const buffer: usize = memory.data(65536, 16);

/** A byte that depends on its whole position, so that a block in the wrong place is seen. */
function byteAt(position: u32): u8 {
  return <u8>((position * 0x9e3779b1) >> 24);
}

function fail(what: string, at: u32): i32 {
  println(`selftest-file: ${what} at byte ${at}`);
  return 1;
}

function fill(fd: i32): i32 {
  for (let at: u32 = 0; at < SIZE;) {
    const n = min(WRITE_PIECE, SIZE - at);
    for (let i: u32 = 0; i < n; i++) store<u8>(buffer + i, byteAt(at + i));
    if (write(fd, buffer, n) != <i32>n) return fail("short write", at);
    at += n;
  }
  return 0;
}

function compare(fd: i32): i32 {
  for (let at: u32 = 0; at < SIZE;) {
    const n = read(fd, buffer, READ_PIECE);
    if (n <= 0) return fail("file ends early", at);
    for (let i: i32 = 0; i < n; i++) {
      if (load<u8>(buffer + i) != byteAt(at + i)) return fail("wrong content", at + i);
    }
    at += n;
  }
  return read(fd, buffer, 1) == 0 ? 0 : fail("file goes on", SIZE);
}

export function main(): i32 {
  const fd = open(FILE, O_RDWR | O_CREAT | O_TRUNC);
  if (fd < 0) return fail("cannot create", 0);
  const status = fill(fd) || (lseek(fd, 0, SEEK_SET) == 0 ? compare(fd) : 1);
  close(fd);
  unlink(FILE);
  if (!status) println("selftest-file: equal");
  return status;
}
