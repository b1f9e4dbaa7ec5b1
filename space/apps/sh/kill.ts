// kill: ends processes that descend from this shell. The kernel lets nobody else's be ended without the privilege.

import { ENOENT, ESRCH } from "../../../abi/errno";
import { SIGINT, SIGKILL, SIGQUIT, SIGTERM } from "../../../abi/wait";
import { eprintln } from "../../lib/console";
import { killTree, nextProcess, ProcessEntry, strerror } from "../../lib/process";
import { Shell } from "./run";

const STATUS_USAGE: i32 = 2;
const MAX_PID_DIGITS: i32 = 9;

/** The signal that -NAME or -number says, or -1. */
function signalOf(option: string): i32 {
  const name = option.startsWith("-SIG") ? option.substring(4) : option.substring(1);
  if (name == "0") return 0;
  if (name == "INT" || name == "2") return SIGINT;
  if (name == "QUIT" || name == "3") return SIGQUIT;
  if (name == "KILL" || name == "9") return SIGKILL;
  return name == "TERM" || name == "15" ? SIGTERM : -1;
}

function pidOf(text: string): i32 {
  if (text.length == 0 || text.length > MAX_PID_DIGITS) return -1;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** kill [-SIGNAL] (pid | name | %job)… */
export function runKill(shell: Shell, words: string[]): i32 {
  let first = 1;
  let signal = <i32>SIGTERM;
  if (words.length > 1 && words[1].startsWith("-")) {
    signal = signalOf(words[1]);
    first = 2;
  }
  if (signal < 0 || words.length <= first) {
    eprintln(signal < 0 ? `sh: kill: unknown signal ${words[1]}` : "sh: kill: nobody named");
    eprintln("try 'kill --help'");
    return STATUS_USAGE;
  }
  let status = 0;
  for (let i = first; i < words.length; i++) {
    const error = killOne(shell, words[i], signal);
    if (error == 0) continue;
    const unknown = error == -ENOENT;
    eprintln(`sh: kill: ${words[i]}: ${unknown ? "no such process of this shell" : strerror(error)}`);
    status = 1;
  }
  return status;
}

function killOne(shell: Shell, target: string, signal: u32): i32 {
  if (target.startsWith("%")) {
    const job = shell.jobs.find(target);
    return job ? job.signal(signal) : -ESRCH;
  }
  const pid = pidOf(target);
  return pid >= 0 ? killTree(pid, signal) : killNamed(target, signal);
}

/** All processes of this name that may be ended. → 0; -ENOENT: there is none; or another -errno */
function killNamed(name: string, signal: u32): i32 {
  const entry = new ProcessEntry();
  let found = -ENOENT;
  for (let at: i32 = 0; (at = nextProcess(at, entry)) > 0;) {
    if (entry.name != name) continue;
    const error = killTree(entry.pid, signal);
    if (error == 0) found = 0;
    else if (found == -ENOENT) found = error;
  }
  return found;
}
