// top: the busiest processes, again and again. The kernel charges time to whom its events find running (kernel/sched): the short
// naps between two pictures are such events, so that what they find is a fair sample.

import { CommandLine, stdout } from "../../lib/console";
import { args, clock_ns, sleep_ns, systemInfo } from "../../lib/process";
import { HELP } from "./help";
import { Row, rowsBetween, Sample } from "./sample";

const NS_PER_SECOND: i64 = 1_000_000_000;
const NAP_NS: i64 = 10_000_000;
const MAX_ROWS: i32 = 20;
const CLEAR = "\x1b[H\x1b[2J";
const STATES = "?BRCWPZ"; // by PROCESS_…
const KIB_PER_PAGE: u64 = 4;
const PER_MILLE: u64 = 1000;

function wait(seconds: i32): void {
  const end_ns = clock_ns() + <i64>seconds * NS_PER_SECOND;
  while (clock_ns() < end_ns) sleep_ns(NAP_NS);
}

function head(elapsed_ns: u64, rows: Row[]): void {
  const info = systemInfo();
  let busy_ns: u64 = 0;
  for (let i = 0; i < rows.length; i++) busy_ns += rows[i].cpu_ns;
  stdout
    .number(rows.length)
    .text(" processes, busy ")
    .number((min(busy_ns, elapsed_ns) * 100) / elapsed_ns)
    .text(" %");
  if (info) {
    stdout
      .text(", memory free ")
      .number(<u64>info.framesFree * KIB_PER_PAGE)
      .text(" of ");
    stdout.number(<u64>info.framesTotal * KIB_PER_PAGE).text(" KiB");
  }
  stdout.text("\n  PID S  CPU %   MEM KiB   CALLS/S    RECV/S NAME\n");
}

function line(row: Row, elapsed_ns: u64): void {
  const second = <u64>NS_PER_SECOND;
  const load = (row.cpu_ns * PER_MILLE) / elapsed_ns;
  stdout
    .number(row.entry.pid, 10, 5)
    .text(" ")
    .text(STATES.charAt(<i32>row.entry.state))
    .text(" ");
  stdout
    .number(load / 10, 10, 4)
    .text(".")
    .number(load % 10)
    .text(" ");
  stdout.number(<u64>row.entry.pages * KIB_PER_PAGE, 10, 9).text(" ");
  stdout.number((row.calls * second) / elapsed_ns, 10, 9).text(" ");
  stdout
    .number((row.received * second) / elapsed_ns, 10, 9)
    .text(" ")
    .text(row.entry.name)
    .newline();
}

function show(before: Sample, after: Sample, clear: bool): void {
  const elapsed_ns = max(after.now_ns - before.now_ns, 1);
  const rows = rowsBetween(before, after);
  if (clear) stdout.text(CLEAR);
  head(elapsed_ns, rows);
  for (let i = 0; i < min(rows.length, MAX_ROWS); i++) line(rows[i], elapsed_ns);
}

export function main(): i32 {
  const cli = new CommandLine("top", "n:d:", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  const rounds = cli.numberOf("n", 0);
  const seconds = rounds < 0 ? -1 : cli.numberOf("d", 1);
  if (seconds < 0) return cli.status;
  if (cli.operands.length || seconds == 0) {
    cli.refuse(seconds ? `unexpected operand ${cli.operands[0]}` : "-d: 0 seconds are none");
    return cli.status;
  }
  let before = new Sample(clock_ns());
  for (let round = 1; rounds == 0 || round <= rounds; round++) {
    wait(seconds);
    const after = new Sample(clock_ns());
    show(before, after, rounds != 1);
    const error = stdout.flush();
    if (error) {
      cli.complain("write error", error);
      break;
    }
    before = after;
  }
  return cli.finish();
}
