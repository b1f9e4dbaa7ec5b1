// What the kernel tells of all that it keeps: processes, endpoints, the log. Anybody may ask. Lists are walked by index: a call
// writes the record of the first one from there on and returns the index to go on with, 0 at the end.

import { EFAULT, EINVAL } from "../../../abi/errno";
import { MAX_ENDPOINTS, MAX_PROCESSES, MAX_PROCESS_NAME } from "../../../abi/limits";
import {
  ENDPOINT_INFO_SIZE,
  EndpointInfo,
  PROCESS_BUILDING,
  PROCESS_CALLING,
  PROCESS_INFO_SIZE,
  PROCESS_READY,
  PROCESS_RECEIVING,
  PROCESS_WAITING,
  PROCESS_ZOMBIE,
  ProcessInfo,
} from "../../../abi/process_info";
import { ENDPOINT_STATS_SIZE, Endpoint, endpointAt, getEndpointStats } from "../../../core/ipc/endpoint";
import {
  STATE_BUILDING,
  STATE_FREE,
  STATE_READY,
  STATE_RECEIVING,
  STATE_WAITING_CHILD,
  STATE_ZOMBIE,
  TOKEN_STEP,
  Thread,
  threadAt,
} from "../../../core/ipc/thread";
import { entryCounter } from "../../hal/hw";
import { LOG_BUFFER, LOG_SIZE } from "../../memory/layout";
import { logBytes } from "../../log/log";
import { ownedFrames } from "../../memory/page_table";
import { copyToUser } from "../../memory/user_copy";
import { nanosecondsOf } from "../../sched/timer";
import { Process, createdAddress, level1Of, nameAddress, processOf } from "../process";

const record: usize = memory.data(80, 8);
const stats: usize = memory.data(32, 8); // ENDPOINT_STATS_SIZE

/** Copies the record to the caller's `address`. → next */
function deliver(t: Thread, address: u64, size: u32, next: u32): i64 {
  return copyToUser(processOf(t), address, record, size) == size ? <i64>next : -EFAULT;
}

/** process_info(index, record, size). */
export function sysProcessInfo(t: Thread): i64 {
  if (t.x2 != <u64>PROCESS_INFO_SIZE) return -EINVAL;
  for (let slot = max<u64>(t.x0, 1); slot < MAX_PROCESSES; slot++) {
    const other = threadAt(<u32>slot);
    if (other.state == STATE_FREE) continue;
    describeProcess(other, processOf(other), changetype<ProcessInfo>(record));
    return deliver(t, t.x1, PROCESS_INFO_SIZE, <u32>slot + 1);
  }
  return 0;
}

function describeProcess(t: Thread, p: Process, info: ProcessInfo): void {
  const server = t.server;
  info.pid = t.pid;
  info.parent = p.parent;
  info.state = publicState(t.state);
  info.priority = t.priority;
  info.pages = t.state == STATE_ZOMBIE ? 0 : ownedFrames(level1Of(p));
  info.memoryPages = p.memoryPages;
  info.server = server ? server.pid : 0;
  info.nameLength = min(p.nameLength, MAX_PROCESS_NAME);
  info.name0 = load<u64>(nameAddress(p));
  info.name1 = load<u64>(nameAddress(p), 8);
  info.cpu_ns = nanosecondsOf(p.cpuTicks);
  info.calls = (t.token - p.firstToken) / TOKEN_STEP;
  info.started_ns = nanosecondsOf(load<u64>(createdAddress(p)) - entryCounter());
  info.received = 0;
  const first = t.owned;
  let ep = first;
  while (ep) {
    info.received += ep.calls;
    ep = ep.nextOwned;
    if (ep == first) break;
  }
}

function publicState(state: u32): u32 {
  if (state == STATE_BUILDING) return PROCESS_BUILDING;
  if (state == STATE_READY) return PROCESS_READY;
  if (state == STATE_RECEIVING) return PROCESS_RECEIVING;
  if (state == STATE_WAITING_CHILD) return PROCESS_WAITING;
  return state == STATE_ZOMBIE ? PROCESS_ZOMBIE : PROCESS_CALLING;
}

/** endpoint_info(index, record, size). */
export function sysEndpointInfo(t: Thread): i64 {
  if (t.x2 != <u64>ENDPOINT_INFO_SIZE) return -EINVAL;
  for (let index = max<u64>(t.x0, 1); index < MAX_ENDPOINTS; index++) {
    const ep = endpointAt(<u32>index);
    if (!ep.id) continue;
    describeEndpoint(ep, changetype<EndpointInfo>(record));
    return deliver(t, t.x1, ENDPOINT_INFO_SIZE, <u32>index + 1);
  }
  return 0;
}

/** The record is that of ep_stats (core/ipc/endpoint.ts) with the id. */
function describeEndpoint(ep: Endpoint, info: EndpointInfo): void {
  memory.fill(stats, 0, ENDPOINT_STATS_SIZE);
  getEndpointStats(ep.id, stats);
  info.id = ep.id;
  info.state = load<u32>(stats);
  info.owner = load<u32>(stats, 4);
  info.queued = load<u32>(stats, 8);
  info.stored = load<u32>(stats, 12);
  info.reserved = 0;
  info.received = load<u64>(stats, 16);
}

/** log_history(address, size): the last bytes of the log. → how many */
export function sysLogHistory(t: Thread): i64 {
  const written = logBytes();
  const size = <u32>min(t.x1, <u64>min(written, LOG_SIZE));
  const from = (written - size) & (LOG_SIZE - 1);
  const first = min(size, LOG_SIZE - from);
  const p = processOf(t);
  if (copyToUser(p, t.x0, LOG_BUFFER + from, first) != first) return -EFAULT;
  if (copyToUser(p, t.x0 + first, LOG_BUFFER, size - first) != size - first) return -EFAULT;
  return size;
}
