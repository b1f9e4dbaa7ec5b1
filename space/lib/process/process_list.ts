// All processes and all endpoints, one after the other, as the kernel tells of them.
//
//   const entry = new ProcessEntry();
//   for (let at = 0; (at = nextProcess(at, entry)) > 0;) … entry.pid, entry.name …

import { ENDPOINT_INFO_SIZE, EndpointInfo, PROCESS_INFO_SIZE, ProcessInfo } from "../../../abi/process_info";
import { MAX_PROCESS_NAME } from "../../../abi/limits";
import { SYS_ENDPOINT_INFO, SYS_PROCESS_INFO } from "../../../abi/syscall";
import { syscall } from "../sys";
import { decodeUtf8 } from "./utf8";

export class ProcessEntry {
  pid: i32 = 0;
  parent: i32 = 0;
  name: string = "";
  state: u32 = 0;
  priority: u32 = 0;
  pages: u32 = 0;
  cpu_ns: u64 = 0;
  calls: u64 = 0;
  received: u64 = 0;
  started_ns: u64 = 0;
}

let record: usize = 0;

/** The next process from `index` on. → the index to go on with; 0: there is none; -errno */
export function nextProcess(index: i32, entry: ProcessEntry): i32 {
  if (!record) record = heap.alloc(max(PROCESS_INFO_SIZE, ENDPOINT_INFO_SIZE));
  const next = <i32>syscall(SYS_PROCESS_INFO, index, record, PROCESS_INFO_SIZE, 0, 0, 0);
  if (next <= 0) return next;
  const info = changetype<ProcessInfo>(record);
  entry.pid = <i32>info.pid;
  entry.parent = <i32>info.parent;
  entry.name = decodeUtf8(record + offsetof<ProcessInfo>("name0"), min(info.nameLength, MAX_PROCESS_NAME));
  entry.state = info.state;
  entry.priority = info.priority;
  entry.pages = info.pages;
  entry.cpu_ns = info.cpu_ns;
  entry.calls = info.calls;
  entry.received = info.received;
  entry.started_ns = info.started_ns;
  return next;
}

export class EndpointEntry {
  id: u32 = 0;
  state: u32 = 0;
  owner: i32 = 0;
  queued: u32 = 0;
  received: u64 = 0;
}

/** The next endpoint from `index` on. → as nextProcess() */
export function nextEndpoint(index: i32, entry: EndpointEntry): i32 {
  if (!record) record = heap.alloc(max(PROCESS_INFO_SIZE, ENDPOINT_INFO_SIZE));
  const next = <i32>syscall(SYS_ENDPOINT_INFO, index, record, ENDPOINT_INFO_SIZE, 0, 0, 0);
  if (next <= 0) return next;
  const info = changetype<EndpointInfo>(record);
  entry.id = info.id;
  entry.state = info.state;
  entry.owner = <i32>info.owner;
  entry.queued = info.queued;
  entry.received = info.received;
  return next;
}
