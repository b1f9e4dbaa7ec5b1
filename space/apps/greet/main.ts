// `greet [NAME]`: the demonstration of libraries that are opened at run time. Opens /lib/libgreet.so, calls functions of different
// signatures, asks for some that are not there, and closes it. docs/LIBRARIES.md goes through it. Status 0, or 1 when it cannot be opened.

import { println } from "../../lib/console";
import { dlclose, dlerror, dlopen, dlsym } from "../../lib/dl";
import { args, decodeUtf8, strerror } from "../../lib/process";

const LIBRARY: string = "/lib/libgreet.so";
const ROOM: u32 = 128;

/** greet(target, room, name, nameLength): the library writes into memory of ours. */
function sayHello(library: i32, name: string): void {
  const greet = dlsym(library, "greet", "(i32, i32, i32, i32) -> i32");
  if (greet === null) return println(dlerror());
  const bytes = String.UTF8.encode(name);
  const target = heap.alloc(ROOM);
  const size = greet
    .i32(<i32>target)
    .i32(ROOM)
    .i32(<i32>changetype<usize>(bytes))
    .i32(bytes.byteLength)
    .callI32();
  println(size < 0 ? "that name is too long" : decodeUtf8(target, size));
  heap.free(target);
}

function calculate(library: i32): void {
  const add = dlsym(library, "add", "(i64, i32) -> i64");
  const count = dlsym(library, "count", "() -> i32");
  if (add === null || count === null) return println(dlerror());
  println(`4294967296 + -1 = ${add.i64(4294967296).i32(-1).callI64()}`);
  println(`greeted ${count.callI32()} times`);
}

/** Functions that are not there, or are something else. */
function ask(library: i32, name: string, signature: string): void {
  const found = dlsym(library, name, signature);
  println(found === null ? dlerror() : `${name} is there`);
}

export function main(): i32 {
  const argv = args();
  const library = dlopen(LIBRARY);
  if (library < 0) {
    println(`greet: ${LIBRARY}: ${strerror(library)}: ${dlerror()}`);
    return 1;
  }
  sayHello(library, argv.length > 1 ? argv[1] : "world");
  calculate(library);
  ask(library, "shout", "(i32) -> i32");
  ask(library, "add", "(i32) -> i32");
  return dlclose(library) ? 1 : 0;
}
