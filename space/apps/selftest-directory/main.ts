// Self-test of the current directory: relative paths, a child that begins where its parent is and is started by a relative path,
// and a directory that is renamed and removed under its user. Status 0 or 1.
//
//   selftest-directory             the test          selftest-directory PATH     0 if the current directory is PATH, else 1

import { ENOENT, ENOTDIR } from "../../../abi/errno";
import { shellStatus } from "../../../abi/wait";
import { println } from "../../lib/console";
import {
  O_CREAT,
  O_WRONLY,
  Stat,
  chdir,
  close,
  getcwd,
  mkdir,
  open,
  rename,
  rmdir,
  stat,
  unlink,
} from "../../lib/fs";
import { args, spawn, wait } from "../../lib/process";

let wrong = 0;

function expect(what: string, result: i32, expected: i32): void {
  if (result == expected) return;
  wrong++;
  println(`selftest-directory: ${what}: ${result}, expected ${expected}`);
}

function expectDirectory(expected: string): void {
  const path = getcwd();
  if (path !== null && path == expected) return;
  wrong++;
  println(`selftest-directory: in ${path === null ? "none" : path}, expected ${expected}`);
}

/** The status of ourselves, started by the relative path, asked to be in `directory`. */
function childIn(directory: string, path: string): i32 {
  const pid = spawn(path, ["selftest-directory", directory]);
  return pid < 0 ? pid : shellStatus(<u32>wait(pid));
}

export function main(): i32 {
  const argv = args();
  if (argv.length > 1) {
    const path = getcwd();
    return path !== null && path == argv[1] ? 0 : 1;
  }
  const record = new Stat();
  expectDirectory("/");
  expect("chdir to none", chdir("/tmp/none"), -ENOENT);
  expect("chdir to a file", chdir("/etc/motd"), -ENOTDIR);
  expect("mkdir", mkdir("tmp/here"), 0);
  expect("chdir", chdir("tmp/here"), 0);
  expectDirectory("/tmp/here");
  close(open("f", O_CREAT | O_WRONLY));
  expect("stat from the root", stat("/tmp/here/f", record), 0);
  expect("stat from here", stat("f", record), 0);
  expect("a child", childIn("/tmp/here", "../../bin/selftest-directory"), 0);
  expect("rename", rename("/tmp/here", "/tmp/there"), 0);
  expectDirectory("/tmp/there");
  expect("a child after it", childIn("/tmp/there", "/bin/selftest-directory"), 0);
  expect("unlink", unlink("f"), 0);
  expect("rmdir", rmdir("/tmp/there"), 0);
  expect("stat in what is gone", stat(".", record), -ENOENT);
  expect("whether it has a path", getcwd() === null ? 1 : 0, 1);
  expect("back", chdir("/"), 0);
  expectDirectory("/");
  println(`selftest-directory: ${wrong} wrong`);
  return wrong ? 1 : 0;
}
