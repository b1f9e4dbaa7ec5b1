// The loader's readers: child processes that ask for work (LOADER_READER, abi/reader.ts) and do it at the VFS. Started when there is
// work and none is idle, up to MAX_READERS; one that dies is forgotten, and its job fails.

import { CONFIG_DENY_SEND, CONFIG_PRIORITY } from "../../../abi/construct";
import { EPID_BLOCK, EPID_CONSOLE, EPID_NETWORK } from "../../../abi/endpoints";
import { SYS_WAIT4 } from "../../../abi/syscall";
import { WNOHANG } from "../../../abi/wait";
import { answerWithData, message, msgWrite } from "../../lib/hnx_ipc";
import { build, configure, findFile, plan, start } from "../../lib/loader";
import { syscall } from "../../lib/sys";
import { Job, jobAt, numberOf, pathOf } from "./jobs";

export const MAX_READERS: u32 = 2;
const READER_SIZE: usize = 16;
const READER_PRIORITY: u32 = 16;
const PATH_WINDOW: u32 = 0;
const ANY_CHILD: i32 = -1;

@unmanaged
export class Reader {
  token: u64; // of its call while it is idle, else 0
  pid: u32; // 0: there is none
  job: u32; // number of the job it has, 0: none
}
const table: usize = memory.data(32, 8); // MAX_READERS × READER_SIZE
// "/sbin/loader-reader"
const program: usize = memory.data<u8>([
  47, 115, 98, 105, 110, 47, 108, 111, 97, 100, 101, 114, 45, 114, 101, 97, 100, 101, 114,
]);
const PROGRAM_LENGTH: u32 = 19;

@inline
function readerAt(i: u32): Reader {
  return changetype<Reader>(table + <usize>i * READER_SIZE);
}

/** The reader with process id `pid`, or null. */
export function readerOf(pid: u32): Reader | null {
  for (let i: u32 = 0; i < MAX_READERS; i++) if (readerAt(i).pid == pid) return readerAt(i);
  return null;
}

function startReader(reader: Reader): void {
  const file = findFile(program, PROGRAM_LENGTH);
  if (file === null) return;
  plan.token = 0;
  plan.argumentsSize = 0;
  plan.memoryMaxPages = 0;
  const pid = build(file);
  if (pid < 0) return;
  configure(pid, CONFIG_PRIORITY, READER_PRIORITY);
  configure(pid, CONFIG_DENY_SEND, EPID_NETWORK);
  configure(pid, CONFIG_DENY_SEND, EPID_BLOCK);
  configure(pid, CONFIG_DENY_SEND, EPID_CONSOLE);
  if (start(pid) < 0) return;
  reader.pid = pid;
  reader.token = 0;
  reader.job = 0;
}

/** A reader that waits for work, or null; one more is started if there may be. */
export function idleReader(): Reader | null {
  for (let i: u32 = 0; i < MAX_READERS; i++) if (readerAt(i).token) return readerAt(i);
  for (let i: u32 = 0; i < MAX_READERS; i++) {
    const reader = readerAt(i);
    if (reader.pid) continue;
    startReader(reader);
    return null; // it will ask when it is there
  }
  return null;
}

/** Whether anybody will ever take a job. */
export function haveReaders(): bool {
  for (let i: u32 = 0; i < MAX_READERS; i++) if (readerAt(i).pid) return true;
  return false;
}

/** Builds the answer that gives `job` to a reader, whose call is `token`, in the message page. → false: the path is lost */
export function describeJob(job: Job, token: u64): bool {
  const path = pathOf(job);
  if (!path) return false;
  const m = message();
  m.beginReply().withU32(job.what);
  if (!job.isLong) {
    m.withStr(path, job.pathLength);
    return true;
  }
  m.withStr(0, 0).withU32(job.pathLength);
  return msgWrite(token, PATH_WINDOW, 0, path, job.pathLength) == <i32>job.pathLength;
}

/** Gives `job` to an idle reader. → false: the job's path is lost, and the reader is idle still */
export function giveJob(reader: Reader, job: Job): bool {
  const token = reader.token;
  if (!describeJob(job, token)) return false;
  reader.token = 0;
  reader.job = numberOf(job);
  answerWithData(token, 0); // if it has died, wait4 will tell
  return true;
}

/** The job of a reader that has died, or null; there may be more. Leaves in readerLost whether one had. */
export function takeLostJob(): Job | null {
  readerLost = false;
  const pid = <u32>syscall(SYS_WAIT4, <i64>ANY_CHILD, 0, WNOHANG, 0, 0, 0);
  if (<i32>pid <= 0) return null;
  readerLost = true;
  const reader = readerOf(pid);
  if (reader === null) return null;
  const job: Job | null = reader.job ? jobAt(reader.job) : null;
  reader.pid = 0;
  reader.token = 0;
  reader.job = 0;
  return job;
}
export let readerLost: bool = false;
