// The commands that the shell itself is: those that change it, and those that only a parent can do (wait, kill). Each gets
// its words and gives a status; all know --help.

import { EINTR } from "../../../abi/errno";
import { eprintln, println, print } from "../../lib/console";
import { chdir, getcwd, read, STDIN } from "../../lib/fs";
import { decodeUtf8, strerror } from "../../lib/process";
import { builtinHelp, builtinNames } from "./builtin_help";
import { printHelp } from "./help_builtin";
import { runKill } from "./kill";
import { isName } from "./names";
import { readScript } from "./script";
import { runTest } from "./test_builtin";
import { Shell } from "./run";

const STATUS_FAILURE: i32 = 1;
const STATUS_USAGE: i32 = 2;
const STATUS_UNKNOWN_JOB: i32 = 127; // as POSIX has it for `wait`
const STATUS_MASK: i32 = 255;
const MAX_READ_LINE: u32 = 4096; // bytes of one line that `read` takes; the rest is left for the next

/** The number that `text` writes in decimal, or -1. It wraps as an exit status does: only its last 8 bits count. */
function parseStatus(text: string): i32 {
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = (value * 10 + digit) & STATUS_MASK;
  }
  return text.length ? value : -1;
}

function complain(name: string, text: string, status: i32 = STATUS_FAILURE): i32 {
  eprintln(`sh: ${name}: ${text}`);
  return status;
}

export class Builtins {
  private names: string[] = builtinNames();

  has(name: string): bool {
    return this.names.includes(name);
  }

  /** Runs a built-in. → its status */
  run(shell: Shell, words: string[]): i32 {
    const name = words[0];
    if (words.length == 2 && words[1] == "--help" && name != "[" && name != "test" && name != ":")
      return print(builtinHelp(name)) ? STATUS_FAILURE : 0;
    if (name == "exit") return exit(shell, words);
    if (name == "cd") return cd(shell, words);
    if (name == "pwd") return pwd();
    if (name == "help") return printHelp();
    if (name == "test" || name == "[") return runTest(words);
    if (name == "kill") return runKill(shell, words);
    if (name == "." || name == "source") return source(shell, words);
    if (name == "break" || name == "continue") return leaveLoop(shell, words);
    if (name == "read") return readVariables(shell, words);
    if (name == "jobs" || name == "fg" || name == "wait") return this.runJobs(shell, words);
    return this.runVariables(shell, words);
  }

  private runJobs(shell: Shell, words: string[]): i32 {
    if (words[0] == "jobs") return listJobs(shell);
    if (words[0] == "wait" && words.length == 1) {
      while (shell.jobs.list.length && !shell.interrupted) waitForJob(shell, "", false);
      return 0;
    }
    return waitForJob(shell, words.length > 1 ? words[1] : "", words[0] == "fg");
  }

  private runVariables(shell: Shell, words: string[]): i32 {
    const name = words[0];
    if (name == "export") return exportVariables(shell, words);
    if (name == "set") return set(shell, words);
    if (name == "shift") return shift(shell, words);
    if (name == "eval") return evaluate(shell, words);
    if (name == "unset") for (let i = 1; i < words.length; i++) shell.variables.unset(words[i]);
    return 0; // unset and `:`
  }
}

/** exit [n]: without n the last status. */
function exit(shell: Shell, words: string[]): i32 {
  if (words.length > 2) return complain("exit", "too many arguments");
  shell.exited = true;
  if (words.length == 1) return shell.status;
  const status = parseStatus(words[1]);
  return status >= 0 ? status : complain("exit", `${words[1]}: numeric argument required`, STATUS_USAGE);
}

/** cd [directory]: without one to $HOME, or /; `-` is $OLDPWD, and is printed. */
function cd(shell: Shell, words: string[]): i32 {
  const variables = shell.variables;
  const first = words.length > 1 && words[1] == "--" ? 2 : 1;
  if (words.length > first + 1) return complain("cd", "too many arguments");
  const home = variables.get("HOME");
  let path = words.length > first ? words[first] : home.length ? home : "/";
  const back = path == "-";
  if (back) path = variables.get("OLDPWD");
  if (back && !path.length) return complain("cd", "OLDPWD is not set");
  const before = getcwd();
  const error = chdir(path);
  if (error < 0) return complain("cd", `${path}: ${strerror(error)}`);
  variables.set("OLDPWD", before === null ? "" : before);
  const now = getcwd();
  variables.set("PWD", now === null ? "" : now);
  return back ? pwd() : 0;
}

function pwd(): i32 {
  const path = getcwd();
  if (path === null) return complain("pwd", "the current directory is gone");
  return println(path) ? STATUS_FAILURE : 0;
}

