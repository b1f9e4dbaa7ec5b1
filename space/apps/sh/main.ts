// sh: runs commands. `sh -c text` runs the text, `sh file` a script, `sh` what comes on standard input: line by line, with a
// prompt when a device is at the other end, and with line editing when that is a terminal (docs/SHELL.md).

import { CommandLine, eprintln } from "../../lib/console";
import { fstat, Stat, STDIN } from "../../lib/fs";
import { args, environment, strerror } from "../../lib/process";
import { HELP } from "./help";
import { runConversation, runLines } from "./input";
import { Shell, STATUS_SYNTAX } from "./run";
import { readScript } from "./script";

const STATUS_NOT_FOUND: i32 = 127;

function newShell(interactive: bool, positional: string[]): Shell {
  const shell = new Shell(interactive);
  shell.variables.adopt(environment());
  shell.variables.positional = positional;
  return shell;
}

/** sh file [argument…] */
function runFile(words: string[]): i32 {
  const script = readScript(words[0]);
  if (script.error) {
    eprintln(`sh: ${words[0]}: ${strerror(script.error)}`);
    return STATUS_NOT_FOUND;
  }
  const shell = newShell(false, words);
  shell.run(script.text);
  return shell.status;
}

/** sh -c text [name [argument…]] */
function runText(argv: string[]): i32 {
  const shell = newShell(false, argv.length > 3 ? argv.slice(3) : ["sh"]);
  shell.run(argv[2]);
  return shell.status;
}

export function main(): i32 {
  const argv = args();
  const cli = new CommandLine("sh", "", HELP, STATUS_SYNTAX);
  if (argv.length > 1 && argv[1] == "-c") {
    if (argv.length > 2) return runText(argv);
    cli.refuse("-c: missing command text");
    return cli.status;
  }
  // Words behind the script's name are its own.
  if (argv.length > 1 && !argv[1].startsWith("-")) return runFile(argv.slice(1));
  if (!cli.parse(argv)) return cli.status;
  if (cli.operands.length) return runFile(cli.operands);
  const info = new Stat();
  const interactive = !fstat(STDIN, info) && info.isCharacterDevice;
  const shell = newShell(interactive, ["sh"]);
  return interactive ? runConversation(shell) : runLines(shell);
}
