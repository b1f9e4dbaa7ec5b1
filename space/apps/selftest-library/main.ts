// Self-test of libraries in a running program: three functions of different signatures and a buffer, errors in words, reference counts, what
// it needs, memory and frames given back, text shared with another program, a file replaced. Status 0 or 1.
//
//   selftest-library                the test
//   selftest-library shared N       exits with 0 if opening the library leaves N memory objects in the system
//   selftest-library closed         calls a function of a library that it has closed, and dies of it
//   selftest-library wrong          calls a function with another argument than it takes, and dies of it

import { EBADF, EINVAL, ENOENT, ENOEXEC } from "../../../abi/errno";
import { LOADER_PLACE, LOADER_SYM } from "../../../abi/ops";
import { shellStatus } from "../../../abi/wait";
import { println } from "../../lib/console";
import { LibraryFunction, dlclose, dlerror, dlopen, dlsym, parseSignature } from "../../lib/dl";
import { close, creat, open, readAll, unlink, writeAll } from "../../lib/fs";
import { EPID_LOADER, ipcCallService, request } from "../../lib/hnx_ipc";
import { args, spawn, systemInfo, wait } from "../../lib/process";

const GREET: string = "/lib/libgreet.so";
const WORDS: string = "/lib/libwords.so";
const COPY: string = "/tmp/libcopy.so";
const SIGSEGV_STATUS: i32 = 128 + 11;
const SIGTRAP_STATUS: i32 = 128 + 5;
const ROUNDS: i32 = 20;
const FILE_MAX: u32 = 65536;
const IN_CODE: u32 = 4096 + 512; // an offset in the file, behind the entries

const buffer: usize = heap.alloc(FILE_MAX);
let wrong = 0;

function expect(what: string, result: i64, expected: i64): void {
  if (result == expected) return;
  wrong++;
  println(`selftest-library: ${what}: ${result}, expected ${expected}`);
}
function expectText(what: string, text: string, expected: string): void {
  if (text == expected) return;
  wrong++;
  println(`selftest-library: ${what}: "${text}", expected "${expected}"`);
}

function greetWith(greet: LibraryFunction, name: string, room: u32): i32 {
  const bytes = String.UTF8.encode(name);
  return greet
    .i32(<i32>buffer)
    .i32(room)
    .i32(<i32>changetype<usize>(bytes))
    .i32(bytes.byteLength)
    .callI32();
}

function useGreet(library: i32): void {
  const greet = dlsym(library, "greet", "(i32, i32, i32, i32) -> i32");
  const add = dlsym(library, "add", "(i64, i32) -> i64");
  const half = dlsym(library, "half", "(f64) -> f64");
  const vowels = dlsym(library, "vowels", "(i32, i32) -> i32");
  if (greet === null || add === null || half === null || vowels === null)
    return expectText("dlsym", dlerror(), "");
  expect("greet", greetWith(greet, "HNX", FILE_MAX), 11);
  expectText("its text", String.UTF8.decodeUnsafe(buffer, 11), "Hello, HNX!");
  expect("greet without room", greetWith(greet, "HNX", 10), -1);
  expect(
    "add",
    add
      .i64(i64.MAX_VALUE - 1)
      .i32(1)
      .callI64(),
    i64.MAX_VALUE,
  );
  expect("half of 5, times 1000", <i64>(half.f64(5).callF64() * 1000), 2500);
  expect(
    "vowels, with memory of the library's own",
    vowels
      .i32(<i32>buffer)
      .i32(11)
      .callI32(),
    2,
  );
}

function errors(library: i32): void {
  expect("a missing function", dlsym(library, "shout", "() -> void") === null ? 0 : 1, 0);
  expectText("why", dlerror(), "libgreet.so has no function shout");
  expect("a wrong signature", dlsym(library, "add", "(i32) -> i32") === null ? 0 : 1, 0);
  expectText("why", dlerror(), "libgreet.so: add is (i64, i32) -> i64, not (i32) -> i32");
  expect("no signature", dlsym(library, "add", "add") === null ? 0 : 1, 0);
  expectText("why", dlerror(), '"add" is no signature');
  expect("a missing library", dlopen("/lib/libnone.so"), -ENOENT);
  expect("a program as a library", dlopen("/bin/true"), -ENOEXEC);
  expectText("why", dlerror(), "/bin/true: not a library: not a library for AArch64");
  expect("a text as a library", dlopen("/etc/motd"), -ENOEXEC);
  expect("a handle that is none", dlclose(12345), -EBADF);
  expect(
    "init's handle",
    ipcCallService(
      EPID_LOADER,
      request(LOADER_SYM)
        .withU32(library + 256)
        .withU64(0)
        .withText("x"),
    ),
    -EBADF,
  );
  const placeAgain = request(LOADER_PLACE).withU32(library).withU32(65536);
  expect("placing what is placed", ipcCallService(EPID_LOADER, placeAgain), -EINVAL);
}

