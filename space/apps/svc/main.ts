// svc: what init knows of its services, and changing it (space/lib/supervision).

import { ENOENT } from "../../../abi/errno";
import { CommandLine, stdout } from "../../lib/console";
import { args } from "../../lib/process";
import {
  SVC_FAILED,
  SVC_RESTART,
  SVC_RUNNING,
  SVC_START,
  SVC_STOP,
  SVC_WAITING,
  ServiceInfo,
  changeService,
  readService,
  updateService,
} from "../../lib/supervision";
import { HELP } from "./help";

const NAME_WIDTH: i32 = 17; // of a manifest's longest, 15, and a gap
const STATE_WIDTH: i32 = 9;
const NUMBER_WIDTH: i32 = 7;

function stateName(state: u32): string {
  if (state == SVC_RUNNING) return "running";
  if (state == SVC_WAITING) return "waiting";
  return state == SVC_FAILED ? "failed" : "stopped";
}

function column(value: u32): void {
  stdout.text(value.toString().padStart(NUMBER_WIDTH));
}

/** One line a service. */
function list(cli: CommandLine): void {
  const info = new ServiceInfo();
  let status = 0;
  for (let i: u32 = 0; (status = readService(i, info)) == 0; i++) {
    stdout.text(info.name.padEnd(NAME_WIDTH)).text(stateName(info.state).padEnd(STATE_WIDTH));
    column(info.pid);
    column(info.endpoint);
    column(info.restarts);
    stdout.newline();
  }
  if (status != -ENOENT) cli.complain("init", status);
}

function change(cli: CommandLine, op: u32, name: string): void {
  const status = changeService(op, name);
  if (status < 0) cli.complain(name, status);
}

function update(cli: CommandLine): void {
  if (cli.operands.length != 3) {
    cli.refuse("update wants a service and a file");
    return;
  }
  const status = updateService(cli.operands[1], cli.operands[2]);
  if (status < 0) cli.complain(`${cli.operands[1]} ${cli.operands[2]}`, status);
}

function opOf(word: string): u32 {
  if (word == "start") return SVC_START;
  if (word == "stop") return SVC_STOP;
  return word == "restart" ? SVC_RESTART : 0;
}

export function main(): i32 {
  const cli = new CommandLine("svc", "", HELP, 2);
  if (!cli.parse(args())) return cli.status;
  const word = cli.operands.length ? cli.operands[0] : "list";
  const op = opOf(word);
  if (word == "update") update(cli);
  else if (op && cli.operands.length > 1)
    for (let i = 1; i < cli.operands.length; i++) change(cli, op, cli.operands[i]);
  else if (word == "list" && cli.operands.length < 2) list(cli);
  else cli.refuse(op ? `${word} wants a service` : `unknown command ${word}`);
  return cli.finish();
}
