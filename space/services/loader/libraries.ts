// Libraries that are ready to be put into programs: their checked image, one sealed object with the code, which all programs share, and a
// copy of the note. A library is held while a job or an instance uses it; the others are dropped, least recently used first, for room.
//
//   table of MAX_LIBRARIES records    key · image · name

import { EAGAIN, ENOEXEC, ENOMEM } from "../../../abi/errno";
import { PAGE_SIZE } from "../../../abi/limits";
import { SYS_OBJECT_CLOSE } from "../../../abi/syscall";
import {
  FILE_KEY_SIZE,
  FileKey,
  IMAGE_OK,
  LIBRARY_IMAGE_SIZE,
  LibraryImage,
  checkLibrary,
  dropOldest,
  giveBytes,
  makeSealedObject,
  takeBytes,
} from "../../lib/loader";
import { syscall } from "../../lib/sys";

const MAX_LIBRARIES: u32 = 32;
const NAME_SIZE: u32 = 32; // of the file's name, for error texts; longer ones are cut
const KEY: usize = 24;
const IMAGE: usize = KEY + FILE_KEY_SIZE;
const NAME: usize = IMAGE + LIBRARY_IMAGE_SIZE;
const LIBRARY_SIZE: u32 = 128;
const SLASH: u32 = 0x2f;

@unmanaged
export class Library {
  object: u32; // id of the code's object; 0: the record is free
  users: u32; // jobs and instances
  lastUse: u32;
  textPages: u32;
  nameLength: u32;
  padding: u32;

  @inline get key(): FileKey {
    return changetype<FileKey>(changetype<usize>(this) + KEY);
  }
  @inline get image(): LibraryImage {
    return changetype<LibraryImage>(changetype<usize>(this) + IMAGE);
  }
  @inline get name(): usize {
    return changetype<usize>(this) + NAME;
  }
  @inline get dataPages(): u32 {
    return (this.image.dataSize + PAGE_SIZE - 1) / PAGE_SIZE;
  }

  /** Names it after the last component of its path. */
  setName(path: usize, pathLength: u32): void {
    let start = pathLength;
    while (start > 0 && <u32>load<u8>(path + start - 1) != SLASH) start--;
    this.nameLength = min(pathLength - start, NAME_SIZE);
    memory.copy(this.name, path + start, this.nameLength);
  }
}

const table: usize = makeTable();
let useClock: u32 = 0;
/** Why the last addLibrary() failed with -ENOEXEC (faults.ts). */
export let libraryFault: i32 = IMAGE_OK;
/** Why the last addLibrary() gave null. */
export let libraryError: i32 = 0;

function makeTable(): usize {
  const records = heap.alloc(MAX_LIBRARIES * LIBRARY_SIZE);
  memory.fill(records, 0, MAX_LIBRARIES * LIBRARY_SIZE);
  return records;
}

@inline
function libraryAt(i: u32): Library {
  return changetype<Library>(table + <usize>i * LIBRARY_SIZE);
}

/** The library that was taken in under `key`, or null. */
export function findLibrary(key: FileKey): Library | null {
  for (let i: u32 = 0; i < MAX_LIBRARIES; i++) {
    const library = libraryAt(i);
    if (library.object && library.key.equals(key)) return library;
  }
  return null;
}

/** Somebody uses the library from now on. */
export function holdLibrary(library: Library): void {
  library.users += 1;
  library.lastUse = ++useClock;
}
export function releaseLibrary(library: Library): void {
  library.users -= 1;
}

function dropLibrary(library: Library): void {
  syscall(SYS_OBJECT_CLOSE, library.object, 0, 0, 0, 0, 0);
  giveBytes(library.image.descriptor);
  library.object = 0;
}

/** Drops the least recently used library that nobody uses. → whether there was one */
function dropUnused(): bool {
  let oldest: Library | null = null;
  for (let i: u32 = 0; i < MAX_LIBRARIES; i++) {
    const library = libraryAt(i);
    if (!library.object || library.users) continue;
    if (oldest === null || useClock - library.lastUse > useClock - oldest.lastUse) oldest = library;
  }
  if (oldest === null) return false;
  dropLibrary(oldest);
  return true;
}

/** Makes room, first at the expense of libraries, then of programs. → whether any was made */
function makeRoom(): bool {
  return dropUnused() || dropOldest(null);
}

function freeRecord(): Library | null {
  for (let i: u32 = 0; i < MAX_LIBRARIES; i++) if (!libraryAt(i).object) return libraryAt(i);
  return dropUnused() ? freeRecord() : null;
}

/** Copies the note out of the file and makes the code's object. 0 or -errno, and then nothing is left */
function keep(library: Library, file: usize): i32 {
  const image = library.image;
  let copy = takeBytes(image.descriptorSize);
  while (!copy && makeRoom()) copy = takeBytes(image.descriptorSize);
  if (!copy) return -ENOMEM;
  memory.copy(copy, image.descriptor, image.descriptorSize);
  image.descriptor = <u32>copy;
  library.textPages = (image.textSize + PAGE_SIZE - 1) / PAGE_SIZE;
  const text = file + image.textOffset;
  let id = makeSealedObject(text, image.textSize, library.textPages);
  while ((id == -EAGAIN || id == -ENOMEM) && makeRoom())
    id = makeSealedObject(text, image.textSize, library.textPages);
  if (id < 0) {
    giveBytes(copy);
    return id;
  }
  library.object = id;
  return 0;
}

/** Takes in the library of `size` bytes at `file`, found at `path`, under `key`. → it, or null: see libraryError. */
export function addLibrary(
  file: usize,
  size: u32,
  key: FileKey,
  path: usize,
  pathLength: u32,
): Library | null {
  const library = freeRecord();
  libraryFault = IMAGE_OK;
  if (library === null) {
    libraryError = -EAGAIN;
    return null;
  }
  libraryFault = checkLibrary(file, size, library.image);
  libraryError = libraryFault == IMAGE_OK ? keep(library, file) : -ENOEXEC;
  if (libraryError < 0) return null;
  library.key.copy(key);
  library.users = 0;
  library.setName(path, pathLength);
  return library;
}
