// grep: lines that match a pattern.

import { CommandLine, InputFiles, stdout } from "../../lib/console";
import { args } from "../../lib/process";
import { HELP } from "./help";
import { Pattern } from "./pattern";

const STATUS_NONE: i32 = 1;
const STATUS_ERROR: i32 = 2;

/** Looks through one file. → how many lines it found */
function search(cli: CommandLine, input: InputFiles, pattern: Pattern): u64 {
  const quiet = cli.has("q") || cli.has("l");
  const listed = !quiet && !cli.has("c");
  let found: u64 = 0;
  for (let number: u64 = 1; input.nextLine() && !stdout.error; number++) {
    if (pattern.matches(input.line) == cli.has("v")) continue;
    found++;
    if (quiet) break;
    if (!listed) continue;
    if (input.count > 1) stdout.text(input.name).text(":");
    if (cli.has("n")) stdout.number(number).text(":");
    stdout.text(input.line).newline();
  }
  if (cli.has("l") && found && !cli.has("q")) stdout.text(input.name).newline();
  if (cli.has("c") && !quiet) {
    if (input.count > 1) stdout.text(input.name).text(":");
    stdout.number(found).newline();
  }
  return found;
}

export function main(): i32 {
  const cli = new CommandLine("grep", "ivcnlqF", HELP, STATUS_ERROR);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length == 0) {
    cli.refuse("missing operand");
    return cli.status;
  }
  const pattern = new Pattern(cli.operands[0], cli.has("F"), cli.has("i"));
  if (pattern.error.length) {
    cli.complainText(cli.operands[0], pattern.error);
    return STATUS_ERROR;
  }
  const input = new InputFiles(cli, 1);
  let found: u64 = 0;
  while (input.nextFile() && !(found && cli.has("q"))) found += search(cli, input, pattern);
  if (cli.finish()) return STATUS_ERROR;
  return found ? 0 : STATUS_NONE;
}
