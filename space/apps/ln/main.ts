// ln: another name for a file, or a symbolic link.

import { CommandLine } from "../../lib/console";
import { Stat, baseName, joinPath, link, stat, symlink } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";

const OPERANDS: i32 = 2;

export function main(): i32 {
  const cli = new CommandLine("ln", "s", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length != OPERANDS) {
    cli.refuse(cli.operands.length > OPERANDS ? "too many operands" : "missing operand");
    return cli.status;
  }
  const target = cli.operands[0];
  let name = cli.operands[1];
  const info = new Stat();
  if (stat(name, info) == 0 && info.isDirectory) name = joinPath(name, baseName(target));
  const error = cli.has("s") ? symlink(target, name) : link(target, name);
  if (error) cli.complain(name, error);
  return cli.finish();
}
