// cat: files, one after the other, to standard output.

import { CommandLine, stdout } from "../../lib/console";
import { close, open, read, READ_SIZE, STDIN, STDOUT, writeAll } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";

/** Copies descriptor `fd` to standard output. → whether standard output still takes anything */
function copyOut(cli: CommandLine, name: string, fd: i32, buffer: usize): bool {
  while (true) {
    const size = read(fd, buffer, READ_SIZE);
    if (size < 0) cli.complain(name, size);
    if (size <= 0) return true;
    const error = writeAll(STDOUT, buffer, size);
    if (error) {
      stdout.error = error;
      return false;
    }
  }
}

export function main(): i32 {
  const cli = new CommandLine("cat", "", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  const operands = cli.operands;
  if (operands.length == 0) operands.push("-");
  const buffer = heap.alloc(READ_SIZE);
  for (let i = 0; i < operands.length; i++) {
    const name = operands[i];
    const fd = name == "-" ? STDIN : open(name);
    if (fd < 0) {
      cli.complain(name, fd);
      continue;
    }
    const goOn = copyOut(cli, name, fd, buffer);
    if (fd != STDIN) close(fd);
    if (!goOn) break;
  }
  return cli.finish();
}
