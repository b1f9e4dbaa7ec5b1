// Builds a process from a program with the kernel's proc_… calls (abi/construct.ts). Called by init, for files of the boot archive
// (build()), and by the loader service, for any (buildProgram()); then proc_configure for what is special, then start(), or discard().
//
//   read-only, executable segments   the program's shared objects, mapped          writable ones   own memory, file bytes
//   linear memory                    CONFIG_MEMORY, static data written            stack           own memory, demand-zero
//   argument block                   written as it was given                       the rest is demand-zero
//
// On any failure the half-built process is killed, which gives back all that it had.

import { CONFIG_FLOATING_POINT, CONFIG_MEMORY, CONFIG_SYMBOLS } from "../../../abi/construct";
import { E2BIG, EACCES, ENOMEM } from "../../../abi/errno";
import { MAX_COPY_SLICE, MAX_PROCESS_NAME } from "../../../abi/limits";
import { ARGUMENT_BLOCK, ARGUMENT_BLOCK_SIZE, PROT_READ, PROT_WRITE } from "../../../abi/program";
import {
  SYS_KILL,
  SYS_PROC_CONFIGURE,
  SYS_PROC_CREATE,
  SYS_PROC_MAP,
  SYS_PROC_REGION,
  SYS_PROC_START,
  SYS_PROC_WRITE,
} from "../../../abi/syscall";
import { SIGKILL } from "../../../abi/wait";
import { syscall } from "../sys";
import { ArchiveFile } from "./archive";
import { FILE_KEY_SIZE, FileKey } from "./file_key";
import { Program, addProgram, findProgram, openError } from "./programs";
import { ProgramImage } from "./program_image";

const EXECUTE_PERMISSIONS: u32 = 0o111;
const SLASH: u32 = 0x2f;

/** What a process is built from, beside its program. Addresses are in this module's memory. */
@unmanaged
export class ProcessPlan {
  /** The held LOADER_SPAWN call whose caller becomes the parent; 0: the builder does. */
  token: u64;
  arguments: u32; // argument block
  argumentsSize: u32; // bytes
  memoryMaxPages: u32; // limit of its linear memory, 64 KiB pages; 0: the program's own
}
const PLAN_SIZE: u32 = 24;

/** The plan of the next build(). There is one, because nothing allocates. */
export const plan: ProcessPlan = changetype<ProcessPlan>(memory.data(PLAN_SIZE, 8));
const archiveKey: FileKey = changetype<FileKey>(memory.data(FILE_KEY_SIZE, 8));
let entry: u64 = 0;
let stackTop: u64 = 0;

/** Sets one of the CONFIG_… of a process that is being built. → ≥ 0 or -errno */
export function configure(pid: i32, what: u32, value: u64, extra: u64 = 0): i32 {
  return <i32>syscall(SYS_PROC_CONFIGURE, pid, what, value, extra, 0, 0);
}

/** Kills a process that is not started. */
export function discard(pid: i32): void {
  syscall(SYS_KILL, pid, SIGKILL, 0, 0, 0, 0);
}

/** Writes `size` bytes into the new process. 0 or -errno. */
function writeMemory(pid: i32, vaddr: u64, source: usize, size: u32): i32 {
  for (let done: u32 = 0; done < size;) {
    const slice = min(size - done, MAX_COPY_SLICE);
    const written = <i32>syscall(SYS_PROC_WRITE, pid, vaddr + done, source + done, slice, 0, 0);
    if (written < 0) return written;
    done += written;
  }
  return 0;
}

