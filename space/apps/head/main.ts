// head: the first lines of files.

import { CommandLine, InputFiles, stdout, withCount } from "../../lib/console";
import { args } from "../../lib/process";
import { HELP } from "./help";

const DEFAULT_COUNT: i32 = 10;

export function main(): i32 {
  const cli = new CommandLine("head", "n:", HELP, 1);
  if (!cli.parse(withCount(args()))) return cli.status;
  const count = cli.numberOf("n", DEFAULT_COUNT);
  if (count < 0) return cli.status;
  const input = new InputFiles(cli);
  for (let first = true; input.nextFile(); first = false) {
    if (input.count > 1)
      stdout
        .text(first ? "" : "\n")
        .text(`==> ${input.name} <==`)
        .newline();
    for (let left = count; left > 0 && input.nextLine() && !stdout.error; left--)
      stdout.text(input.line).newline();
  }
  return cli.finish();
}
