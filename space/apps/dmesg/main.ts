// dmesg: the kernel's log.

import { SYS_LOG_HISTORY } from "../../../abi/syscall";
import { CommandLine, stdout } from "../../lib/console";
import { STDOUT, writeAll } from "../../lib/fs";
import { args } from "../../lib/process";
import { syscall } from "../../lib/sys";
import { HELP } from "./help";

const MAX_LOG: u32 = 65536; // bytes; the kernel keeps less
const NEWLINE: u8 = 0x0a;

export function main(): i32 {
  const cli = new CommandLine("dmesg", "", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length) {
    cli.refuse(`unexpected operand ${cli.operands[0]}`);
    return cli.status;
  }
  const buffer = heap.alloc(MAX_LOG);
  const size = <i32>syscall(SYS_LOG_HISTORY, buffer, MAX_LOG, 0, 0, 0, 0);
  if (size < 0) {
    cli.complain("log", size);
    return cli.status;
  }
  // The ring may begin in the middle of a line.
  let from = 0;
  while (from < size && load<u8>(buffer) != 0x5b && load<u8>(buffer + from) != NEWLINE) from++;
  if (from) from++;
  if (from < size) stdout.error = writeAll(STDOUT, buffer + from, size - from);
  return cli.finish();
}
