// env: the environment.

import { ENOENT } from "../../../abi/errno";
import { shellStatus } from "../../../abi/wait";
import { CommandLine, stdout } from "../../lib/console";
import { args, environment, spawn, strerror, wait } from "../../lib/process";
import { HELP } from "./help";

const STATUS_NOT_EXECUTABLE: i32 = 126;
const STATUS_NOT_FOUND: i32 = 127;
const PLACES: string[] = ["/bin/", "/sbin/"];

/** Adds NAME=value, in the place of what NAME was before. */
function assign(variables: string[], assignment: string): void {
  const prefix = assignment.substring(0, assignment.indexOf("=") + 1);
  for (let i = 0; i < variables.length; i++) {
    if (variables[i].startsWith(prefix)) {
      variables[i] = assignment;
      return;
    }
  }
  variables.push(assignment);
}

function run(cli: CommandLine, words: string[], variables: string[]): i32 {
  let pid = -ENOENT;
  if (words[0].includes("/")) pid = spawn(words[0], words, variables);
  else
    for (let i = 0; i < PLACES.length && pid == -ENOENT; i++)
      pid = spawn(PLACES[i] + words[0], words, variables);
  if (pid < 0) {
    cli.complainText(words[0], strerror(pid));
    return pid == -ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
  }
  const status = wait(pid);
  return status < 0 ? STATUS_NOT_EXECUTABLE : shellStatus(status);
}

export function main(): i32 {
  const words = args();
  const cli = new CommandLine("env", "i", HELP, 1);
  let first = 1;
  while (first < words.length && words[first].startsWith("-")) first++;
  if (!cli.parse(words.slice(0, first))) return cli.status;
  const variables: string[] = cli.has("i") ? [] : environment();
  for (; first < words.length && words[first].indexOf("=") > 0; first++) assign(variables, words[first]);
  if (first < words.length) return run(cli, words.slice(first), variables);
  for (let i = 0; i < variables.length; i++) stdout.text(variables[i]).newline();
  return cli.finish();
}
