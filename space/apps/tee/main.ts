// tee: standard input to standard output and files.

import { CommandLine, stdout } from "../../lib/console";
import {
  O_APPEND,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  open,
  read,
  READ_SIZE,
  STDIN,
  STDOUT,
  writeAll,
} from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";

const FAILED: i32 = -1;

export function main(): i32 {
  const cli = new CommandLine("tee", "a", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  const flags = O_WRONLY | O_CREAT | (cli.has("a") ? O_APPEND : O_TRUNC);
  const files: i32[] = [];
  for (let i = 0; i < cli.operands.length; i++) {
    const fd = open(cli.operands[i], flags);
    if (fd < 0) cli.complain(cli.operands[i], fd);
    files.push(fd);
  }
  const buffer = heap.alloc(READ_SIZE);
  let size: i32;
  while ((size = read(STDIN, buffer, READ_SIZE)) > 0) {
    if (!stdout.error) stdout.error = writeAll(STDOUT, buffer, size);
    for (let i = 0; i < files.length; i++) {
      const error = files[i] < 0 ? 0 : writeAll(files[i], buffer, size);
      if (!error) continue;
      cli.complain(cli.operands[i], error);
      files[i] = FAILED;
    }
  }
  if (size < 0) cli.complain("standard input", size);
  return cli.finish();
}
