// free: the kernel's counts, one "name value" a line, for people and for tests that compare before and after.

import { EIO } from "../../../abi/errno";
import { CommandLine, stdout } from "../../lib/console";
import { args, systemInfo } from "../../lib/process";
import { HELP } from "./help";

function line(name: string, value: u64): void {
  stdout.text(name).text(" ").number(value).newline();
}

export function main(): i32 {
  const cli = new CommandLine("free", "", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length > 0) {
    cli.refuse(`unexpected operand ${cli.operands[0]}`);
    return cli.status;
  }
  const info = systemInfo();
  if (!info) {
    cli.complain("system information", EIO);
    return cli.status;
  }
  line("frames_total", info.framesTotal);
  line("frames_free", info.framesFree);
  line("processes", info.processes);
  line("endpoints", info.endpoints);
  line("objects", info.objects);
  line("handles", info.openHandles);
  return cli.finish();
}