/** Opening twice gives the same; what it needs stays while somebody needs it. */
function counts(): void {
  const first = dlopen(GREET);
  const words = dlopen(WORDS);
  expect("the same handle again", dlopen(GREET), first);
  expect("one of two closed", dlclose(first), 0);
  useGreet(first);
  expect("the other closed", dlclose(first), 0);
  expect("closed once too often", dlclose(first), -EBADF);
  const length = dlsym(words, "greetingLength", "() -> i32");
  if (length === null) wrong++;
  else expect("what it needed, opened by itself", length.callI32(), 7);
  expect("that closed", dlclose(words), 0);
}

function freeFrames(): u32 {
  const info = systemInfo();
  return info === null ? 0 : info.framesFree;
}

function objectsInUse(): u32 {
  const info = systemInfo();
  return info === null ? 0 : info.objects;
}

function openAndClose(): void {
  for (let i = 0; i < ROUNDS; i++) {
    const library = dlopen(GREET);
    useGreet(library);
    dlclose(library);
  }
}

/** Opening, using and closing, again and again, costs nothing in the end: our own heap has grown to its size before we count. */
function memoryIsBack(): void {
  openAndClose();
  const before = freeFrames();
  openAndClose();
  expect("free frames", freeFrames(), before);
}

function sharing(): void {
  const library = dlopen(GREET);
  const child = spawn("/bin/selftest-library", ["selftest-library", "shared", objectsInUse().toString()]);
  expect("a second program with the same library", shellStatus(<u32>wait(child)), 0);
  dlclose(library);
}

function copy(from: string): void {
  const source = open(from);
  const size = readAll(source, buffer, FILE_MAX);
  close(source);
  unlink(COPY);
  const target = creat(COPY);
  expect("a copy", writeAll(target, buffer, size), 0);
  close(target);
}

function replacing(): void {
  copy(WORDS);
  const old = dlopen(COPY);
  copy(GREET);
  expect("the old file's function", dlsym(old, "greetingLength", "() -> i32") === null ? 0 : 1, 1);
  const replaced = dlopen(COPY);
  expect("the new file's function", dlsym(replaced, "add", "(i64, i32) -> i64") === null ? 0 : 1, 1);
  expect(
    "the old file's function in the new",
    dlsym(replaced, "greetingLength", "() -> i32") === null ? 0 : 1,
    0,
  );
  dlclose(old);
  dlclose(replaced);
  store<u8>(buffer + IN_CODE, load<u8>(buffer + IN_CODE) ^ 1);
  const target = open(COPY, 1);
  writeAll(target, buffer, FILE_MAX >> 3);
  close(target);
  expect("a damaged file", dlopen(COPY), -ENOEXEC);
  expectText("why", dlerror(), "/tmp/libcopy.so: not a library: damaged: its checksum is wrong");
  unlink(COPY);
}

function deaths(): void {
  const program = "/bin/selftest-library";
  expect(
    "a call into a closed library",
    shellStatus(<u32>wait(spawn(program, ["x", "closed"]))),
    SIGSEGV_STATUS,
  );
  expect(
    "a call with a wrong argument",
    shellStatus(<u32>wait(spawn(program, ["x", "wrong"]))),
    SIGTRAP_STATUS,
  );
}

function child(argv: string[]): i32 {
  const library = dlopen(GREET);
  const add = dlsym(library, "add", "(i64, i32) -> i64");
  if (add === null) return 1;
  if (argv[1] == "shared") return objectsInUse() == <u32>I32.parseInt(argv[2]) ? 0 : 1;
  if (argv[1] == "wrong") return add.i64(1).f64(2).callI32();
  dlclose(library);
  return <i32>add.i64(1).i32(2).callI64();
}

export function main(): i32 {
  const argv = args();
  if (argv.length > 1) return child(argv);
  const library = dlopen(GREET);
  if (library < 0) println(`selftest-library: ${library}: ${dlerror()}`);
  useGreet(library);
  errors(library);
  dlclose(library);
  counts();
  memoryIsBack();
  memoryIsBack();
  sharing();
  replacing();
  deaths();
  expect(
    "a signature with 13 parameters",
    parseSignature("(i32,i32,i32,i32,i32,i32,i32,i32,i32,i32,i32,i32,i32)->i32"),
    0,
  );
  println(`selftest-library: ${wrong} wrong`);
  return wrong ? 1 : 0;
}
