// mount: puts a file system into the tree.

import { CommandLine } from "../../lib/console";
import { mount, MOUNT_RDONLY } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";

const MIN_OPERANDS: i32 = 2;
const MAX_OPERANDS: i32 = 3;

export function main(): i32 {
  const cli = new CommandLine("mount", "r", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  const count = cli.operands.length;
  if (count < MIN_OPERANDS || count > MAX_OPERANDS) {
    cli.refuse(count > MAX_OPERANDS ? "too many operands" : "missing operand");
    return cli.status;
  }
  const type = count == MAX_OPERANDS ? cli.operands[2] : "";
  const error = mount(cli.operands[0], cli.operands[1], type, cli.has("r") ? MOUNT_RDONLY : 0);
  if (error) cli.complain(cli.operands[0], error);
  return cli.finish();
}
