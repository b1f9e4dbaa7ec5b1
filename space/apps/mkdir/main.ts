// mkdir: makes directories.

import { EEXIST, ENOTDIR } from "../../../abi/errno";
import { CommandLine } from "../../lib/console";
import { mkdir, Stat, stat } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";

/** Makes `path`; one that is a directory already is as good. → 0 or -errno */
function ensureDirectory(path: string, info: Stat): i32 {
  const error = mkdir(path);
  // A read-only or foreign parent answers with other errors than -EEXIST for what exists: what is there decides.
  return error && !stat(path, info) && info.isDirectory ? 0 : error;
}

/** Makes `path` and all its parents. → 0, or the -errno of the first that could not be made */
function makeWithParents(path: string): i32 {
  const info = new Stat();
  for (let slash = path.indexOf("/", 1); slash > 0; slash = path.indexOf("/", slash + 1)) {
    const error = ensureDirectory(path.substring(0, slash), info);
    if (error) return error == -EEXIST ? -ENOTDIR : error;
  }
  return ensureDirectory(path, info);
}

export function main(): i32 {
  const cli = new CommandLine("mkdir", "p", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length == 0) {
    cli.refuse("missing operand");
    return cli.status;
  }
  for (let i = 0; i < cli.operands.length; i++) {
    const path = cli.operands[i];
    const error = cli.has("p") ? makeWithParents(path) : mkdir(path);
    if (error) cli.complain(path, error);
  }
  return cli.finish();
}
