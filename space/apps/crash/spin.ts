// A program that never ends by itself, and one that ends it.

import { SIGKILL, shellStatus } from "../../../abi/wait";
import { CommandLine } from "../../lib/console";
import { kill, sleep_ns, spawn, wait } from "../../lib/process";
import { counter } from "../../lib/sys";
import { HELP } from "./help";

const SPIN_PATH = "/bin/crash";
const SPIN_TIME_NS: i64 = 20_000_000; // several quanta: the spinner is preempted, and we get the processor back

/** Reads the counter, which never is 0 again, until it is. */
export function crashSpin(): i32 {
  while (counter() != 0) {}
  return 0;
}

function complain(step: string, error: i32): i32 {
  const cli = new CommandLine("crash", "", HELP, 1);
  cli.complain(step, error);
  return cli.status;
}

/** Starts a spinner, lets it spin, kills it. → what a shell calls its status: 137 */
export function spinKill(): i32 {
  const pid = spawn(SPIN_PATH, ["crash", "spin"]);
  if (pid < 0) return complain(SPIN_PATH, pid);
  sleep_ns(SPIN_TIME_NS);
  const error = kill(pid, SIGKILL);
  if (error) return complain("kill", error);
  const status = wait(pid);
  return status < 0 ? complain("wait", status) : shellStatus(status);
}
