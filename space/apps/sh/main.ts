// sh: runs commands. `sh -c text` runs the text; `sh` reads lines, with a prompt when a device is at the other end.

import { CommandLine, eprint, eprintln } from "../../lib/console";
import { fstat, Stat, STDIN } from "../../lib/fs";
import { args, strerror } from "../../lib/process";
import { HELP } from "./help";
import { LineReader } from "./line_reader";
import { Runner, STATUS_SYNTAX } from "./runner";

const PROMPT = "hnx$ ";

/** Runs standard input line by line until it ends. A wrong line ends a script, but not a conversation. */
function runInput(runner: Runner): i32 {
  const info = new Stat();
  const interactive = !fstat(STDIN, info) && info.isCharacterDevice;
  const reader = new LineReader();
  while (!runner.exited) {
    if (interactive) eprint(PROMPT);
    if (!reader.next()) break;
    if (!runner.run(reader.line) && !interactive) return runner.status;
  }
  if (interactive && !runner.exited) eprint("\n");
  if (!reader.error) return runner.status;
  eprintln(`sh: standard input: ${strerror(reader.error)}`);
  return STATUS_SYNTAX;
}

export function main(): i32 {
  const argv = args();
  const runner = new Runner();
  if (argv.length > 1 && argv[1] == "-c") {
    const cli = new CommandLine("sh", "", HELP, STATUS_SYNTAX);
    if (argv.length == 3) runner.run(argv[2]);
    else cli.refuse(argv.length < 3 ? "-c: missing command text" : `unexpected operand ${argv[3]}`);
    return argv.length == 3 ? runner.status : cli.status;
  }
  const cli = new CommandLine("sh", "", HELP, STATUS_SYNTAX);
  if (!cli.parse(argv)) return cli.status;
  if (cli.operands.length == 0) return runInput(runner);
  cli.refuse(`unexpected operand ${cli.operands[0]}`);
  return cli.status;
}
