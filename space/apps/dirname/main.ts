// dirname: paths without their last parts.

import { CommandLine, stdout } from "../../lib/console";
import { args } from "../../lib/process";
import { HELP } from "./help";

function withoutSlashes(path: string, length: i32): i32 {
  let end = length;
  while (end > 0 && path.charAt(end - 1) == "/") end--;
  return end;
}

function directoryOf(path: string): string {
  let end = withoutSlashes(path, path.length);
  if (end == 0) return path.length ? "/" : ".";
  while (end > 0 && path.charAt(end - 1) != "/") end--;
  if (end == 0) return ".";
  end = withoutSlashes(path, end);
  return end ? path.substring(0, end) : "/";
}

export function main(): i32 {
  const cli = new CommandLine("dirname", "", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length == 0) {
    cli.refuse("missing operand");
    return cli.status;
  }
  for (let i = 0; i < cli.operands.length; i++) stdout.text(directoryOf(cli.operands[i])).newline();
  return cli.finish();
}
