// Programs that are ready to be started: their checked image, and one memory object for each read-only segment, which all
// processes of the program share. Called by build.ts.
//
//   table of MAX_PROGRAMS records    data address (0: free) · last use · object ids · ProgramImage
//
// A program is checked and its objects are filled when it is first started. When the table is full, or the kernel has no
// objects or memory left, the least recently used program is dropped; its objects go when its last process does.

import { MAX_COPY_SLICE, PAGE_SIZE } from "../../../abi/limits";
import { EAGAIN, ENOEXEC, ENOMEM } from "../../../abi/errno";
import { SYS_OBJECT_CLOSE, SYS_OBJECT_CREATE, SYS_OBJECT_SEAL, SYS_OBJECT_WRITE } from "../../../abi/syscall";
import { syscall } from "../sys";
import { ArchiveFile } from "./archive";
import { IMAGE_OK } from "./faults";
import { checkImage } from "./image";
import { MAX_SEGMENTS, PROGRAM_IMAGE_SIZE, ProgramImage, Segment } from "./program_image";

const MAX_PROGRAMS: u32 = 32;
const OBJECTS: usize = 8;
const IMAGE: usize = OBJECTS + MAX_SEGMENTS * 4;
const PROGRAM_SIZE: u32 = 8 + MAX_SEGMENTS * 4 + PROGRAM_IMAGE_SIZE;

@unmanaged
export class Program {
  /** Address of the file's bytes; 0: the record is free. */
  data: u32;
  lastUse: u32;

  @inline get image(): ProgramImage {
    return changetype<ProgramImage>(changetype<usize>(this) + IMAGE);
  }

  /** The object that holds segment `i`, or 0 when the segment is writable. */
  @inline object(i: u32): u32 {
    return load<u32>(changetype<usize>(this) + OBJECTS + ((<usize>i) << 2));
  }

  @inline setObject(i: u32, id: u32): void {
    store<u32>(changetype<usize>(this) + OBJECTS + ((<usize>i) << 2), id);
  }
}

const table: usize = makeTable();
let useClock: u32 = 0;
/** Why the last openProgram() failed with -ENOEXEC (faults.ts); IMAGE_OK when it did not. */
export let imageFault: i32 = IMAGE_OK;

/** Not static: its zeros would lie in the program's file. */
function makeTable(): usize {
  const records = heap.alloc(MAX_PROGRAMS * PROGRAM_SIZE);
  memory.fill(records, 0, MAX_PROGRAMS * PROGRAM_SIZE);
  return records;
}

@inline
function programAt(i: u32): Program {
  return changetype<Program>(table + <usize>i * PROGRAM_SIZE);
}

/** Gives the program's objects back and frees its record. */
function dropProgram(program: Program): void {
  for (let i: u32 = 0; i < MAX_SEGMENTS; i++) {
    const id = program.object(i);
    if (id) syscall(SYS_OBJECT_CLOSE, id, 0, 0, 0, 0, 0);
    program.setObject(i, 0);
  }
  program.data = 0;
}

/** The least recently used program, or null when there is none but `except`. */
function leastRecentlyUsed(except: Program | null): Program | null {
  let oldest: Program | null = null;
  for (let i: u32 = 0; i < MAX_PROGRAMS; i++) {
    const program = programAt(i);
    if (program.data == 0 || program == except) continue;
    if (oldest === null || useClock - program.lastUse > useClock - oldest.lastUse) oldest = program;
  }
  return oldest;
}

/** A free record, by dropping a program if need be. */
function takeRecord(): Program {
  for (let i: u32 = 0; i < MAX_PROGRAMS; i++) {
    if (programAt(i).data == 0) return programAt(i);
  }
  const oldest = leastRecentlyUsed(null)!;
  dropProgram(oldest);
  return oldest;
}

/** Copies `size` bytes to the start of object `id`. 0 or -errno. */
function fillObject(id: u32, source: usize, size: u32): i32 {
  for (let done: u32 = 0; done < size;) {
    const slice = min(size - done, MAX_COPY_SLICE);
    const written = <i32>syscall(SYS_OBJECT_WRITE, id, done, source + done, slice, 0, 0);
    if (written < 0) return written;
    done += written;
  }
  return 0;
}

/** Makes the object of a read-only segment of the file at `file`. → its id, or -errno with nothing left behind */
function makeObject(file: usize, segment: Segment): i32 {
  const id = <i32>syscall(SYS_OBJECT_CREATE, segment.sizePages, 0, 0, 0, 0, 0);
  if (id < 0) return id;
  let status = fillObject(id, file + segment.fileOffset, segment.fileSize);
  if (status == 0) status = <i32>syscall(SYS_OBJECT_SEAL, id, 0, 0, 0, 0, 0);
  if (status >= 0) return id;
  syscall(SYS_OBJECT_CLOSE, id, 0, 0, 0, 0, 0);
  return status;
}

/** Makes the objects of all read-only segments, dropping other programs while the kernel has no room. 0 or -errno. */
function makeObjects(program: Program): i32 {
  const image = program.image;
  for (let i: u32 = 0; i < image.segments; i++) {
    if (image.segment(i).isWritable) continue;
    let id = makeObject(program.data, image.segment(i));
    while (id == -EAGAIN || id == -ENOMEM) {
      const oldest = leastRecentlyUsed(program);
      if (oldest === null) return id;
      dropProgram(oldest);
      id = makeObject(program.data, image.segment(i));
    }
    if (id < 0) return id;
    program.setObject(i, id);
  }
  return 0;
}

function addProgram(file: ArchiveFile): Program | null {
  const program = takeRecord();
  imageFault = checkImage(file.data, file.size, program.image);
  if (imageFault != IMAGE_OK) {
    openError = -ENOEXEC;
    return null;
  }
  program.data = file.data;
  openError = makeObjects(program);
  if (openError == 0) return program;
  dropProgram(program);
  return null;
}

/** -errno of the last openProgram() that gave null: -ENOEXEC (see imageFault), or what the kernel said. */
export let openError: i32 = 0;

/** The program in `file`, ready to be started; null: see openError. Valid until the next call. */
export function openProgram(file: ArchiveFile): Program | null {
  useClock++;
  let program: Program | null = null;
  for (let i: u32 = 0; i < MAX_PROGRAMS && program === null; i++) {
    if (programAt(i).data == file.data) program = programAt(i);
  }
  imageFault = IMAGE_OK;
  if (program === null) program = addProgram(file);
  if (program !== null) program.lastUse = useClock;
  return program;
}

/** Drops all programs: for whoever starts nothing more, so that text lives no longer than its processes. */
export function dropPrograms(): void {
  for (let i: u32 = 0; i < MAX_PROGRAMS; i++) {
    if (programAt(i).data != 0) dropProgram(programAt(i));
  }
}
