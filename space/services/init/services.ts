// The processes of services: building one with the rights that the manifest gives, and putting it in the place of the last.

import {
  CONFIG_DENY_SEND,
  CONFIG_DEVICE,
  CONFIG_MESSAGE_PRIORITY,
  CONFIG_PRIORITY,
  CONFIG_PRIVILEGES,
  CONFIG_QUOTA,
  CONFIG_RECEIVE,
  SUPERVISED,
} from "../../../abi/construct";
import { EPID_CONSOLE, EPID_NETWORK, EPID_SUPERVISOR } from "../../../abi/endpoints";
import { ENOENT, ENOEXEC, ESRCH } from "../../../abi/errno";
import { ARGUMENT_BLOCK_SIZE } from "../../../abi/program";
import { SVC_RUNNING } from "../../../abi/svc";
import { SYS_PROC_INHERIT } from "../../../abi/syscall";
import { WNOHANG } from "../../../abi/wait";
import {
  ArchiveFile,
  build,
  configure,
  describeFault,
  discard,
  dropPrograms,
  findFile,
  imageFault,
  plan,
  start,
} from "../../lib/loader";
import { LOG_ERROR, LOG_WARN, LogLine, logLine } from "../../lib/log";
import { buildArguments } from "../../lib/process/arguments";
import { strerror } from "../../lib/process/errors";
import { clock_ns, wait4 } from "../../lib/process/process";
import { decodeUtf8 } from "../../lib/process/utf8";
import { syscall } from "../../lib/sys";
import { ServiceRecord, serviceAt } from "./manifest";
import { DEVICE_KIND_SHIFT, QUOTAS, QUOTA_KEEP, RESTART_NEVER } from "./manifest_layout";
import { stateOf } from "./service_table";

/** Argument of the console service: a person sits at the other end. */
const TERMINAL: string = "tty";
const DEVICE_INDEX_MASK: u32 = (1 << DEVICE_KIND_SHIFT) - 1;

let isOnTerminal: bool = false;
let networkArgument: string = "";

/** onTerminal: a person uses the console. */
export function setTerminal(onTerminal: bool): void {
  isOnTerminal = onTerminal;
}

/** argument: ip=…, what the boot arguments say of the network; "" nothing. */
export function setNetwork(argument: string): void {
  networkArgument = argument;
}

/** Begins a line with the service's name. */
export function lineFor(service: ServiceRecord): LogLine {
  return logLine.bytes(service.name, service.nameLength);
}

/** Gives a process that is being built the rights of its service. → ≥ 0 or -errno */
function giveRights(pid: i32, service: ServiceRecord): i32 {
  let status = configure(pid, CONFIG_PRIORITY, service.priority);
  if (status >= 0) status = configure(pid, CONFIG_MESSAGE_PRIORITY, service.messagePriority);
  if (status >= 0) status = configure(pid, CONFIG_PRIVILEGES, service.privileges);
  if (status >= 0 && service.endpoint) {
    const supervised = service.restart == RESTART_NEVER ? 0 : SUPERVISED;
    status = configure(pid, CONFIG_RECEIVE, service.endpoint, supervised);
  }
  for (let i: u32 = 0; i < service.devices && status >= 0; i++) {
    const device = service.device(i);
    status = configure(pid, CONFIG_DEVICE, device >> DEVICE_KIND_SHIFT, device & DEVICE_INDEX_MASK);
  }
  for (let i: u32 = 0; i < service.denied && status >= 0; i++) {
    status = configure(pid, CONFIG_DENY_SEND, service.deniedEndpoint(i));
  }
  if (status >= 0) status = configure(pid, CONFIG_DENY_SEND, EPID_SUPERVISOR);
  for (let which: u32 = 1; which <= QUOTAS && status >= 0; which++) {
    const limit = service.quota(which);
    if (limit != QUOTA_KEEP) status = configure(pid, CONFIG_QUOTA, which, limit);
  }
  return status;
}

/** The service's argument block, for the plan: its name, and for the console of a terminal that it is one. → its place */
function planArguments(service: ServiceRecord): usize {
  const argv = [decodeUtf8(service.name, service.nameLength)];
  if (isOnTerminal && service.endpoint == EPID_CONSOLE) argv.push(TERMINAL);
  if (networkArgument.length && service.endpoint == EPID_NETWORK) argv.push(networkArgument);
  const block = heap.alloc(ARGUMENT_BLOCK_SIZE);
  plan.arguments = <u32>block;
  plan.argumentsSize = buildArguments(argv, block); // a name and a word always fit
  return block;
}

/** Builds a process of the service from `file`, or from what it is made of otherwise (null). → pid, without its rights, or -errno */
export function buildService(i: u32, file: ArchiveFile | null): i32 {
  const service = serviceAt(i);
  let program = file === null ? stateOf(i).program : file;
  if (program === null) program = findFile(service.program, service.programLength);
  if (program === null) return -ENOENT;
  const block = planArguments(service);
  plan.token = 0;
  plan.memoryMaxPages = service.memoryMaxPages;
  const pid = build(program);
  heap.free(block);
  dropPrograms();
  return pid;
}

/**
 * Makes the process `pid`, just built, what serves: with its rights, the memory that the last one kept, and running. The last
 * one is dead. → pid or -errno, and then it is gone.
 */
export function installService(i: u32, pid: i32): i32 {
  const state = stateOf(i);
  const service = serviceAt(i);
  let status = giveRights(pid, service);
  if (status < 0) {
    discard(pid);
    return status;
  }
  if (state.corpse) inheritFrom(i, pid);
  status = start(pid); // what cannot be started is gone
  if (status < 0) return status;
  collectCorpse(i);
  state.pid = pid;
  state.state = SVC_RUNNING;
  state.misses = 0;
  state.started_ns = clock_ns();
  state.beat_ns = state.started_ns;
  return pid;
}

function inheritFrom(i: u32, pid: i32): void {
  const status = <i32>syscall(SYS_PROC_INHERIT, pid, stateOf(i).corpse, 0, 0, 0, 0);
  if (status >= 0 || status == -ESRCH) return; // -ESRCH: it kept nothing
  lineFor(serviceAt(i))
    .text(" starts without the memory of its last instance: ")
    .text(strerror(status))
    .write(LOG_WARN);
}

/** Nothing of the service's last process is needed any more. */
export function collectCorpse(i: u32): void {
  const state = stateOf(i);
  if (state.corpse) wait4(state.corpse, WNOHANG);
  state.corpse = 0;
}

/** Builds and starts service `i`, which does not run. → pid or -errno, which the log names */
export function startService(i: u32): i32 {
  const built = buildService(i, null);
  const pid = built < 0 ? built : installService(i, built);
  if (pid >= 0) return pid;
  const service = serviceAt(i);
  logLine.text("cannot start ").bytes(service.name, service.nameLength);
  logLine.text(" from ").bytes(service.program, service.programLength).text(": ").text(strerror(pid));
  if (pid == -ENOEXEC) logLine.text(": ").text(describeFault(imageFault));
  logLine.write(LOG_ERROR);
  return pid;
}
