// rm: removes files, and with -r or -d directories.

import { EISDIR, ENOENT } from "../../../abi/errno";
import { CommandLine } from "../../lib/console";
import { baseName, lstat, rmdir, Stat, unlink } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";
import { removeTree } from "./tree";

/** Removes one operand as the options say. */
function remove(cli: CommandLine, path: string, info: Stat): void {
  const name = baseName(path);
  if (name == "/" || name == "." || name == "..") {
    cli.complainText(path, "refusing to remove it");
    return;
  }
  let error = lstat(path, info);
  if (!error) {
    if (!info.isDirectory) error = unlink(path);
    else if (cli.has("r") || cli.has("R")) return removeTree(cli, path);
    else error = cli.has("d") ? rmdir(path) : -EISDIR;
  }
  if (error && !(error == -ENOENT && cli.has("f"))) cli.complain(path, error);
}

export function main(): i32 {
  const cli = new CommandLine("rm", "dfrR", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length == 0 && !cli.has("f")) {
    cli.refuse("missing operand");
    return cli.status;
  }
  const info = new Stat();
  for (let i = 0; i < cli.operands.length; i++) remove(cli, cli.operands[i], info);
  return cli.finish();
}
