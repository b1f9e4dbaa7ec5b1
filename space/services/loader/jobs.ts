// Requests that wait for a file: LOADER_SPAWN and LOADER_OPEN. A job keeps the caller's token and its path; a longer path stays in
// the caller's window, which it cannot take away while it waits. A caller waits for one job at a time, and there are no more
// callers than processes, so the table is never too small.
//
//   free list ── newJob ──▶ queue, first in first out ── nextJob ──▶ with a reader ── endJob ──▶ free list

import { MAX_CLOSURE } from "../../../abi/library";
import { MAX_PATH, MAX_PROCESSES } from "../../../abi/limits";
import { EFAULT } from "../../../abi/errno";
import { msgRead } from "../../lib/hnx_ipc";

const PATH_WINDOW: u32 = 0;
const CLOSURE: usize = 48;
const EDGES: usize = CLOSURE + MAX_CLOSURE * 4;
const PATH: usize = EDGES + MAX_CLOSURE * MAX_CLOSURE;
const JOB_SIZE: u32 = 400; // with the longest path that a request can hold
const TOKEN_SLOT_MASK: u64 = MAX_PROCESSES - 1;

@unmanaged
export class Job {
  token: u64; // 0: free, or its caller has gone
  pid: u32; // the caller
  op: u32; // LOADER_SPAWN or LOADER_OPEN
  argumentsWord: u32; // LOADER_SPAWN: argument bytes | attribute bytes << 16
  what: u32; // READER_… that it waits for
  tries: u32; // times that the VFS was lost
  next: u32; // number of the next job in its list, 0: none
  pathLength: u32; // bytes
  isLong: u32; // 1: the path is in the caller's window
  closureSize: u8; // LOADER_OPEN, closure.ts: libraries found so far, which of them is looked at, which of its needs is
  closureAt: u8;
  closureNeed: u8;
  padding: u8;
  reserved: u32;

  /** Address of library record `i` of the closure: the one asked for, then what it needs. */
  @inline closure(i: u32): usize {
    return load<u32>(changetype<usize>(this) + CLOSURE + ((<usize>i) << 2));
  }
  @inline setClosure(i: u32, record: usize): void {
    store<u32>(changetype<usize>(this) + CLOSURE + ((<usize>i) << 2), <u32>record);
  }

  /** Which library of the closure need `k` of library `i` is, + 1; 0: not known yet. */
  @inline edge(i: u32, k: u32): u32 {
    return load<u8>(changetype<usize>(this) + EDGES + i * MAX_CLOSURE + k);
  }
  @inline setEdge(i: u32, k: u32, value: u32): void {
    store<u8>(changetype<usize>(this) + EDGES + i * MAX_CLOSURE + k, <u8>value);
  }

  /** Sets a path of up to MAX_STRING bytes. */
  setPath(source: usize, length: u32): void {
    this.isLong = 0;
    this.pathLength = length;
    memory.copy(changetype<usize>(this) + PATH, source, length);
  }
}

const table: usize = heap.alloc(MAX_PROCESSES * JOB_SIZE); // not static: its zeros would lie in the program's file
const longPath: usize = heap.alloc(MAX_PATH);
let freeJob: u32 = 0;
let freshJobs: u32 = 0;
let firstJob: u32 = 0;
let lastJob: u32 = 0;

/** The job of a number ≥ 1. */
@inline
export function jobAt(number: u32): Job {
  return changetype<Job>(table + <usize>(number - 1) * JOB_SIZE);
}

@inline
export function numberOf(job: Job): u32 {
  return <u32>(changetype<usize>(job) - table) / JOB_SIZE + 1;
}

/** A job for the call `token`, not queued yet; null: there are more than processes. */
export function newJob(token: u64, pid: u32, op: u32): Job | null {
  let number = freeJob;
  if (number) freeJob = jobAt(number).next;
  else if (freshJobs < MAX_PROCESSES) number = ++freshJobs;
  else return null;
  const job = jobAt(number);
  memory.fill(changetype<usize>(job), 0, PATH);
  job.token = token;
  job.pid = pid;
  job.op = op;
  return job;
}

export function queueJob(job: Job): void {
  job.next = 0;
  const number = numberOf(job);
  if (firstJob) jobAt(lastJob).next = number;
  else firstJob = number;
  lastJob = number;
}

/** Takes the first job off the queue, or null. */
export function nextJob(): Job | null {
  if (!firstJob) return null;
  const job = jobAt(firstJob);
  firstJob = job.next;
  return job;
}

export function endJob(job: Job): void {
  job.token = 0;
  job.next = freeJob;
  freeJob = numberOf(job);
}

/** Calls of a caller's slot up to `token` are cancelled: nobody waits for their jobs any more. */
export function cancelJobs(token: u64): void {
  for (let number: u32 = 1; number <= freshJobs; number++) {
    const job = jobAt(number);
    const isSameSlot = ((job.token ^ token) & TOKEN_SLOT_MASK) == 0;
    if (job.token && isSameSlot && job.token <= token) job.token = 0;
  }
}

/** The address of a job's path of job.pathLength bytes, valid until the next call; 0: it cannot be read any more. */
export function pathOf(job: Job): usize {
  if (!job.isLong) return changetype<usize>(job) + PATH;
  const copied = msgRead(job.token, PATH_WINDOW, 0, longPath, job.pathLength);
  return copied == <i32>job.pathLength ? longPath : 0;
}

/** Takes a path of `length` ≤ MAX_PATH bytes from the caller's window. 0 or -errno */
export function takeLongPath(job: Job, length: u32): i32 {
  job.isLong = 1;
  job.pathLength = length;
  const copied = msgRead(job.token, PATH_WINDOW, 0, longPath, length);
  if (copied < 0) return copied;
  return copied == <i32>length ? 0 : -EFAULT;
}