function placeSegments(pid: i32, program: Program): i32 {
  const image = program.image;
  for (let i: u32 = 0; i < image.segments; i++) {
    const segment = image.segment(i);
    const vaddr = segment.vaddr;
    const sizePages = segment.sizePages;
    const protection = segment.protection;
    let status = 0;
    if (segment.isWritable) {
      status = <i32>syscall(SYS_PROC_REGION, pid, vaddr, sizePages, protection, 0, 0);
      if (status >= 0) status = writeMemory(pid, vaddr, program.bytes + segment.fileOffset, segment.fileSize);
    } else {
      status = <i32>syscall(SYS_PROC_MAP, pid, vaddr, program.object(i), 0, sizePages, protection);
    }
    if (status < 0) return status;
  }
  return <i32>syscall(SYS_PROC_REGION, pid, image.stackBase, image.stackPages, PROT_READ | PROT_WRITE, 0, 0);
}

/** Linear memory with the static data and the argument block. 0 or -errno. */
function placeMemory(pid: i32, program: Program): i32 {
  const image = program.image;
  const maximum = plan.memoryMaxPages ? min(plan.memoryMaxPages, image.maximumPages) : image.maximumPages;
  if (maximum < image.initialPages) return -ENOMEM;
  let status = configure(pid, CONFIG_MEMORY, image.initialPages, maximum);
  if (status < 0) return status;
  status = writeMemory(pid, image.dataAddress, program.bytes + image.dataOffset, image.dataSize);
  if (status < 0) return status;
  return writeMemory(pid, ARGUMENT_BLOCK, plan.arguments, plan.argumentsSize);
}

function describeProgram(pid: i32, image: ProgramImage): i32 {
  let status = 0;
  if (image.usesFloatingPoint) status = configure(pid, CONFIG_FLOATING_POINT, 1);
  if (status >= 0 && image.symbolsSize)
    status = configure(pid, CONFIG_SYMBOLS, image.symbols, image.symbolsSize);
  return status;
}

/** Makes the process, named after the last component of its program's path. → pid or -errno */
function create(path: usize, pathLength: u32): i32 {
  let start = pathLength;
  while (start > 0 && <u32>load<u8>(path + start - 1) != SLASH) start--;
  const length = min(pathLength - start, MAX_PROCESS_NAME);
  return <i32>syscall(SYS_PROC_CREATE, path + start, length, plan.token, 0, 0, 0);
}

/**
 * Builds a process of `program`, found at `path`, after `plan`. → pid; it has the default rights and waits for start() or
 * discard(). -E2BIG; -ENOMEM: also when the plan's memory is less than the program needs; -EAGAIN; -ESRCH: the caller of
 * plan.token is gone.
 */
export function buildProgram(program: Program, path: usize, pathLength: u32): i32 {
  if (plan.argumentsSize > ARGUMENT_BLOCK_SIZE) return -E2BIG;
  const pid = create(path, pathLength);
  if (pid < 0) return pid;
  let status = placeMemory(pid, program);
  if (status >= 0) status = placeSegments(pid, program);
  if (status >= 0) status = describeProgram(pid, program.image);
  if (status < 0) {
    discard(pid);
    return status;
  }
  entry = program.image.entry;
  stackTop = program.image.stackTop;
  return pid;
}

/**
 * The program in a file of the boot archive, ready to be built; null: openError says why (-ENOEXEC: imageFault says more).
 */
export function openArchived(file: ArchiveFile): Program | null {
  archiveKey.setArchive(file.data, file.size);
  const known = findProgram(archiveKey);
  return known !== null ? known : addProgram(file.data, file.size, archiveKey, false);
}

/** Builds a process of a file of the boot archive. → as buildProgram(), and -EACCES, -ENOEXEC. */
export function build(file: ArchiveFile): i32 {
  if (!isExecutable(file.mode)) return -EACCES;
  const program = openArchived(file);
  return program === null ? openError : buildProgram(program, file.name, file.nameLength);
}

/** Whether a file of this mode may be started. */
export function isExecutable(mode: u32): bool {
  return (mode & EXECUTE_PERMISSIONS) != 0;
}

/** Starts the process that was built last. → pid, or -errno, and then it is gone */
export function start(pid: i32): i32 {
  const status = <i32>syscall(SYS_PROC_START, pid, entry, stackTop, 0, 0, 0);
  if (status >= 0) return pid;
  discard(pid);
  return status;
}
