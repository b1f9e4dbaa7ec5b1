// uniq: repeated lines left out.

import { CommandLine, InputFiles, stdout } from "../../lib/console";
import { args } from "../../lib/process";
import { HELP } from "./help";

const COUNT_WIDTH: u32 = 7;

function show(cli: CommandLine, line: string, count: u64): void {
  if (count == 0 || (cli.has("d") && count == 1) || (cli.has("u") && count > 1)) return;
  if (cli.has("c")) stdout.number(count, 10, COUNT_WIDTH).text(" ");
  stdout.text(line).newline();
}

export function main(): i32 {
  const cli = new CommandLine("uniq", "cdu", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length > 1) {
    cli.refuse(`unexpected operand ${cli.operands[1]}`);
    return cli.status;
  }
  const input = new InputFiles(cli);
  let last = "";
  let count: u64 = 0;
  while (input.nextFile()) {
    while (input.nextLine() && !stdout.error) {
      if (count && input.line != last) {
        show(cli, last, count);
        count = 0;
      }
      last = input.line;
      count++;
    }
  }
  show(cli, last, count);
  return cli.finish();
}
