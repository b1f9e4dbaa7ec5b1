// Runs commands one after the other and keeps the last status, as POSIX numbers it: the program's own exit status;
// 128 + signal of one that was killed; 126 found but not startable; 127 not found; 2 syntax error.

import { ENOENT } from "../../../abi/errno";
import { shellStatus } from "../../../abi/wait";
import { eprintln } from "../../lib/console";
import { spawn, strerror, wait } from "../../lib/process";
import { Command } from "./command";
import { printHelp } from "./help_builtin";
import { checkSyntax, Parser } from "./parser";
import { Redirector } from "./redirect";

const STATUS_FAILURE: i32 = 1;
export const STATUS_SYNTAX: i32 = 2;
const STATUS_NOT_EXECUTABLE: i32 = 126;
const STATUS_NOT_FOUND: i32 = 127;
const STATUS_MASK: i32 = 255;
const SEARCH_PATH: string[] = ["/bin/", "/sbin/"];

/** The number that `text` writes in decimal, or -1. It wraps as an exit status does: only its last 8 bits count. */
function parseNumber(text: string): i32 {
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = (value * 10 + digit) & STATUS_MASK;
  }
  return text.length ? value : -1;
}

export class Runner {
  /** Status of the last command. */
  status: i32 = 0;
  /** Whether `exit` was run. */
  exited: bool = false;

  /** Runs all commands of `text`; none of them if its syntax is wrong. → whether it was right */
  run(text: string): bool {
    const error = checkSyntax(text);
    if (error.length) {
      eprintln(`sh: ${error}`);
      this.status = STATUS_SYNTAX;
      return false;
    }
    const parser = new Parser(text);
    while (!this.exited) {
      const command = parser.next(this.status);
      if (!command) break;
      this.status = this.runCommand(command);
    }
    return true;
  }

  private runCommand(command: Command): i32 {
    const redirector = new Redirector();
    let status = STATUS_FAILURE;
    if (redirector.apply(command.redirections))
      status = command.words.length ? this.execute(command.words) : 0;
    redirector.undo();
    return status;
  }

  private execute(words: string[]): i32 {
    if (words[0] == "exit") return this.exit(words);
    if (words[0] == "help") return printHelp();
    const pid = this.start(words);
    if (pid < 0) return this.complainOfStart(words[0], pid);
    const status = wait(pid);
    if (status >= 0) return shellStatus(status);
    eprintln(`sh: ${words[0]}: ${strerror(status)}`);
    return STATUS_FAILURE;
  }

  /** → process id, or the -errno of the last place that was tried */
  private start(words: string[]): i32 {
    if (words[0].includes("/")) return spawn(words[0], words);
    let pid = -ENOENT;
    for (let i = 0; i < SEARCH_PATH.length && pid == -ENOENT && words[0].length; i++) {
      pid = spawn(SEARCH_PATH[i] + words[0], words);
    }
    return pid;
  }

  private complainOfStart(name: string, error: i32): i32 {
    const missing = error == -ENOENT;
    eprintln(`sh: ${name}: ${missing && !name.includes("/") ? "command not found" : strerror(error)}`);
    return missing ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
  }

  /** exit [n]: without n the last status. */
  private exit(words: string[]): i32 {
    if (words.length > 2) {
      eprintln("sh: exit: too many arguments");
      return STATUS_FAILURE;
    }
    this.exited = true;
    if (words.length == 1) return this.status;
    const status = parseNumber(words[1]);
    if (status >= 0) return status;
    eprintln(`sh: exit: ${words[1]}: numeric argument required`);
    return STATUS_SYNTAX;
  }
}
