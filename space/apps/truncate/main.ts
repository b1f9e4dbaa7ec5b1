// truncate: sets files' sizes.

import { CommandLine, parseSize } from "../../lib/console";
import { O_CREAT, O_WRONLY, close, ftruncate, open } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";

const MIN_OPERANDS: i32 = 2;

export function main(): i32 {
  const cli = new CommandLine("truncate", "s", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  if (!cli.has("s") || cli.operands.length < MIN_OPERANDS) {
    cli.refuse("missing operand");
    return cli.status;
  }
  const size = parseSize(cli.operands[0]);
  if (size < 0) {
    cli.refuse(`${cli.operands[0]} is no size`);
    return cli.status;
  }
  for (let i = 1; i < cli.operands.length; i++) {
    const fd = open(cli.operands[i], O_WRONLY | O_CREAT);
    const error = fd < 0 ? fd : ftruncate(fd, size);
    if (error) cli.complain(cli.operands[i], error);
    if (fd >= 0) close(fd);
  }
  return cli.finish();
}
