// `bench`: instructions per operation, user side included (measure.ts says how). `make bench` runs it, and prints what it
// found beside the anchors' figures (toolchain/bench).

import { SYS_GETPID } from "../../../abi/syscall";
import { println } from "../../lib/console";
import { dlclose, dlopen, dlsym } from "../../lib/dl";
import { O_CREAT, O_RDWR, Stat, close, creat, open, pread, pwrite, read, stat, unlink } from "../../lib/fs";
import { args, spawn, wait } from "../../lib/process";
import { syscall } from "../../lib/sys";
import { diskRows } from "./disk";
import { diskFileRows } from "./disk_files";
import { begin, end, nanoseconds, prepare } from "./measure";
import { echoes, messages } from "./messages";
import { supervisionRow } from "./supervision";

const ROUNDS: u32 = 10000;
const BULK_ROUNDS: u32 = 1000;
const SPAWN_ROUNDS: u32 = 100;
const FILE: string = "/tmp/bench-file";
const FILE_SIZE: u32 = 65536;
const LIBRARY: string = "/lib/libgreet.so";

const buffer: usize = memory.data(65536, 16);
const result = new Stat();

function nullCall(): void {
  begin();
  for (let i: u32 = 0; i < ROUNDS; i++) syscall(SYS_GETPID, 0, 0, 0, 0, 0, 0);
  end("null_syscall", ROUNDS);
}

function names(): void {
  begin();
  for (let i: u32 = 0; i < ROUNDS; i++) stat(FILE, result);
  end("stat", ROUNDS);
  begin();
  for (let i: u32 = 0; i < ROUNDS; i++) close(open(FILE));
  end("open_close", ROUNDS);
  begin();
  for (let i: u32 = 0; i < ROUNDS; i++) {
    const fd = open(FILE);
    read(fd, buffer, 64);
    close(fd);
  }
  end("open_read64_close", ROUNDS);
  begin();
  for (let i: u32 = 0; i < BULK_ROUNDS; i++) {
    close(creat("/tmp/bench-new"));
    unlink("/tmp/bench-new");
  }
  end("create_close_unlink", BULK_ROUNDS);
}

function reads(name: string, fd: i32, size: u32, rounds: u32): void {
  begin();
  for (let i: u32 = 0; i < rounds; i++) pread(fd, buffer, size, 0);
  end(name, rounds);
}
function writes(name: string, fd: i32, size: u32, rounds: u32): void {
  begin();
  for (let i: u32 = 0; i < rounds; i++) pwrite(fd, buffer, size, 0);
  end(name, rounds);
}

function files(): bool {
  const fd = open(FILE, O_RDWR | O_CREAT);
  if (fd < 0 || pwrite(fd, buffer, FILE_SIZE, 0) != <i32>FILE_SIZE) return false;
  names();
  reads("pread_64", fd, 64, ROUNDS);
  reads("pread_4k", fd, 4096, BULK_ROUNDS);
  reads("pread_64k", fd, 65536, BULK_ROUNDS);
  writes("pwrite_4k", fd, 4096, BULK_ROUNDS);
  writes("pwrite_64k", fd, 65536, BULK_ROUNDS);
  close(fd);
  unlink(FILE);
  return true;
}

function spawns(): void {
  wait(spawn("/bin/true", ["true"]));
  begin();
  for (let i: u32 = 0; i < SPAWN_ROUNDS; i++) wait(spawn("/bin/true", ["true"]));
  end("spawn_exit_wait", SPAWN_ROUNDS);
}

/** A library with one that it needs: found, placed, looked into and closed; and a call of its. */
function libraries(): bool {
  const kept = dlopen(LIBRARY);
  const add = dlsym(kept, "add", "(i64, i32) -> i64");
  if (add === null) return false;
  begin();
  for (let i: u32 = 0; i < ROUNDS; i++) add.i64(1).i32(2).callI64();
  end("library_call", ROUNDS);
  dlclose(kept);
  begin();
  for (let i: u32 = 0; i < SPAWN_ROUNDS; i++) {
    const library = dlopen(LIBRARY);
    if (dlsym(library, "add", "(i64, i32) -> i64") === null) return false;
    dlclose(library);
  }
  end("dlopen_dlsym_dlclose", SPAWN_ROUNDS);
  return true;
}

/** One row by itself, for toolchain/bench/walk.ts. */
function single(name: string): i32 {
  if (name == "null_syscall") nullCall();
  else if (name == "call_reply_32") return echoes([32]) ? 0 : 1;
  else return 1;
  return 0;
}

export function main(): i32 {
  const bootTicks = prepare();
  if (!bootTicks) return 1;
  const argv = args();
  if (argv.length > 1) return single(argv[1]);
  println(`bench boot_to_user ${nanoseconds(bootTicks)}`);
  nullCall();
  if (!messages(buffer) || !files()) return 1;
  spawns();
  if (!libraries()) return 1;
  return diskRows() && diskFileRows(buffer) && supervisionRow() ? 0 : 1;
}
