// The shell as init's child: descriptors 0, 1 and 2 on the console, /bin/sh on them. Until it ends, the services are
// supervised, and orphans, which are init's children then, are collected.

import { ENOENT } from "../../../abi/errno";
import { O_RDWR } from "../../../abi/file";
import { shellStatus } from "../../../abi/wait";
import { STDERR, STDIN, close, dup2, open } from "../../lib/fs/file";
import { LOG_ERROR, logLine } from "../../lib/log";
import { strerror } from "../../lib/process/errors";
import { kill, spawn, waitStatus } from "../../lib/process/process";
import { Control } from "./control";
import { nextDue_ns, reapServices, restartDue, takeHeartbeats } from "./supervise";

const CONSOLE: string = "/dev/console";
const SHELL: string = "/bin/sh";
// What a shell gives for a program that it cannot start.
const STATUS_NOT_STARTED: i32 = 126;
const STATUS_NOT_FOUND: i32 = 127;
const STATUS_FAILED: i32 = 1;

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

/** Supervises the services until child `shell` ends. → the shell's status as a shell would tell it */
function waitForShell(shell: i32): i32 {
  const control = new Control();
  for (let pid = reapServices(); pid != shell; pid = reapServices()) {
    if (pid > 0) continue; // an orphan
    if (kill(shell, 0) < 0) {
      logLine.text("lost the shell").write(LOG_ERROR);
      return STATUS_FAILED;
    }
    restartDue();
    takeHeartbeats();
    control.serveOnce(nextDue_ns());
  }
  return shellStatus(waitStatus);
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
