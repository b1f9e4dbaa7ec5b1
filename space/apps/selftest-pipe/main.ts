// Self-test of pipes between processes: 1 MiB through a child and back, the end of the file when the writer dies, -EPIPE when
// the reader does, a reader that is killed while it waits, all descriptors used up, and nothing left behind. Status 0 or 1.
//
//   selftest-pipe                  the test
//   selftest-pipe copy             copies descriptor 0 to 1      selftest-pipe wait     reads from 0 until its end

import { EFAULT, EMFILE, EPIPE, ESPIPE } from "../../../abi/errno";
import { S_IFIFO, S_IFMT } from "../../../abi/file";
import { PIPE_CAPACITY } from "../../../abi/limits";
import { SYS_PIPE } from "../../../abi/syscall";
import { SIGKILL, shellStatus } from "../../../abi/wait";
import { println } from "../../lib/console";
import { Pipe, Stat, close, fstat, lseek, pipe, pread, read, write, writeAll } from "../../lib/fs";
import { SpawnAttributes, args, kill, sleep_ns, spawnWith, wait } from "../../lib/process";
import { syscall } from "../../lib/sys";

const OWN: string = "/bin/selftest-pipe";
const TOTAL: u32 = 1 << 20;
const PIECE: u32 = 9973;
const MILLISECOND_NS: i64 = 1_000_000;

const buffer: usize = heap.alloc(65536);
let wrong = 0;

function expect(what: string, result: i64, expected: i64): void {
  if (result == expected) return;
  wrong++;
  println(`selftest-pipe: ${what}: ${result}, expected ${expected}`);
}

function newPipe(): Pipe {
  const ends = new Pipe();
  expect("pipe", pipe(ends), 0);
  return ends;
}

function closeBoth(ends: Pipe): void {
  close(ends.reader);
  close(ends.writer);
}

/** Starts ourselves as `role` with the two descriptors as its 0 and 1, and our output as its 2. */
function start(role: string, input: i32, output: i32): i32 {
  return spawnWith(
    OWN,
    [OWN, role],
    new SpawnAttributes().descriptor(0, input).descriptor(1, output).descriptor(2, 2),
  );
}

@inline
function byteAt(position: u32): u8 {
  return <u8>((position * 0x9e3779b1) >> 24);
}

/** Reads what there is at the pipe's end. → bytes, each checked to be that of its position */
function takeSome(fd: i32, position: u32): u32 {
  const n = read(fd, buffer, 65536);
  for (let i = 0; i < n; i++) {
    if (load<u8>(buffer + i) != byteAt(position + i)) {
      expect(`byte ${position + i}`, load<u8>(buffer + i), byteAt(position + i));
      return 0;
    }
  }
  return n > 0 ? n : 0;
}

/** 1 MiB through a child that copies; more is never under way than the two pipes and the child hold. */
function throughChild(): void {
  const there = newPipe();
  const back = newPipe();
  const child = start("copy", there.reader, back.writer);
  close(there.reader);
  close(back.writer);
  let sent: u32 = 0;
  let received: u32 = 0;
  while (received < TOTAL) {
    if (sent < TOTAL && sent - received < PIPE_CAPACITY) {
      const n = min(PIECE, TOTAL - sent);
      for (let i: u32 = 0; i < n; i++) store<u8>(buffer + i, byteAt(sent + i));
      expect("a write", writeAll(there.writer, buffer, n), 0);
      sent += n;
      continue;
    }
    const n = takeSome(back.reader, received);
    if (!n) break;
    received += n;
  }
  expect("bytes that came back", received, TOTAL);
  close(there.writer);
  expect("the end of the file when the child has ended", read(back.reader, buffer, 1), 0);
  close(back.reader);
  expect("the child's status", shellStatus(<u32>wait(child)), 0);
}

/** The one writer, or reader, is killed. */
function deaths(): void {
  let ends = newPipe();
  let child = start("wait", ends.reader, ends.writer);
  close(ends.writer);
  sleep_ns(MILLISECOND_NS);
  kill(child, SIGKILL);
  expect("the end of the file when the writer was killed", read(ends.reader, buffer, 1), 0);
  wait(child);
  close(ends.reader);

  ends = newPipe();
  child = start("wait", ends.reader, 2);
  close(ends.reader);
  sleep_ns(MILLISECOND_NS);
  kill(child, SIGKILL);
  wait(child);
  let result = 0;
  for (let i: u32 = 0; i <= PIPE_CAPACITY / 4096 && result >= 0; i++)
    result = write(ends.writer, buffer, 4096);
  expect("a write that nobody reads", result, -EPIPE);
  close(ends.writer);
}

function refusals(): void {
  const ends = newPipe();
  expect("lseek", lseek(ends.reader, 0, 0), -ESPIPE);
  expect("pread", pread(ends.reader, buffer, 1, 0), -ESPIPE);
  const stat = new Stat();
  expect("fstat", fstat(ends.reader, stat), 0);
  expect("its type", stat.mode & S_IFMT, S_IFIFO);
  expect("a bad address", syscall(SYS_PIPE, <u64>u32.MAX_VALUE, 0, 0, 0, 0, 0), -EFAULT);
  closeBoth(ends);
}

/** Makes pipes until there are no two descriptors left. → how many there were */
function useUpDescriptors(): i32 {
  const all: Pipe[] = [];
  let status = 0;
  while (status == 0) {
    const ends = new Pipe();
    status = pipe(ends);
    if (status == 0) all.push(ends);
  }
  expect("a pipe too many", status, -EMFILE);
  for (let i = 0; i < all.length; i++) closeBoth(all[i]);
  return all.length;
}

function copy(): i32 {
  while (true) {
    const n = read(0, buffer, 65536);
    if (n <= 0) return -n;
    const status = writeAll(1, buffer, n);
    if (status < 0) return -status;
  }
}

export function main(): i32 {
  const argv = args();
  if (argv.length > 1) return argv[1] == "copy" ? copy() : read(0, buffer, 1);
  throughChild();
  deaths();
  refusals();
  const first = useUpDescriptors();
  expect("pipes after all were closed", useUpDescriptors(), first);
  println(`selftest-pipe: ${first} pipes at once, ${wrong} wrong`);
  return wrong ? 1 : 0;
}
