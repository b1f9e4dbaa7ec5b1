// svc: what init knows of its services, and changing it (abi/ops.ts, SVC_…).

import { EPID_SUPERVISOR } from "../../../abi/endpoints";
import { ENOENT } from "../../../abi/errno";
import { WINDOW_READ } from "../../../abi/message";
import { SVC_LIST, SVC_RESTART, SVC_START, SVC_STOP, SVC_UPDATE } from "../../../abi/ops";
import {
  SVC_ENDPOINT,
  SVC_FAILED,
  SVC_NAME,
  SVC_PID,
  SVC_RESTARTS,
  SVC_RUNNING,
  SVC_STATE,
  SVC_WAITING,
} from "../../../abi/svc";
import { CommandLine, stdout } from "../../lib/console";
import { O_RDONLY, Stat, close, fstat, open, read } from "../../lib/fs";
import { ipcCallService, message, request } from "../../lib/hnx_ipc";
import { args } from "../../lib/process";
import { decodeUtf8, encodeUtf8, MAX_BYTES_PER_UNIT } from "../../lib/process/utf8";
import { HELP } from "./help";

const NAME_WIDTH: i32 = 12;
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
  for (let i: u32 = 0; ; i++) {
    const code = ipcCallService(EPID_SUPERVISOR, request(SVC_LIST).withU32(i));
    if (code == -ENOENT) return;
    if (code < 0) return cli.complain("init", code);
    const at = message().data;
    const name = decodeUtf8(at + SVC_NAME + 1, load<u8>(at, SVC_NAME));
    stdout.text(name.padEnd(NAME_WIDTH)).text(stateName(load<u32>(at, SVC_STATE)).padEnd(STATE_WIDTH));
    column(load<u32>(at, SVC_PID));
    column(load<u32>(at, SVC_ENDPOINT));
    column(load<u32>(at, SVC_RESTARTS));
    stdout.newline();
  }
}

/** Asks for `op` on the service `name`; with bytes of a program. */
function ask(cli: CommandLine, op: u32, name: string, bytes: usize = 0, size: u32 = 0): void {
  const text = heap.alloc(<usize>name.length * MAX_BYTES_PER_UNIT + 1);
  const length = encodeUtf8(name, 0, name.length, text);
  const m = request(op).withStr(text, length);
  if (size) m.setWindow(0, <u32>bytes, size, WINDOW_READ);
  const code = ipcCallService(EPID_SUPERVISOR, m);
  if (code < 0) cli.complain(name, code);
}

/** Reads a whole file. → its bytes, `fileSize` of them, or 0 after a complaint */
function readFile(cli: CommandLine, path: string): usize {
  const fd = open(path, O_RDONLY);
  const info = new Stat();
  const status = fd < 0 ? fd : fstat(fd, info);
  if (status < 0) {
    cli.complain(path, status);
    return 0;
  }
  const bytes = heap.alloc(<usize>info.size + 1);
  fileSize = 0;
  for (;;) {
    const n = read(fd, bytes + fileSize, <u32>info.size - fileSize);
    if (n < 0) cli.complain(path, n);
    if (n <= 0) break;
    fileSize += n;
  }
  close(fd);
  return bytes;
}
let fileSize: u32 = 0;

function update(cli: CommandLine): void {
  if (cli.operands.length != 3) {
    cli.refuse("update wants a service and a file");
    return;
  }
  const bytes = readFile(cli, cli.operands[2]);
  if (cli.status == 0) ask(cli, SVC_UPDATE, cli.operands[1], bytes, fileSize);
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
    for (let i = 1; i < cli.operands.length; i++) ask(cli, op, cli.operands[i]);
  else if (word == "list" && cli.operands.length < 2) list(cli);
  else cli.refuse(op ? `${word} wants a service` : `unknown command ${word}`);
  return cli.finish();
}
