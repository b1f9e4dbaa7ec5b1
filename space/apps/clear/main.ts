// clear: an empty terminal (ECMA-48: cursor to the top, erase all).

import { CommandLine, stdout } from "../../lib/console";
import { args } from "../../lib/process";
import { HELP } from "./help";

export function main(): i32 {
  const cli = new CommandLine("clear", "", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  stdout.text("\x1b[H\x1b[2J");
  return cli.finish();
}
