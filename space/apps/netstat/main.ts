// netstat: the open sockets, and what the stack has counted.

import { CommandLine, stdout } from "../../lib/console";
import { SOCKET_STREAM, formatAddress } from "../../lib/net";
import { SocketInfo, networkCounter, nextSocket } from "../../lib/net/status";
import { args } from "../../lib/process";
import { COUNTER_NAMES } from "./counter_names";
import { HELP } from "./help";

const STATES: string[] = [
  "CLOSED",
  "LISTEN",
  "SYN-SENT",
  "SYN-RECEIVED",
  "ESTABLISHED",
  "FIN-WAIT-1",
  "FIN-WAIT-2",
  "CLOSE-WAIT",
  "CLOSING",
  "LAST-ACK",
  "TIME-WAIT",
];
const ADDRESS_WIDTH: i32 = 22;

function showAddress(address: u32, port: u32): void {
  const text = `${address ? formatAddress(address) : "*"}:${port ? port.toString() : "*"}`;
  stdout.text(text.padEnd(ADDRESS_WIDTH, " "));
}

function showSockets(): void {
  const info = new SocketInfo();
  for (let number = nextSocket(0, info); number >= 0; number = nextSocket(<u32>number + 1, info)) {
    const isStream = info.type == SOCKET_STREAM;
    stdout
      .text(isStream ? "tcp " : "udp ")
      .number(info.waiting, 10, 6)
      .text("  ");
    showAddress(info.address, info.port);
    showAddress(info.peerAddress, info.peerPort);
    const state = isStream && info.state < <u32>STATES.length ? STATES[info.state] : "-";
    stdout.text(state.padEnd(13, " ")).text("pid ").number(info.owner).newline();
  }
}

function showCounters(): void {
  for (let i = 0; i < COUNTER_NAMES.length; i++) {
    const value = networkCounter(i);
    if (value < 0) return;
    stdout
      .number(<u64>value, 10, 12)
      .text(" ")
      .text(COUNTER_NAMES[i])
      .newline();
  }
}

export function main(): i32 {
  const cli = new CommandLine("netstat", "s", HELP, 2);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length) {
    cli.refuse(`unexpected ${cli.operands[0]}`);
    return cli.status;
  }
  if (cli.has("s")) showCounters();
  else showSockets();
  return cli.finish();
}
