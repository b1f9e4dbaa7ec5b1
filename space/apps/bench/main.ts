// `bench`: prints "bench NAME VALUE" lines, VALUE being instructions per operation when QEMU runs with -icount shift=0
// (one virtual nanosecond an instruction); without it the numbers are nanoseconds and mean little. `make bench` runs it.
// Names and budgets: DESIGN §9. The user side is counted too.

import { NO_TIMEOUT, requestInfo } from "../../../abi/message";
import { PRIORITY_NORMAL } from "../../../abi/endpoints";
import { SYS_GETPID } from "../../../abi/syscall";
import { println } from "../../lib/console";
import { dlclose, dlopen, dlsym } from "../../lib/dl";
import { O_CREAT, O_RDWR, Stat, close, creat, open, pread, pwrite, read, stat, unlink } from "../../lib/fs";
import { spawn, systemInfo, wait } from "../../lib/process";
import { counter, epCall, syscall } from "../../lib/sys";
import { startServer, stopServer } from "./server";

const ROUNDS: u32 = 10000;
const BULK_ROUNDS: u32 = 1000;
const SPAWN_ROUNDS: u32 = 100;
const FILE: string = "/tmp/bench-file";
const FILE_SIZE: u32 = 65536;
const LIBRARY: string = "/lib/libgreet.so";
const NS_PER_SECOND: u64 = 1_000_000_000;

const buffer: usize = memory.data(65536, 16);
const result = new Stat();
let hz: u64 = 0;
let started: u64 = 0;

function begin(): void {
  started = counter();
}
function end(name: string, rounds: u32): void {
  const ticks = counter() - started;
  println(`bench ${name} ${(ticks * NS_PER_SECOND) / hz / rounds}`);
}

function nullCall(): void {
  begin();
  for (let i: u32 = 0; i < ROUNDS; i++) syscall(SYS_GETPID, 0, 0, 0, 0, 0, 0);
  end("null_syscall", ROUNDS);
}

function calls(name: string, epid: u32, bytes: u32): void {
  const info = requestInfo(1, PRIORITY_NORMAL, bytes, 0);
  for (let i: u32 = 0; i < 100; i++) epCall(epid, info, NO_TIMEOUT);
  begin();
  for (let i: u32 = 0; i < ROUNDS; i++) epCall(epid, info, NO_TIMEOUT);
  end(name, ROUNDS);
}

function messages(): bool {
  const epid = startServer();
  if (!epid) return false;
  calls("call_reply_0", epid, 0);
  calls("call_reply_32", epid, 32);
  calls("call_reply_256", epid, 256);
  stopServer();
  return true;
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

export function main(): i32 {
  const info = systemInfo();
  if (info === null) return 1;
  hz = info.counterHz;
  println(`bench boot_to_user ${(info.bootToUser * NS_PER_SECOND) / hz}`);
  nullCall();
  if (!messages() || !files()) return 1;
  spawns();
  return libraries() ? 0 : 1;
}
