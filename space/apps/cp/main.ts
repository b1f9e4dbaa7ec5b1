// cp: copies files, and with -r directories.

import { EISDIR, EINVAL, ENOTDIR } from "../../../abi/errno";
import { CommandLine } from "../../lib/console";
import { Stat, baseName, copyFile, failedAtTarget, isSameFile, joinPath, stat } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";
import { copyTree } from "./tree";

function copy(cli: CommandLine, source: string, target: string, info: Stat): void {
  const error = stat(source, info);
  if (error) return cli.complain(source, error);
  const other = new Stat();
  if (stat(target, other) == 0 && isSameFile(info, other))
    return cli.complainText(target, `is the same file as ${source}`);
  if (!info.isDirectory) {
    const failure = copyFile(source, target);
    if (failure) cli.complain(failedAtTarget ? target : source, failure);
    return;
  }
  if (!cli.has("r")) return cli.complain(source, EISDIR);
  // A copy into the tree that is being copied would never end.
  if (`${target}/`.startsWith(`${source}/`)) return cli.complain(target, EINVAL);
  copyTree(cli, source, target);
}

export function main(): i32 {
  const cli = new CommandLine("cp", "r", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  const last = cli.operands.length - 1;
  if (last < 1) {
    cli.refuse("missing operand");
    return cli.status;
  }
  const target = cli.operands[last];
  const info = new Stat();
  const isDirectory = stat(target, info) == 0 && info.isDirectory;
  if (last > 1 && !isDirectory) cli.complain(target, ENOTDIR);
  else {
    for (let i = 0; i < last; i++) {
      const source = cli.operands[i];
      copy(cli, source, isDirectory ? joinPath(target, baseName(source)) : target, info);
    }
  }
  return cli.finish();
}
