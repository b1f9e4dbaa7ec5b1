// This process, its children and its time. Results are ≥ 0, or -errno.

import { EPID_NONE } from "../../../abi/endpoints";
import { ENAMETOOLONG, ENOEXEC } from "../../../abi/errno";
import { MAX_PATH, PAGE_SIZE } from "../../../abi/limits";
import { ARGUMENT_BLOCK_SIZE } from "../../../abi/program";
import {
  SYS_CLOCK,
  SYS_EXIT,
  SYS_GETPID,
  SYS_GETPPID,
  SYS_KILL,
  SYS_SPAWN_SERVICE,
  SYS_SYSTEM_INFO,
  SYS_WAIT4,
  SYS_YIELD,
} from "../../../abi/syscall";
import { SYSTEM_INFO_SIZE, SystemInfo } from "../../../abi/sysinfo";
import { epRecv, syscall } from "../sys";
import { buildArguments } from "./arguments";
import { absolutePath } from "./current_directory";
import { MAX_SCRIPTS, interpreterOf } from "./script";
import { MAX_BYTES_PER_UNIT, encodeUtf8 } from "./utf8";

// Buffers of their own, got when first needed: as static data they would be copied at every start of every program.
let pathBuffer: usize = 0;
let argumentBuffer: usize = 0;

/** Ends the process. status: 0–255. */
export function exit(status: i32): void {
  syscall(SYS_EXIT, status, 0, 0, 0, 0, 0);
}

export function getpid(): i32 {
  return <i32>syscall(SYS_GETPID, 0, 0, 0, 0, 0, 0);
}

export function getppid(): i32 {
  return <i32>syscall(SYS_GETPPID, 0, 0, 0, 0, 0, 0);
}

/** Lets another process of the same priority run. → 0 */
export function yieldNow(): i32 {
  return <i32>syscall(SYS_YIELD, 0, 0, 0, 0, 0, 0);
}

/** Bytes of the path that pathBytes() encoded last. */
export let pathSize: u32 = 0;

/** Encodes `path` into this module's one path buffer. → its address, valid until the next call; 0: longer than MAX_PATH. */
export function pathBytes(path: string): usize {
  if (<u32>path.length > MAX_PATH) return 0;
  if (!pathBuffer) pathBuffer = heap.alloc(MAX_PATH * MAX_BYTES_PER_UNIT);
  pathSize = encodeUtf8(path, 0, path.length, pathBuffer);
  return pathSize > MAX_PATH ? 0 : pathBuffer;
}

/**
 * Starts the program at `path`, or what the script there names (script.ts), with `argv` (argv[0] by custom its name) and
 * `variables`, NAME=value each, as its environment (null: ours); it inherits descriptors 0–2.
 * → its process id; -ENOENT, -EACCES, -ENOEXEC, -E2BIG, -ENAMETOOLONG, -EAGAIN, -ENOMEM …
 */
export function spawn(path: string, argv: string[], variables: string[] | null = null): i32 {
  let pid = spawnProgram(path, argv, variables);
  for (let i: u32 = 0; i < MAX_SCRIPTS && pid == -ENOEXEC; i++) {
    argv = interpreterOf(path, argv);
    if (!argv.length) break;
    path = argv[0];
    pid = spawnProgram(path, argv, variables);
  }
  return pid;
}

function spawnProgram(path: string, argv: string[], variables: string[] | null): i32 {
  const name = pathBytes(absolutePath(path));
  if (!name) return -ENAMETOOLONG;
  if (!argumentBuffer) argumentBuffer = heap.alloc(ARGUMENT_BLOCK_SIZE);
  const size = buildArguments(argv, argumentBuffer, variables);
  if (size < 0) return size;
  return <i32>syscall(SYS_SPAWN_SERVICE, name, pathSize, argumentBuffer, size, 0, 0);
}

/** Status word that the last successful wait4 stored. */
export let waitStatus: u32 = 0;
const statusCell = memory.data(4);

/** Waits for child `pid` (-1: any). flags: 0 or WNOHANG. → its pid and waitStatus; 0 if none is ready; -ECHILD, -EINVAL. */
export function wait4(pid: i32, flags: u32): i32 {
  const result = <i32>syscall(SYS_WAIT4, <i64>pid, statusCell, flags, 0, 0, 0);
  if (result > 0) waitStatus = load<u32>(statusCell);
  return result;
}

/** Waits for child `pid`. → its status word (abi/wait.ts), or -errno. */
export function wait(pid: i32): i32 {
  const result = wait4(pid, 0);
  return result < 0 ? result : <i32>waitStatus;
}

/** Ends process `pid` with `signal` (SIGKILL; 0 only asks whether it exists). → 0, -ESRCH, -EPERM, -EINVAL */
export function kill(pid: i32, signal: u32): i32 {
  return <i32>syscall(SYS_KILL, <i64>pid, signal, 0, 0, 0, 0);
}

/** Nanoseconds since boot. */
export function clock_ns(): i64 {
  return syscall(SYS_CLOCK, 0, 0, 0, 0, 0, 0);
}

/** Waits `duration_ns` nanoseconds. For programs, not services: notifications that come meanwhile are lost. */
export function sleep_ns(duration_ns: i64): void {
  const end_ns = clock_ns() + duration_ns;
  for (let left_ns = duration_ns; left_ns > 0; left_ns = end_ns - clock_ns()) epRecv(EPID_NONE, left_ns);
}

/** The system's counts now, or null when the kernel does not tell. The same record each time. */
export function systemInfo(): SystemInfo | null {
  if (!infoBuffer) infoBuffer = heap.alloc(SYSTEM_INFO_SIZE);
  const written = syscall(SYS_SYSTEM_INFO, infoBuffer, SYSTEM_INFO_SIZE, 0, 0, 0, 0);
  return written == SYSTEM_INFO_SIZE ? changetype<SystemInfo>(infoBuffer) : null;
}
let infoBuffer: usize = 0;

/**
 * Addresses of this module's own memory that nothing else uses: `count` pages of 4 KiB, page-aligned, for a device or a
 * shared object to be mapped over. They are never given back. Never fails: out of memory is a trap.
 */
export function reservePages(count: u32): usize {
  return (heap.alloc((count + 1) * PAGE_SIZE) + PAGE_SIZE - 1) & ~(<usize>PAGE_SIZE - 1);
}
