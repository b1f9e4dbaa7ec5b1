// pwd: the current directory.

import { ENOENT } from "../../../abi/errno";
import { CommandLine, stdout } from "../../lib/console";
import { getcwd } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";

export function main(): i32 {
  const cli = new CommandLine("pwd", "", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  const path = getcwd();
  if (path === null) cli.complain("current directory", ENOENT);
  else stdout.text(path).newline();
  return cli.finish();
}
