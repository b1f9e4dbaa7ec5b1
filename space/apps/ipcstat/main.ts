// ipcstat: all endpoints.

import { CommandLine, stdout } from "../../lib/console";
import { args, EndpointEntry, nextEndpoint, nextProcess, ProcessEntry } from "../../lib/process";
import { HELP } from "./help";

const STATES: string[] = ["up", "down", "restarting"];
const STATE_WIDTH: i32 = 10;
const INDEX_MASK: u32 = 0xffff;

/** The name of process `pid`, or "-". */
function nameOf(pid: i32): string {
  const entry = new ProcessEntry();
  for (let at = 0; (at = nextProcess(at, entry)) > 0;) if (entry.pid == pid) return entry.name;
  return "-";
}

export function main(): i32 {
  const cli = new CommandLine("ipcstat", "", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length) {
    cli.refuse(`unexpected operand ${cli.operands[0]}`);
    return cli.status;
  }
  stdout.text("   EP STATE        PID QUEUED  RECEIVED NAME").newline();
  const entry = new EndpointEntry();
  let at = 0;
  while ((at = nextEndpoint(at, entry)) > 0) {
    const state = entry.state < <u32>STATES.length ? STATES[entry.state] : "?";
    stdout
      .number(entry.id & INDEX_MASK, 10, 5)
      .text(" ")
      .text(state.padEnd(STATE_WIDTH))
      .text(" ");
    stdout.number(entry.owner, 10, 5).text(" ").number(entry.queued, 10, 6).text(" ");
    stdout.number(entry.received, 10, 9).text(" ").text(nameOf(entry.owner)).newline();
  }
  if (at < 0) cli.complain("endpoints", at);
  return cli.finish();
}
