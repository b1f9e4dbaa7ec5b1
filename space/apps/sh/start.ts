// Starts programs and scripts, by path and along the search path, and shells.
// Descriptors 0–2 are the shell's own at that moment (redirect.ts puts them in place).

import { ENOENT } from "../../../abi/errno";
import { eprintln } from "../../lib/console";
import { spawn, strerror } from "../../lib/process";
import { Variables } from "./variables";

const STATUS_NOT_EXECUTABLE: i32 = 126;
const STATUS_NOT_FOUND: i32 = 127;
const DEFAULT_PATH = "/bin:/sbin";
const SHELL = "/bin/sh";

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
  if (words[0].includes("/")) return spawn(words[0], words, environment);
  const places = (variables.has("PATH") ? variables.get("PATH") : DEFAULT_PATH).split(":");
  let pid = -ENOENT;
  for (let i = 0; i < places.length && pid == -ENOENT && words[0].length; i++) {
    const directory = places[i].length ? places[i] : ".";
    pid = spawn(`${directory}/${words[0]}`, words, environment);
  }
  return pid;
}
