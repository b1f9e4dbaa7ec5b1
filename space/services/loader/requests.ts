// What LOADER_SPAWN and LOADER_OPEN do with a file once loads.ts has found it. Results: a value ≥ 0 with the answer's data in the message
// page, -errno, MORE: the job's path names another file that is wanted, or UNKNOWN: the file itself is wanted.

import { EACCES, ENOEXEC } from "../../../abi/errno";
import { message } from "../../lib/hnx_ipc";
import {
  FILE_KEY_SIZE,
  FileKey,
  Program,
  addProgram,
  describeFault,
  findProgram,
  imageFault,
  isExecutable,
  openError,
} from "../../lib/loader";
import { LOG_WARN, logLine } from "../../lib/log";
import { faultFor } from "./fault_text";
import { Job, pathOf } from "./jobs";
import { spawnProgram } from "./spawn";

export const MORE: i64 = i64.MIN_VALUE + 1;
export const UNKNOWN: i64 = i64.MIN_VALUE + 2;

/** Which file it is; set by loads.ts. */
export const fileKey: FileKey = changetype<FileKey>(memory.data(FILE_KEY_SIZE, 8));

/** Tells the caller and the operator why a file that somebody wanted to start cannot be. */
function refuseProgram(job: Job): void {
  const path = pathOf(job);
  const fault = describeFault(imageFault);
  faultFor(job.pid).bytes(path, job.pathLength).text(": not a program: ").text(fault);
  logLine.bytes(path, job.pathLength).text(": not a program: ").text(fault).write(LOG_WARN);
}

function spawnFrom(job: Job, program: Program | null): i64 {
  if (program === null) {
    if (openError == -ENOEXEC) refuseProgram(job);
    return openError;
  }
  const pid = spawnProgram(job, program);
  message().beginReply();
  return pid;
}

/** The file is known by fileKey; `mode` is its mode. */
export function useKnownFile(job: Job, mode: u32): i64 {
  if (!isExecutable(mode)) return -EACCES;
  const program = findProgram(fileKey);
  return program === null ? UNKNOWN : spawnFrom(job, program);
}

/** The file's bytes, of which copies must be kept where `keep` is set. */
export function useFile(job: Job, file: usize, size: u32, keep: bool): i64 {
  return spawnFrom(job, addProgram(file, size, fileKey, keep));
}
