// mv: gives files and directories other names; to another file system a file goes as a copy.

import { ENOTDIR, EXDEV } from "../../../abi/errno";
import { CommandLine } from "../../lib/console";
import {
  Stat,
  baseName,
  copyFile,
  failedAtTarget,
  joinPath,
  lstat,
  rename,
  stat,
  unlink,
} from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";

/** Moves a file by copying it; whatever else it is stays where it is. */
function moveByCopy(cli: CommandLine, source: string, target: string, info: Stat): void {
  let error = lstat(source, info);
  if (!error && !info.isFile) error = -EXDEV;
  if (error) return cli.complain(source, error);
  error = copyFile(source, target);
  if (error) return cli.complain(failedAtTarget ? target : source, error);
  error = unlink(source);
  if (error) cli.complain(source, error);
}

export function main(): i32 {
  const cli = new CommandLine("mv", "", HELP, 1);
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
      const name = isDirectory ? joinPath(target, baseName(source)) : target;
      const error = rename(source, name);
      if (error == -EXDEV) moveByCopy(cli, source, name, info);
      else if (error) cli.complain(source, error);
    }
  }
  return cli.finish();
}
