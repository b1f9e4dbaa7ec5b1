// sync: waits until all changes are on their disks.

import { CommandLine } from "../../lib/console";
import { sync } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";

export function main(): i32 {
  const cli = new CommandLine("sync", "", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  const error = sync();
  if (error) cli.complain("disks", error);
  return cli.finish();
}
