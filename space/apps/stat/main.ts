// stat: what is known about files, as "name: value" lines.

import { S_IFCHR, S_IFDIR, S_IFMT, S_IFREG } from "../../../abi/file";
import { CommandLine, stdout } from "../../lib/console";
import { PERMISSION_BITS, Stat, stat } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";

const MODE_DIGITS: u32 = 4;

function typeName(mode: u32): string {
  const type = mode & S_IFMT;
  if (type == S_IFREG) return "regular file";
  if (type == S_IFDIR) return "directory";
  return type == S_IFCHR ? "character device" : "unknown";
}

export function main(): i32 {
  const cli = new CommandLine("stat", "", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length == 0) {
    cli.refuse("missing operand");
    return cli.status;
  }
  const info = new Stat();
  for (let i = 0; i < cli.operands.length; i++) {
    const path = cli.operands[i];
    const error = stat(path, info);
    if (error) {
      cli.complain(path, error);
      continue;
    }
    stdout.text("file: ").text(path).newline();
    stdout.text("type: ").text(typeName(info.mode)).newline();
    stdout.text("size: ").number(info.size).newline();
    stdout
      .text("mode: ")
      .number(info.mode & PERMISSION_BITS, 8, MODE_DIGITS, true)
      .newline();
    stdout.text("links: ").number(info.links).newline();
  }
  return cli.finish();
}
