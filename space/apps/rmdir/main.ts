// rmdir: removes empty directories.

import { CommandLine } from "../../lib/console";
import { rmdir } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";

export function main(): i32 {
  const cli = new CommandLine("rmdir", "", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length == 0) {
    cli.refuse("missing operand");
    return cli.status;
  }
  for (let i = 0; i < cli.operands.length; i++) {
    const error = rmdir(cli.operands[i]);
    if (error) cli.complain(cli.operands[i], error);
  }
  return cli.finish();
}
