// ps: all processes.

import { CommandLine, stdout } from "../../lib/console";
import { args, nextProcess, ProcessEntry } from "../../lib/process";
import { HELP } from "./help";

const STATES = "?BRCWPZ"; // by PROCESS_…
const KIB_PER_PAGE: u64 = 4;
const NS_PER_CENTISECOND: u64 = 10_000_000;

function row(entry: ProcessEntry): void {
  const cpu = entry.cpu_ns / NS_PER_CENTISECOND;
  stdout.number(entry.pid, 10, 5).text(" ").number(entry.parent, 10, 5).text(" ");
  stdout
    .text(STATES.charAt(<i32>entry.state))
    .text(" ")
    .number(entry.priority, 10, 3)
    .text(" ");
  stdout
    .number(cpu / 100, 10, 6)
    .text(".")
    .number(cpu % 100, 10, 2, true)
    .text(" ");
  stdout
    .number(<u64>entry.pages * KIB_PER_PAGE, 10, 8)
    .text(" ")
    .number(entry.calls, 10, 9)
    .text(" ");
  stdout.number(entry.received, 10, 9).text(" ").text(entry.name).newline();
}

export function main(): i32 {
  const cli = new CommandLine("ps", "", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length) {
    cli.refuse(`unexpected operand ${cli.operands[0]}`);
    return cli.status;
  }
  stdout.text("  PID  PPID S PRI   CPU s   MEM KiB     CALLS  RECEIVED NAME").newline();
  const entry = new ProcessEntry();
  let at = 0;
  while ((at = nextProcess(at, entry)) > 0) row(entry);
  if (at < 0) cli.complain("processes", at);
  return cli.finish();
}
