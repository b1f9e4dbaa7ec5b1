// Programs that are ready to be started: their checked image, one memory object for each read-only segment, which all processes of
// the program share, and the bytes that every process gets a copy of. Called by build.ts and by the loader service.
//
//   table of MAX_PROGRAMS records    bytes (0: free) · last use · key · object ids · ProgramImage
//
// A program is checked and its objects are filled when it is first started. Of a file in the boot archive the bytes stay where they
// are; of any other they are copied (keep), because the file's buffer is used again. When the table is full, or the kernel has no
// objects or memory left, the least recently used program is dropped; its objects go when its last process does.

import { EAGAIN, ENOEXEC, ENOMEM } from "../../../abi/errno";
import { SYS_OBJECT_CLOSE } from "../../../abi/syscall";
import { syscall } from "../sys";
import { IMAGE_OK } from "./faults";
import { FILE_KEY_SIZE, FileKey } from "./file_key";
import { checkImage } from "./image";
import { giveBytes, takeBytes } from "./kept_bytes";
import { makeSealedObject } from "./object";
import { MAX_SEGMENTS, PROGRAM_IMAGE_SIZE, ProgramImage } from "./program_image";

const MAX_PROGRAMS: u32 = 32;
const KEY: usize = 16;
const OBJECTS: usize = KEY + FILE_KEY_SIZE;
const IMAGE: usize = OBJECTS + MAX_SEGMENTS * 4;
const PROGRAM_SIZE: u32 = 16 + FILE_KEY_SIZE + MAX_SEGMENTS * 4 + PROGRAM_IMAGE_SIZE;

@unmanaged
export class Program {
  /** Address that the image's offsets count from; 0: the record is free. */
  bytes: u32;
  /** 1: they are this record's own copy. */
  keeps: u32;
  lastUse: u32;
  padding: u32;

  @inline get key(): FileKey {
    return changetype<FileKey>(changetype<usize>(this) + KEY);
  }

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
/** Why the last addProgram() failed with -ENOEXEC (faults.ts); IMAGE_OK when it did not. */
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
  if (program.keeps) giveBytes(program.bytes);
  program.bytes = 0;
  program.keeps = 0;
}

/** The least recently used program, or null when there is none but `except`. */
function leastRecentlyUsed(except: Program | null): Program | null {
  let oldest: Program | null = null;
  for (let i: u32 = 0; i < MAX_PROGRAMS; i++) {
    const program = programAt(i);
    if (program.bytes == 0 || program == except) continue;
    if (oldest === null || useClock - program.lastUse > useClock - oldest.lastUse) oldest = program;
  }
  return oldest;
}

/** A free record, by dropping a program if need be. */
function takeRecord(): Program {
  for (let i: u32 = 0; i < MAX_PROGRAMS; i++) {
    if (programAt(i).bytes == 0) return programAt(i);
  }
  const oldest = leastRecentlyUsed(null)!;
  dropProgram(oldest);
  return oldest;
}

/** Makes the least recently used program but `except` go, so that others have its objects and bytes. → whether there was one */
export function dropOldest(except: Program | null): bool {
  const oldest = leastRecentlyUsed(except);
  if (oldest === null) return false;
  dropProgram(oldest);
  return true;
}

/** Makes the objects of all read-only segments, dropping other programs while the kernel has no room. 0 or -errno. */
function makeObjects(program: Program, file: usize): i32 {
  const image = program.image;
  for (let i: u32 = 0; i < image.segments; i++) {
    const segment = image.segment(i);
    if (segment.isWritable) continue;
    let id = makeSealedObject(file + segment.fileOffset, segment.fileSize, segment.sizePages);
    while ((id == -EAGAIN || id == -ENOMEM) && dropOldest(program))
      id = makeSealedObject(file + segment.fileOffset, segment.fileSize, segment.sizePages);
    if (id < 0) return id;
    program.setObject(i, id);
  }
  return 0;
}

/** Copies what every process gets a copy of, static data and writable segments, out of the file. 0 or -ENOMEM. */
function keepBytes(program: Program, file: usize): i32 {
  const image = program.image;
  let size = image.dataSize;
  for (let i: u32 = 0; i < image.segments; i++) {
    if (image.segment(i).isWritable) size += image.segment(i).fileSize;
  }
  size = max(size, 1);
  let bytes = takeBytes(size);
  while (bytes == 0 && dropOldest(program)) bytes = takeBytes(size);
  if (bytes == 0) return -ENOMEM;
  program.bytes = <u32>bytes;
  program.keeps = 1;
  memory.copy(bytes, file + image.dataOffset, image.dataSize);
  image.dataOffset = 0;
  let at = image.dataSize;
  for (let i: u32 = 0; i < image.segments; i++) {
    const segment = image.segment(i);
    if (!segment.isWritable) continue;
    memory.copy(bytes + at, file + segment.fileOffset, segment.fileSize);
    segment.fileOffset = at;
    at += segment.fileSize;
  }
  return 0;
}

/** Why the last addProgram() gave null: -ENOEXEC (see imageFault), or what the kernel said. */
export let openError: i32 = 0;

/**
 * Takes the program of `size` bytes at `file` into the table under `key`. keep: the bytes at `file` will not stay. → the program,
 * ready to be started, valid until the next call; null: see openError.
 */
export function addProgram(file: usize, size: u32, key: FileKey, keep: bool): Program | null {
  const program = takeRecord();
  imageFault = checkImage(file, size, program.image);
  if (imageFault != IMAGE_OK) {
    openError = -ENOEXEC;
    return null;
  }
  program.bytes = <u32>file;
  program.keeps = 0;
  program.lastUse = ++useClock;
  program.key.copy(key);
  openError = makeObjects(program, file);
  if (openError == 0 && keep) openError = keepBytes(program, file);
  if (openError == 0) return program;
  dropProgram(program);
  return null;
}

/** The program that was taken in under `key`, or null. */
export function findProgram(key: FileKey): Program | null {
  imageFault = IMAGE_OK;
  for (let i: u32 = 0; i < MAX_PROGRAMS; i++) {
    const program = programAt(i);
    if (program.bytes == 0 || !program.key.equals(key)) continue;
    program.lastUse = ++useClock;
    return program;
  }
  return null;
}

/** Drops all programs: for whoever starts nothing more, so that text lives no longer than its processes. */
export function dropPrograms(): void {
  for (let i: u32 = 0; i < MAX_PROGRAMS; i++) {
    if (programAt(i).bytes != 0) dropProgram(programAt(i));
  }
}
