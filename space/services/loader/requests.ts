// What LOADER_SPAWN and LOADER_OPEN do with a file once loads.ts has found it. Results: a value ≥ 0 with the answer's data in the message
// page, -errno, or those of results.ts.

import { EACCES, ENOEXEC } from "../../../abi/errno";
import { LOADER_SPAWN } from "../../../abi/ops";
import { message } from "../../lib/hnx_ipc";
import {
  FILE_KEY_SIZE,
  FileKey,
  Program,
  addProgram,
  describeFault,
  describeLibraryFault,
  findProgram,
  imageFault,
  isExecutable,
  openError,
} from "../../lib/loader";
import { LOG_WARN, logLine } from "../../lib/log";
import { openLibrary } from "./closure";
import { faultFor } from "./fault_text";
import { Job, pathOf } from "./jobs";
import { addLibrary, findLibrary, libraryError, libraryFault } from "./libraries";
import { UNKNOWN } from "./results";
import { spawnProgram } from "./spawn";

/** "#!": who asked for it goes on with its interpreter (space/lib/process/script.ts), and there is nothing wrong. */
const SCRIPT_MARK: u16 = 0x2123;

/** Which file it is; set by loads.ts. */
export const fileKey: FileKey = changetype<FileKey>(memory.data(FILE_KEY_SIZE, 8));

/** Tells the caller and the operator why a file that somebody wanted to start or open cannot be. */
function refuse(job: Job, kind: string, fault: string, isLogged: bool): void {
  const path = pathOf(job);
  faultFor(job.pid).bytes(path, job.pathLength).text(kind).text(fault);
  if (isLogged) logLine.bytes(path, job.pathLength).text(kind).text(fault).write(LOG_WARN);
}

function spawnFrom(job: Job, program: Program | null, isScript: bool): i64 {
  if (program === null) {
    if (openError == -ENOEXEC) refuse(job, ": not a program: ", describeFault(imageFault), !isScript);
    return openError;
  }
  const pid = spawnProgram(job, program);
  message().beginReply();
  return pid;
}

/** The file is known by fileKey; `mode` is its mode. */
export function useKnownFile(job: Job, mode: u32): i64 {
  if (job.op != LOADER_SPAWN) {
    const library = findLibrary(fileKey);
    return library === null ? UNKNOWN : openLibrary(job, library);
  }
  if (!isExecutable(mode)) return -EACCES;
  const program = findProgram(fileKey);
  return program === null ? UNKNOWN : spawnFrom(job, program, false);
}

/** The file's bytes, of which copies must be kept where `keep` is set. */
export function useFile(job: Job, file: usize, size: u32, keep: bool): i64 {
  if (job.op != LOADER_SPAWN) {
    const path = pathOf(job);
    const library = addLibrary(file, size, fileKey, path, job.pathLength);
    if (library !== null) return openLibrary(job, library);
    if (libraryError == -ENOEXEC) refuse(job, ": not a library: ", describeLibraryFault(libraryFault), true);
    return libraryError;
  }
  const isScript = size >= sizeof<u16>() && load<u16>(file) == SCRIPT_MARK;
  return spawnFrom(job, addProgram(file, size, fileKey, keep), isScript);
}
