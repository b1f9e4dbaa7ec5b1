// df: how full file systems are.

import { CommandLine, stdout } from "../../lib/console";
import { StatFs, statfs } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";

const WIDTH: u32 = 12;
const KIB_SHIFT: u64 = 10;

/** `blocks` blocks of the file system in KiB. */
function kib(info: StatFs, blocks: u64): u64 {
  return (blocks * info.blockSize) >> KIB_SHIFT;
}

export function main(): i32 {
  const cli = new CommandLine("df", "", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length == 0) cli.operands.push("/");
  const info = new StatFs();
  stdout.text("         KiB        used        free free inodes path").newline();
  for (let i = 0; i < cli.operands.length; i++) {
    const path = cli.operands[i];
    const error = statfs(path, info);
    if (error) {
      cli.complain(path, error);
      continue;
    }
    stdout.number(kib(info, info.blocks), 10, WIDTH);
    stdout.number(kib(info, info.blocks - min(info.blocksFree, info.blocks)), 10, WIDTH);
    stdout.number(kib(info, info.blocksFree), 10, WIDTH).number(info.filesFree, 10, WIDTH);
    stdout.text(" ").text(path).newline();
  }
  return cli.finish();
}
