// Files, in the shapes of Node's fs with "Sync" in the name (docs/LIBRARY.md). Where Node throws: null, false or -1, and
// lastError() says why. Paths are strings; contents are Uint8Array, or string for UTF-8 text.
//
//   const text = readTextFileSync("/etc/motd");
//   if (text === null) console.error(lastErrorMessage());

import { EFBIG, EISDIR, ENOENT } from "../../../abi/errno";
import {
  DirectoryReader,
  O_APPEND,
  O_CREAT,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  Stat,
  close,
  copyFile,
  fstat,
  mkdir,
  open,
  read,
  rename,
  rmdir,
  stat,
  unlink,
  writeBytes,
} from "../fs";
import { decodeUtf8 } from "../process/utf8";
import { note } from "./errors";

/** What readFileSync takes at most: a program's memory is not for more. */
const FILE_BYTES_MAX: u64 = 256 << 20;
/** Of a file that does not say how large it is (a device, /proc), read at a time. */
const CHUNK_BYTES: i32 = 4096;
const NS_PER_MS: f64 = 1e6;
const PERMISSION_BITS: u32 = 0o7777;

/** As Node's fs.Stats. Times are milliseconds since boot until the machine has a wall clock. */
export class Stats {
  size: f64 = 0;
  /** Permission bits and type. */
  mode: u32 = 0;
  nlink: u32 = 0;
  ino: u32 = 0;
  mtimeMs: f64 = 0;
  private directory: bool = false;
  private file: bool = false;

  constructor(record: Stat) {
    this.size = <f64>record.size;
    this.mode = record.mode;
    this.nlink = record.links;
    this.ino = record.inode;
    this.mtimeMs = <f64>record.mtime_ns / NS_PER_MS;
    this.directory = record.isDirectory;
    this.file = record.isFile;
  }

  isDirectory(): bool {
    return this.directory;
  }
  isFile(): bool {
    return this.file;
  }
}

/** A whole file. null: -ENOENT, -EISDIR, -EFBIG more than 256 MiB … */
export function readFileSync(path: string): Uint8Array | null {
  const fd = open(path, O_RDONLY);
  if (!note(fd)) return null;
  const record = new Stat();
  let status = fstat(fd, record);
  if (status >= 0 && record.isDirectory) status = -EISDIR;
  if (status >= 0 && record.size > FILE_BYTES_MAX) status = -EFBIG;
  let bytes: Uint8Array | null = null;
  if (note(status)) bytes = readToEnd(fd, <i32>record.size);
  close(fd);
  return bytes;
}

/** Reads until there is no more; `expected` bytes are likely. */
function readToEnd(fd: i32, expected: i32): Uint8Array | null {
  let bytes = new Uint8Array(expected ? expected + 1 : CHUNK_BYTES);
  let used = 0;
  let count = read(fd, bytes.dataStart, bytes.length);
  while (count > 0) {
    used += count;
    if (<u64>used > FILE_BYTES_MAX) count = -EFBIG;
    else {
      if (used == bytes.length) bytes = larger(bytes);
      count = read(fd, bytes.dataStart + used, bytes.length - used);
    }
  }
  return note(count) ? bytes.slice(0, used) : null;
}

function larger(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes.length << 1);
  copy.set(bytes);
  return copy;
}

/** readFileSync(path, "utf8"): bytes that are no UTF-8 become U+FFFD. */
export function readTextFileSync(path: string): string | null {
  const bytes = readFileSync(path);
  return bytes === null ? null : decodeUtf8(bytes.dataStart, bytes.length);
}

/** Makes or replaces a file. */
export function writeFileSync(path: string, data: Uint8Array, mode: u32 = 0o666): bool {
  return writeTo(path, O_WRONLY | O_CREAT | O_TRUNC, data, mode);
}

/** The same with text, as UTF-8. */
export function writeTextFileSync(path: string, text: string, mode: u32 = 0o666): bool {
  return writeFileSync(path, bytesOf(text), mode);
}

/** Adds to the end of a file, or makes it. */
export function appendFileSync(path: string, data: Uint8Array, mode: u32 = 0o666): bool {
  return writeTo(path, O_WRONLY | O_CREAT | O_APPEND, data, mode);
}

/** The same with text, as UTF-8. */
export function appendTextFileSync(path: string, text: string, mode: u32 = 0o666): bool {
  return appendFileSync(path, bytesOf(text), mode);
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.wrap(String.UTF8.encode(text));
}

function writeTo(path: string, flags: u32, data: Uint8Array, mode: u32): bool {
  const fd = open(path, flags, mode);
  if (!note(fd)) return false;
  const written = writeBytes(fd, data);
  const closed = close(fd);
  return note(written < 0 ? written : closed);
}

/** The names in a directory, without "." and "..", sorted. */
export function readdirSync(path: string): string[] | null {
  const directory = new DirectoryReader(path);
  const names = new Array<string>();
  while (directory.next()) if (!directory.isDot) names.push(directory.name);
  directory.close();
  return note(directory.error) ? names.sort() : null;
}

export function statSync(path: string): Stats | null {
  const record = new Stat();
  return note(stat(path, record)) ? new Stats(record) : null;
}

/** Whether there is something at `path`; never an error. */
export function existsSync(path: string): bool {
  const found = stat(path, new Stat()) >= 0;
  note(0);
  return found;
}

/** recursive: makes the directories on the way too, and one that is there is no error. */
export function mkdirSync(path: string, recursive: bool = false, mode: u32 = 0o777): bool {
  if (!recursive) return note(mkdir(path, mode & PERMISSION_BITS));
  for (let end = path.indexOf("/", 1); end >= 0; end = path.indexOf("/", end + 1)) {
    if (!makeUnlessThere(path.substring(0, end), mode)) return false;
  }
  return makeUnlessThere(path, mode);
}

function makeUnlessThere(path: string, mode: u32): bool {
  const record = new Stat();
  if (stat(path, record) >= 0 && record.isDirectory) return note(0);
  return note(mkdir(path, mode & PERMISSION_BITS));
}

export function unlinkSync(path: string): bool {
  return note(unlink(path));
}
export function rmdirSync(path: string): bool {
  return note(rmdir(path));
}

/** recursive: with everything in it; force: nothing there is no error. */
export function rmSync(path: string, recursive: bool = false, force: bool = false): bool {
  const removed = unlink(path);
  if (removed == -ENOENT && force) return note(0);
  if (removed != -EISDIR || !recursive) return note(removed);
  const names = readdirSync(path);
  if (names === null) return false;
  for (let i = 0; i < names.length; i++) if (!rmSync(`${path}/${names[i]}`, true, force)) return false;
  return note(rmdir(path));
}

export function renameSync(from: string, to: string): bool {
  return note(rename(from, to));
}
export function copyFileSync(from: string, to: string): bool {
  return note(copyFile(from, to));
}