/** . file [argument…] */
function source(shell: Shell, words: string[]): i32 {
  if (words.length < 2) return complain(words[0], "file name missing", STATUS_USAGE);
  const script = readScript(words[1]);
  if (script.error) return complain(words[0], `${words[1]}: ${strerror(script.error)}`);
  const arguments_ = shell.variables.positional;
  if (words.length > 2) shell.variables.positional = arguments_.slice(0, 1).concat(words.slice(2));
  shell.run(script.text);
  if (words.length > 2) shell.variables.positional = arguments_;
  return shell.status;
}

/** eval [text…]: the texts, with blanks between them, as commands. */
function evaluate(shell: Shell, words: string[]): i32 {
  if (words.length == 1) return 0;
  shell.run(words.slice(1).join(" "));
  return shell.status;
}

function leaveLoop(shell: Shell, words: string[]): i32 {
  const count = words.length > 1 ? parseStatus(words[1]) : 1;
  if (count < 1) return complain(words[0], `${words[1]}: not a number of loops`);
  if (shell.loops == 0) return complain(words[0], "only meaningful in a loop");
  shell.leaving = min(count, shell.loops);
  shell.continuing = words[0] == "continue";
  return 0;
}

/** read name…: a line of standard input, cut at blanks; the last name gets what is left. Status 1 at the end. */
function readVariables(shell: Shell, words: string[]): i32 {
  for (let i = 1; i < words.length; i++) {
    if (!isName(words[i])) return complain("read", `${words[i]}: no name`, STATUS_USAGE);
  }
  const buffer = heap.alloc(MAX_READ_LINE);
  let size: u32 = 0;
  let count = 0;
  while (size < MAX_READ_LINE) {
    count = read(STDIN, buffer + size, 1);
    if (count <= 0 || load<u8>(buffer + size) == 0x0a) break;
    size++;
  }
  if (count == -EINTR) shell.interrupted = true;
  let rest = decodeUtf8(buffer, size).trim();
  heap.free(buffer);
  for (let i = 1; i < words.length; i++) {
    const blank = i < words.length - 1 ? firstBlank(rest) : rest.length;
    shell.variables.set(words[i], rest.substring(0, blank));
    rest = rest.substring(blank).trimStart();
  }
  return count <= 0 && !size ? STATUS_FAILURE : 0;
}

function firstBlank(text: string): i32 {
  let at = 0;
  while (at < text.length && text.charAt(at) != " " && text.charAt(at) != "\t") at++;
  return at;
}

function listJobs(shell: Shell): i32 {
  shell.jobs.poll();
  const list = shell.jobs.list;
  for (let i = 0; i < list.length; i++) println(`[${list[i].number}] Running  ${list[i].text}`);
  return 0;
}

/** Waits for a job of the background; show: as `fg` does, its text. name: %n, a process id, or "" the last one. */
function waitForJob(shell: Shell, name: string, show: bool): i32 {
  let job = shell.jobs.find(name);
  const list = shell.jobs.list;
  for (let i = 0; i < list.length && !job; i++) {
    if (list[i].pids.length && list[i].pids[list[i].pids.length - 1].toString() == name) job = list[i];
  }
  if (!job) {
    const status = show ? STATUS_FAILURE : STATUS_UNKNOWN_JOB;
    return complain(show ? "fg" : "wait", name.length ? `${name}: no such job` : "no job", status);
  }
  if (show) eprintln(job.text);
  shell.jobs.remove(job);
  return shell.waitFor(job);
}

/** export [NAME[=value]…]; without names all that are. */
function exportVariables(shell: Shell, words: string[]): i32 {
  const variables = shell.variables;
  if (words.length == 1) return printList(variables.list(true));
  let status = 0;
  for (let i = 1; i < words.length; i++) {
    const at = words[i].indexOf("=");
    const name = at < 0 ? words[i] : words[i].substring(0, at);
    if (!isName(name)) {
      status = complain("export", `${name}: no name`);
      continue;
    }
    if (at >= 0) variables.set(name, words[i].substring(at + 1));
    variables.export(name);
  }
  return status;
}

/** set [-- argument…]: the shell's arguments; without any, all variables. */
function set(shell: Shell, words: string[]): i32 {
  if (words.length == 1) return printList(shell.variables.list(false));
  if (words[1].startsWith("-") && words[1] != "--")
    return complain("set", `unknown option ${words[1]}`, STATUS_USAGE);
  const first = words[1] == "--" ? 2 : 1;
  shell.variables.positional = shell.variables.positional.slice(0, 1).concat(words.slice(first));
  return 0;
}

function shift(shell: Shell, words: string[]): i32 {
  const all = shell.variables.positional;
  const count = words.length > 1 ? parseStatus(words[1]) : 1;
  if (count < 0 || count >= all.length) return complain("shift", "not so many arguments");
  shell.variables.positional = all.slice(0, 1).concat(all.slice(1 + count));
  return 0;
}

function printList(strings: string[]): i32 {
  strings.sort();
  for (let i = 0; i < strings.length; i++) if (println(strings[i])) return STATUS_FAILURE;
  return 0;
}
