// The shell as init's child: descriptors 0, 1 and 2 on the console, /bin/sh on them, and waiting for it while every other
// child that ends is taken note of: services are logged, orphans just go.

import { ENOENT } from "../../../abi/errno";
import { O_RDWR } from "../../../abi/file";
import { shellStatus } from "../../../abi/wait";
import { STDERR, STDIN, close, dup2, open } from "../../lib/fs/file";
import { LOG_ERROR, logLine } from "../../lib/log";
import { strerror } from "../../lib/process/errors";
import { spawn, wait4, waitStatus } from "../../lib/process/process";
import { logDeath } from "./services";

const CONSOLE: string = "/dev/console";
const SHELL: string = "/bin/sh";
// What a shell gives for a program that it cannot start.
const STATUS_NOT_STARTED: i32 = 126;
const STATUS_NOT_FOUND: i32 = 127;
const STATUS_FAILED: i32 = 1;

const ANY_CHILD: i32 = -1;

/** Opens the console as descriptors 0, 1 and 2, which the shell inherits. 0 or -errno. */
function openConsole(): i32 {
  const fd = open(CONSOLE, O_RDWR);
  if (fd < 0) return fd;
  for (let target = STDIN; target <= STDERR; target++) {
    if (target == fd) continue;
    const status = dup2(fd, target);
    if (status < 0) return status;
  }
  if (fd > STDERR) close(fd);
  return 0;
}

/** Waits for child `shell` and reaps all others meanwhile. → the shell's status as a shell would tell it */
function waitForShell(shell: i32): i32 {
  let pid = wait4(ANY_CHILD, 0);
  while (pid >= 0 && pid != shell) {
    logDeath(pid, waitStatus);
    pid = wait4(ANY_CHILD, 0);
  }
  if (pid == shell) return shellStatus(waitStatus);
  logLine.text("lost the shell: ").text(strerror(pid)).write(LOG_ERROR);
  return STATUS_FAILED;
}

/** Runs /bin/sh with `argv` on the console until it ends. → its status, 1 without a console, 126 or 127 without a shell */
export function runShell(argv: string[]): i32 {
  const status = openConsole();
  if (status < 0) {
    logLine.text("cannot open ").text(CONSOLE).text(": ").text(strerror(status)).write(LOG_ERROR);
    return STATUS_FAILED;
  }
  const pid = spawn(SHELL, argv);
  if (pid >= 0) return waitForShell(pid);
  logLine.text("cannot start ").text(SHELL).text(": ").text(strerror(pid)).write(LOG_ERROR);
  return pid == -ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_STARTED;
}
