// Self-test of starting programs from files made after the build: copies this program into /tmp and starts the copy: 64 at once,
// after which every frame must be back; with attributes; and replaced by another. Status 0 or 1.
//
//   selftest-spawn              the test                    selftest-spawn wait        waits until it is killed
//   selftest-spawn many PATH    only the 64 at once, of the copy of this program that is at PATH
//   selftest-spawn may-send     exits with 1 if it may send to the network      selftest-spawn grow N    1 if it gets N pages

import { EPID_NETWORK, EPID_NONE } from "../../../abi/endpoints";
import { EACCES, EBADF, EINVAL, ENOENT, ENOEXEC, EPERM } from "../../../abi/errno";
import { OP_DESCRIBE } from "../../../abi/ops";
import { SYS_MEMORY_GROW } from "../../../abi/syscall";
import { SIGKILL, shellStatus } from "../../../abi/wait";
import { println } from "../../lib/console";
import { close, creat, open, readAll, unlink, writeAll } from "../../lib/fs";
import { NO_TIMEOUT, ipcCallService, request } from "../../lib/hnx_ipc";
import { SpawnAttributes, args, kill, spawn, spawnWith, systemInfo, wait } from "../../lib/process";
import { epRecv, syscall } from "../../lib/sys";

const OWN: string = "/bin/selftest-spawn";
const COPY: string = "/tmp/copy";
const COPIES: i32 = 64;
const FILE_MAX: u32 = 1 << 20;
const EXECUTABLE: u32 = 0o755;

const pids = new StaticArray<i32>(COPIES);
const bytes: usize = heap.alloc(FILE_MAX);
let wrong = 0;

function expect(what: string, result: i32, expected: i32): void {
  if (result == expected) return;
  wrong++;
  println(`selftest-spawn: ${what}: ${result}, expected ${expected}`);
}

/** Copies a file. → whether it could */
function copy(from: string, to: string, mode: u32): bool {
  const source = open(from);
  const size = readAll(source, bytes, FILE_MAX);
  close(source);
  unlink(to);
  const target = creat(to, mode);
  const written = size > 0 ? writeAll(target, bytes, size) : -1;
  close(target);
  return written == 0;
}

/** Exit status of `path` started with `argv` and attributes. */
function statusWith(path: string, argv: string[], attributes: SpawnAttributes): i32 {
  const pid = spawnWith(path, argv, attributes);
  return pid < 0 ? pid : shellStatus(<u32>wait(pid));
}

/** 64 copies of `path` that all live at once, then none. → free frames afterwards */
function manyOf(path: string): u32 {
  for (let i = 0; i < COPIES; i++) pids[i] = spawn(path, ["copy", "wait"]);
  for (let i = 0; i < COPIES; i++) expect("a copy", pids[i] > 0 ? 0 : pids[i], 0);
  for (let i = 0; i < COPIES; i++) kill(pids[i], SIGKILL);
  for (let i = 0; i < COPIES; i++) wait(pids[i]);
  const info = systemInfo();
  return info === null ? 0 : info.framesFree;
}

/** The same again and again: all frames are back, when what is kept for the next time is there. */
function manyAtOnce(path: string): void {
  manyOf(path);
  const before = manyOf(path);
  const after = manyOf(path);
  expect("frames after 64 copies", <i32>after, <i32>before);
}

function rights(): void {
  const denied = new SpawnAttributes().deny(EPID_NETWORK);
  expect("a child that may not send to the network", statusWith(COPY, ["copy", "may-send"], denied), 0);
  expect("a child that may", statusWith(COPY, ["copy", "may-send"], new SpawnAttributes()), 1);
  expect(
    "a higher priority than ours",
    statusWith(COPY, ["copy"], new SpawnAttributes().priority(31)),
    -EPERM,
  );
  const critical = new SpawnAttributes().messagePriority(3);
  expect("a higher message priority than ours", statusWith(COPY, ["copy"], critical), -EPERM);
  const quota = new SpawnAttributes().quota(2, 1000);
  expect("a higher quota than every child's", statusWith(COPY, ["copy"], quota), -EPERM);
  const unknown = new SpawnAttributes().deny(9);
  expect("an endpoint that is not well-known", statusWith(COPY, ["copy"], unknown), -EINVAL);
}

function limits(): void {
  const small = new SpawnAttributes().memoryPages(64);
  expect("100 pages of 64", statusWith(COPY, ["copy", "grow", "100"], small), 0);
  expect("20 pages of 64", statusWith(COPY, ["copy", "grow", "20"], small), 1);
  expect("no memory", statusWith(COPY, ["copy"], new SpawnAttributes().memoryPages(0)), -EINVAL);
}

function descriptors(): void {
  const file = creat("/tmp/out");
  const redirected = new SpawnAttributes().descriptor(1, file);
  expect("a redirected child", statusWith("/bin/echo", ["echo", "said"], redirected), 0);
  close(file);
  const again = open("/tmp/out");
  expect("what it wrote", readAll(again, bytes, FILE_MAX), 5);
  close(again);
  const bad = new SpawnAttributes().descriptor(1, 60);
  expect("a descriptor that is closed", statusWith("/bin/echo", ["echo"], bad), -EBADF);
  const beyond = new SpawnAttributes().descriptor(64, 1);
  expect("a descriptor out of range", statusWith("/bin/echo", ["echo"], beyond), -EBADF);
  unlink("/tmp/out");
}

function files(): void {
  expect("a missing file", spawn("/tmp/none", ["x"]), -ENOENT);
  expect("a directory", spawn("/tmp", ["x"]), -EACCES);
  expect(
    "a file that is not executable",
    copy(OWN, "/tmp/plain", 0o644) ? spawn("/tmp/plain", ["x"]) : 0,
    -EACCES,
  );
  expect("no program", copy("/etc/motd", "/tmp/text", EXECUTABLE) ? spawn("/tmp/text", ["x"]) : 0, -ENOEXEC);
  expect("the first", statusWith(COPY, ["copy", "grow", "1"], new SpawnAttributes()), 1);
  expect(
    "its replacement",
    copy("/bin/false", COPY, EXECUTABLE) ? shellStatus(<u32>wait(spawn(COPY, ["x"]))) : -1,
    1,
  );
  expect("another", copy("/bin/true", COPY, EXECUTABLE) ? shellStatus(<u32>wait(spawn(COPY, ["x"]))) : -1, 0);
  unlink(COPY);
  unlink("/tmp/plain");
  unlink("/tmp/text");
}

function child(argv: string[]): i32 {
  const what = argv[1];
  if (what == "wait") epRecv(EPID_NONE, NO_TIMEOUT);
  if (what == "may-send") return ipcCallService(EPID_NETWORK, request(OP_DESCRIBE)) == 0 ? 1 : 0;
  if (what == "grow") return syscall(SYS_MEMORY_GROW, I32.parseInt(argv[2]), 0, 0, 0, 0, 0) < 0 ? 0 : 1;
  return 2;
}

export function main(): i32 {
  const argv = args();
  if (argv.length == 3 && argv[1] == "many") {
    manyAtOnce(argv[2]);
  } else if (argv.length > 1) {
    return child(argv);
  } else {
    if (!copy(OWN, COPY, EXECUTABLE)) return 1;
    manyAtOnce(COPY);
    rights();
    limits();
    descriptors();
    files();
  }
  println(`selftest-spawn: ${wrong} wrong`);
  return wrong ? 1 : 0;
}
