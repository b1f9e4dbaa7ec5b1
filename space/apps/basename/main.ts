// basename: the last part of a path.

import { CommandLine, stdout } from "../../lib/console";
import { baseName } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";

export function main(): i32 {
  const cli = new CommandLine("basename", "", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  const operands = cli.operands;
  if (operands.length < 1 || operands.length > 2) {
    cli.refuse(operands.length ? `unexpected operand ${operands[2]}` : "missing operand");
    return cli.status;
  }
  let name = baseName(operands[0]);
  const suffix = operands.length == 2 ? operands[1] : "";
  if (name.length > suffix.length && name.endsWith(suffix))
    name = name.substring(0, name.length - suffix.length);
  stdout.text(name).newline();
  return cli.finish();
}
