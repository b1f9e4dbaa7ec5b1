// md5sum: MD5 sums of files, as md5sum of other systems prints them.

import { EISDIR } from "../../../abi/errno";
import { CommandLine, stdout } from "../../lib/console";
import { Md5 } from "../../lib/digest/md5";
import { READ_SIZE, Stat, close, open, read, stat } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";
import { listTree } from "./tree";

class Summer {
  private sum: Md5 = new Md5();
  private buffer: usize = heap.alloc(READ_SIZE);

  constructor(private cli: CommandLine) {}

  /** One line for the file at `path`. */
  file(path: string): void {
    const fd = open(path);
    if (fd < 0) return this.cli.complain(path, fd);
    this.sum.reset();
    let count = read(fd, this.buffer, READ_SIZE);
    for (; count > 0; count = read(fd, this.buffer, READ_SIZE)) this.sum.add(this.buffer, count);
    close(fd);
    if (count < 0) return this.cli.complain(path, count);
    stdout.text(this.sum.finish()).text("  ").text(path).newline();
  }
}

export function main(): i32 {
  const cli = new CommandLine("md5sum", "r", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length == 0) {
    cli.refuse("missing operand");
    return cli.status;
  }
  const summer = new Summer(cli);
  const info = new Stat();
  for (let i = 0; i < cli.operands.length; i++) {
    const path = cli.operands[i];
    const error = stat(path, info);
    if (error) cli.complain(path, error);
    else if (!info.isDirectory) summer.file(path);
    else if (!cli.has("r")) cli.complain(path, EISDIR);
    else {
      const files = listTree(cli, path);
      for (let k = 0; k < files.length; k++) summer.file(files[k]);
    }
  }
  return cli.finish();
}
