// uptime: how long the machine is up.

import { EIO } from "../../../abi/errno";
import { CommandLine, stdout } from "../../lib/console";
import { args, systemInfo } from "../../lib/process";
import { HELP } from "./help";

const NS_PER_SECOND: u64 = 1_000_000_000;

export function main(): i32 {
  const cli = new CommandLine("uptime", "", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length) {
    cli.refuse(`unexpected operand ${cli.operands[0]}`);
    return cli.status;
  }
  const info = systemInfo();
  if (!info) {
    cli.complain("system information", EIO);
    return cli.status;
  }
  const seconds = info.now_ns / NS_PER_SECOND;
  stdout.text("up ");
  if (seconds >= 86_400) stdout.number(seconds / 86_400).text(" days, ");
  stdout
    .number((seconds / 3600) % 24, 10, 2, true)
    .text(":")
    .number((seconds / 60) % 60, 10, 2, true)
    .text(":");
  stdout
    .number(seconds % 60, 10, 2, true)
    .text(", ")
    .number(info.processes)
    .text(" processes")
    .newline();
  return cli.finish();
}
