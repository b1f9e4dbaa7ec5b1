// Starts programs: by path, along the search path, scripts by the interpreter that their first line names, and shells.
// Descriptors 0–2 are the shell's own at that moment (redirect.ts puts them in place).

import { ENOENT, ENOEXEC } from "../../../abi/errno";
import { eprintln } from "../../lib/console";
import { close, open, read, Stat, stat } from "../../lib/fs";
import { decodeUtf8, spawn, strerror } from "../../lib/process";
import { Variables } from "./variables";

const STATUS_NOT_EXECUTABLE: i32 = 126;
const STATUS_NOT_FOUND: i32 = 127;
const DEFAULT_PATH = "/bin:/sbin";
const SHELL = "/bin/sh";
const MAX_FIRST_LINE: u32 = 256; // bytes of a script's first line
const EXECUTE_BITS: u32 = 0o111;

/** The status of the command that startProgram() refused. */
export let refusedStatus: i32 = 0;

export function refuse(status: i32): i32 {
  refusedStatus = status;
  return -1;
}

/** Starts `words` with `environment`. → process id, or -errno after a complaint; refusedStatus is its status then */
export function startProgram(words: string[], variables: Variables, environment: string[]): i32 {
  const pid = search(words, variables, environment);
  if (pid >= 0) return pid;
  const missing = pid == -ENOENT;
  const text = missing && !words[0].includes("/") ? "command not found" : strerror(pid);
  eprintln(`sh: ${words[0]}: ${text}`);
  refusedStatus = missing ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
  return pid;
}

/** Starts a shell that runs `text` and knows all variables and arguments of this one. → process id, or -errno after a complaint */
export function startShell(text: string, variables: Variables): i32 {
  const argv = ["sh", "-c", text];
  for (let i = 0; i < variables.positional.length; i++) argv.push(variables.positional[i]);
  const pid = spawn(SHELL, argv, variables.list(false));
  if (pid < 0) eprintln(`sh: ${SHELL}: ${strerror(pid)}`);
  refusedStatus = STATUS_NOT_EXECUTABLE;
  return pid;
}

/** → process id, or the -errno of the last place that was tried */
function search(words: string[], variables: Variables, environment: string[]): i32 {
  if (words[0].includes("/")) return startFile(words[0], words, environment);
  const places = (variables.has("PATH") ? variables.get("PATH") : DEFAULT_PATH).split(":");
  let pid = -ENOENT;
  for (let i = 0; i < places.length && pid == -ENOENT && words[0].length; i++) {
    const directory = places[i].length ? places[i] : ".";
    pid = startFile(`${directory}/${words[0]}`, words, environment);
  }
  return pid;
}

/** Starts the program, or the script, at `path`. */
function startFile(path: string, words: string[], environment: string[]): i32 {
  const pid = spawn(path, words, environment);
  if (pid != -ENOEXEC) return pid;
  const interpreter = interpreterOf(path);
  if (interpreter.length == 0) return -ENOEXEC;
  const argv = interpreter.concat([path]).concat(words.slice(1));
  return spawn(interpreter[0], argv, environment);
}

/** What stands behind `#!` in the first line of an executable file: a path and at most one argument. Nothing: []. */
function interpreterOf(path: string): string[] {
  const info = new Stat();
  if (stat(path, info) || !info.isFile || !(info.mode & EXECUTE_BITS)) return [];
  const fd = open(path);
  if (fd < 0) return [];
  const buffer = heap.alloc(MAX_FIRST_LINE);
  const count = read(fd, buffer, MAX_FIRST_LINE);
  close(fd);
  const head = count > 0 ? decodeUtf8(buffer, count) : "";
  heap.free(buffer);
  const end = head.indexOf("\n");
  if (!head.startsWith("#!") || end < 0) return [];
  const line = head.substring(2, end).trim();
  const blank = line.indexOf(" ");
  if (!line.length) return [];
  return blank < 0 ? [line] : [line.substring(0, blank), line.substring(blank + 1).trim()];
}
