// The services of the manifest: starting them in its order, asking each whether it serves, and telling of their deaths.

import {
  CONFIG_DENY_SEND,
  CONFIG_DEVICE,
  CONFIG_MESSAGE_PRIORITY,
  CONFIG_PRIORITY,
  CONFIG_PRIVILEGES,
  CONFIG_QUOTA,
  CONFIG_RECEIVE,
} from "../../../abi/construct";
import { EPID_CONSOLE } from "../../../abi/endpoints";
import { ENOENT, ENOEXEC } from "../../../abi/errno";
import { OP_DESCRIBE } from "../../../abi/ops";
import { ARGUMENT_BLOCK_SIZE } from "../../../abi/program";
import { ipcCallService, request } from "../../lib/hnx_ipc";
import {
  build,
  configure,
  describeFault,
  discard,
  findFile,
  imageFault,
  plan,
  start,
} from "../../lib/loader";
import { LOG_ERROR, LogLine, logLine } from "../../lib/log";
import { buildArguments } from "../../lib/process/arguments";
import { strerror } from "../../lib/process/errors";
import { decodeUtf8 } from "../../lib/process/utf8";
import { ServiceRecord, serviceAt, serviceCount } from "./manifest";
import { DEVICE_KIND_SHIFT, MAX_SERVICES, QUOTAS, QUOTA_KEEP } from "./manifest_layout";

/** How long a service may take until it answers for the first time. */
const DESCRIBE_TIMEOUT_NS: i64 = 5_000_000_000;
/** Argument of the console service: a person sits at the other end. */
const TERMINAL: string = "tty";
const DEVICE_INDEX_MASK: u32 = (1 << DEVICE_KIND_SHIFT) - 1;
const SIGNAL_MASK: u32 = 0x7f;
const EXIT_CODE_SHIFT: u32 = 8;
const EXIT_CODE_MASK: u32 = 0xff;

const processes = new StaticArray<i32>(MAX_SERVICES); // process ids by service; 0: it does not run

/** Begins a line with the service's name. */
function lineFor(service: ServiceRecord): LogLine {
  return logLine.bytes(service.name, service.nameLength);
}

/** Gives a process that is being built the rights of its service. → ≥ 0 or -errno */
function giveRights(pid: i32, service: ServiceRecord): i32 {
  let status = configure(pid, CONFIG_PRIORITY, service.priority);
  if (status >= 0) status = configure(pid, CONFIG_MESSAGE_PRIORITY, service.messagePriority);
  if (status >= 0) status = configure(pid, CONFIG_PRIVILEGES, service.privileges);
  if (status >= 0 && service.endpoint) status = configure(pid, CONFIG_RECEIVE, service.endpoint);
  for (let i: u32 = 0; i < service.devices && status >= 0; i++) {
    const device = service.device(i);
    status = configure(pid, CONFIG_DEVICE, device >> DEVICE_KIND_SHIFT, device & DEVICE_INDEX_MASK);
  }
  for (let i: u32 = 0; i < service.denied && status >= 0; i++) {
    status = configure(pid, CONFIG_DENY_SEND, service.deniedEndpoint(i));
  }
  for (let which: u32 = 1; which <= QUOTAS && status >= 0; which++) {
    const limit = service.quota(which);
    if (limit != QUOTA_KEEP) status = configure(pid, CONFIG_QUOTA, which, limit);
  }
  return status;
}

/** The service's argument block, for the plan: its name, and for the console of a terminal that it is one. */
function planArguments(service: ServiceRecord, onTerminal: bool): void {
  const argv = [decodeUtf8(service.name, service.nameLength)];
  if (onTerminal && service.endpoint == EPID_CONSOLE) argv.push(TERMINAL);
  const block = heap.alloc(ARGUMENT_BLOCK_SIZE);
  plan.arguments = <u32>block;
  plan.argumentsSize = buildArguments(argv, block); // a name and a word always fit
}

/** Builds and starts the process of a service. → pid or -errno */
function startProcess(service: ServiceRecord, onTerminal: bool): i32 {
  const file = findFile(service.program, service.programLength);
  if (file === null) return -ENOENT;
  planArguments(service, onTerminal);
  plan.token = 0;
  plan.memoryMaxPages = service.memoryMaxPages;
  const pid = build(file);
  if (pid < 0) return pid;
  const status = giveRights(pid, service);
  if (status >= 0) return start(pid);
  discard(pid);
  return status;
}

/** Starts every service of the manifest. onTerminal: a person uses the console. → how many could not be started */
export function startServices(onTerminal: bool): u32 {
  let failures: u32 = 0;
  for (let i: u32 = 0; i < serviceCount; i++) {
    const service = serviceAt(i);
    const pid = startProcess(service, onTerminal);
    processes[i] = max(pid, 0);
    if (pid >= 0) continue;
    failures++;
    logLine.text("cannot start ").bytes(service.name, service.nameLength);
    logLine.text(" from ").bytes(service.program, service.programLength).text(": ").text(strerror(pid));
    if (pid == -ENOEXEC) logLine.text(": ").text(describeFault(imageFault));
    logLine.write(LOG_ERROR);
  }
  return failures;
}

/** Waits until every running service has answered OP_DESCRIBE. → how many did not */
export function waitForServices(): u32 {
  let failures: u32 = 0;
  for (let i: u32 = 0; i < serviceCount; i++) {
    const service = serviceAt(i);
    if (processes[i] == 0 || service.endpoint == 0) continue;
    const code = ipcCallService(service.endpoint, request(OP_DESCRIBE), DESCRIBE_TIMEOUT_NS);
    if (code >= 0) continue;
    failures++;
    lineFor(service).text(" does not answer on endpoint ").number(service.endpoint);
    logLine.text(": ").text(strerror(code)).write(LOG_ERROR);
  }
  return failures;
}

/** Says that a service died, if `pid` was one. status: its status word. */
export function logDeath(pid: i32, status: u32): void {
  for (let i: u32 = 0; i < serviceCount; i++) {
    if (processes[i] != pid) continue;
    processes[i] = 0;
    lineFor(serviceAt(i)).text(" (pid ").number(pid).text(") died: ");
    const signal = status & SIGNAL_MASK;
    if (signal) logLine.text("killed by signal ").number(signal);
    else logLine.text("exit status ").number((status >> EXIT_CODE_SHIFT) & EXIT_CODE_MASK);
    logLine.write(LOG_ERROR);
  }
}
