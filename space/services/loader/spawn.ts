// LOADER_SPAWN once its file is known: the argument block and the attributes (abi/spawn.ts) are pulled from the caller's window, the
// process is built in the caller's name, and started. The kernel sees to it that it gets nothing that the caller lacks.

import {
  CONFIG_DENY_SEND,
  CONFIG_DESCRIPTOR,
  CONFIG_MESSAGE_PRIORITY,
  CONFIG_PRIORITY,
  CONFIG_QUOTA,
  NO_DESCRIPTOR,
} from "../../../abi/construct";
import { EPID_CONSOLE, EPID_VFS } from "../../../abi/endpoints";
import { EFAULT, EINVAL } from "../../../abi/errno";
import { ARGUMENT_BLOCK_SIZE } from "../../../abi/program";
import {
  MAX_SPAWN_DESCRIPTORS,
  SPAWN_ATTRIBUTES_SIZE,
  SPAWN_DENY,
  SPAWN_DENY_AT,
  SPAWN_DESCRIPTORS,
  SPAWN_DESCRIPTORS_AT,
  SPAWN_DESCRIPTOR_COUNT_AT,
  SPAWN_FLAGS_AT,
  SPAWN_KEEP,
  SPAWN_KNOWN,
  SPAWN_MEMORY,
  SPAWN_MEMORY_AT,
  SPAWN_MESSAGE_PRIORITY,
  SPAWN_MESSAGE_PRIORITY_AT,
  SPAWN_PRIORITY,
  SPAWN_PRIORITY_AT,
  SPAWN_QUOTAS,
  SPAWN_QUOTAS_AT,
  SPAWN_QUOTA_COUNT,
} from "../../../abi/spawn";
import { msgRead } from "../../lib/hnx_ipc";
import { Program, buildProgram, configure, discard, plan, start } from "../../lib/loader";
import { Job, pathOf } from "./jobs";

const ARGUMENT_WINDOW: u32 = 1;
const INHERITED_DESCRIPTORS: u32 = 3; // what a child has unless it is told otherwise
const DESCRIPTOR_PAIR: u32 = 4;
const ALL_ENDPOINTS: u32 = 0x3e; // bits 1–5

// Not static data: its zeros would lie in the program's file.
const window: usize = heap.alloc(SPAWN_ATTRIBUTES_SIZE + ARGUMENT_BLOCK_SIZE);
let flags: u32 = 0; // SPAWN_… of the attributes in the window, 0 without any

/** Pulls attributes and arguments into `window`. 0 or -errno */
function pullWindow(job: Job): i32 {
  const size = (job.argumentsWord & 0xffff) + (job.argumentsWord >> 16);
  if (size == 0) return 0;
  const copied = msgRead(job.token, ARGUMENT_WINDOW, 0, window, size);
  if (copied < 0) return copied;
  return <u32>copied == size ? 0 : -EFAULT;
}

/** Whether the attributes in the window can be understood. Sets `flags`. 0 or -EINVAL */
function checkAttributes(hasAttributes: bool): i32 {
  flags = hasAttributes ? load<u32>(window, SPAWN_FLAGS_AT) : 0;
  if ((flags & ~SPAWN_KNOWN) != 0) return -EINVAL;
  if ((flags & SPAWN_DENY) != 0 && (load<u32>(window, SPAWN_DENY_AT) & ~ALL_ENDPOINTS) != 0) return -EINVAL;
  if ((flags & SPAWN_MEMORY) != 0 && load<u32>(window, SPAWN_MEMORY_AT) == 0) return -EINVAL;
  if ((flags & SPAWN_DESCRIPTORS) == 0) return 0;
  return load<u32>(window, SPAWN_DESCRIPTOR_COUNT_AT) <= MAX_SPAWN_DESCRIPTORS ? 0 : -EINVAL;
}

/** The child has the listed descriptors and no others. ≥ 0 or -errno */
function giveDescriptors(pid: i32): i32 {
  let status = 0;
  for (let fd: u32 = 0; fd < INHERITED_DESCRIPTORS && status >= 0; fd++)
    status = configure(pid, CONFIG_DESCRIPTOR, fd, NO_DESCRIPTOR);
  const count = load<u32>(window, SPAWN_DESCRIPTOR_COUNT_AT);
  for (let i: u32 = 0; i < count && status >= 0; i++) {
    const pair = window + SPAWN_DESCRIPTORS_AT + i * DESCRIPTOR_PAIR;
    status = configure(pid, CONFIG_DESCRIPTOR, load<u16>(pair), load<u16>(pair, 2));
  }
  return status;
}

function giveLimits(pid: i32): i32 {
  let status = 0;
  for (let epid = EPID_VFS; epid <= EPID_CONSOLE && status >= 0; epid++) {
    const isDenied = (flags & SPAWN_DENY) != 0 && ((load<u32>(window, SPAWN_DENY_AT) >> epid) & 1) != 0;
    if (isDenied) status = configure(pid, CONFIG_DENY_SEND, epid);
  }
  for (let i: u32 = 0; i < SPAWN_QUOTA_COUNT && (flags & SPAWN_QUOTAS) != 0 && status >= 0; i++) {
    const limit = load<u32>(window + SPAWN_QUOTAS_AT + (i << 2));
    if (limit != SPAWN_KEEP) status = configure(pid, CONFIG_QUOTA, i + 1, limit); // QUOTA_… begin at 1
  }
  return status;
}

/** Gives the process that is being built what the attributes say. ≥ 0 or -errno */
function applyAttributes(pid: i32): i32 {
  let status = 0;
  if ((flags & SPAWN_PRIORITY) != 0)
    status = configure(pid, CONFIG_PRIORITY, load<u32>(window, SPAWN_PRIORITY_AT));
  if ((flags & SPAWN_MESSAGE_PRIORITY) != 0 && status >= 0)
    status = configure(pid, CONFIG_MESSAGE_PRIORITY, load<u32>(window, SPAWN_MESSAGE_PRIORITY_AT));
  if ((flags & SPAWN_DESCRIPTORS) != 0 && status >= 0) status = giveDescriptors(pid);
  return status >= 0 ? giveLimits(pid) : status;
}

/** Starts `program` for the job's caller. → pid or -errno */
export function spawnProgram(job: Job, program: Program): i32 {
  const path = pathOf(job);
  let status = path ? pullWindow(job) : -EFAULT;
  const attributesSize = job.argumentsWord >> 16;
  if (status >= 0) status = checkAttributes(attributesSize != 0);
  if (status < 0) return status;
  plan.token = job.token;
  plan.arguments = <u32>window + attributesSize;
  plan.argumentsSize = job.argumentsWord & 0xffff;
  plan.memoryMaxPages = (flags & SPAWN_MEMORY) != 0 ? load<u32>(window, SPAWN_MEMORY_AT) : 0;
  const pid = buildProgram(program, path, job.pathLength);
  if (pid < 0) return pid;
  status = flags ? applyAttributes(pid) : 0;
  if (status >= 0) return start(pid);
  discard(pid);
  return status;
}
