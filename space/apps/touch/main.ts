// touch: sets files' times to now, and makes those that are missing.

import { ENOENT } from "../../../abi/errno";
import { CommandLine } from "../../lib/console";
import { O_CREAT, O_WRONLY, close, open, utimens } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";

/** → 0 or -errno */
function touch(path: string, makes: bool): i32 {
  const error = utimens(path);
  if (error != -ENOENT) return error;
  if (!makes) return 0;
  const fd = open(path, O_WRONLY | O_CREAT);
  return fd < 0 ? fd : close(fd);
}

export function main(): i32 {
  const cli = new CommandLine("touch", "c", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length == 0) {
    cli.refuse("missing operand");
    return cli.status;
  }
  for (let i = 0; i < cli.operands.length; i++) {
    const error = touch(cli.operands[i], !cli.has("c"));
    if (error) cli.complain(cli.operands[i], error);
  }
  return cli.finish();
}
