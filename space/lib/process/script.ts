// Scripts: files that name, in their first line, the program that is to run them. spawn() and spawnWith() come here when the
// loader says that an executable file is no program (-ENOEXEC).
//
//   #! /path/of/interpreter the rest is one argument\n      spaces and tabs around both are dropped; no longer than MAX_FIRST_LINE
//
// The interpreter gets that argument, if there is one, the script's path, and what the script was given. Its path begins with a
// slash: it would mean something else in each directory otherwise. It may be a script itself, but then its interpreter may not:
// a circle ends.

import { O_RDONLY } from "../../../abi/file";
import { SYS_CLOSE, SYS_OPEN, SYS_READ } from "../../../abi/syscall";
import { syscall } from "../sys";
import { pathBytes, pathSize } from "./process";
import { decodeUtf8 } from "./utf8";

/** How often an interpreter is looked for: for a script, and for one that runs it. */
export const MAX_SCRIPTS: u32 = 2;
const MAX_FIRST_LINE: u32 = 256; // bytes, "#!" and the end of line included
const MARK: u16 = 0x2123; // "#!"
const NEW_LINE: u8 = 0x0a;
const SPACE: u8 = 0x20;
const TAB: u8 = 0x09;

/** Reads the beginning of file `path` to `buffer`. → bytes, or -errno */
function readBeginning(path: string, buffer: usize): i32 {
  const name = pathBytes(path);
  if (!name) return 0;
  const fd = <i32>syscall(SYS_OPEN, name, pathSize, O_RDONLY, 0, 0, 0);
  if (fd < 0) return fd;
  const count = <i32>syscall(SYS_READ, fd, buffer, MAX_FIRST_LINE, 0, 0, 0);
  syscall(SYS_CLOSE, fd, 0, 0, 0, 0, 0);
  return count;
}

@inline
function isBlank(byte: u8): bool {
  return byte == SPACE || byte == TAB;
}

/** The words of a first line of `size` bytes, or of a file that has no other: interpreter and at most one argument. Else [] */
function wordsOf(line: usize, size: u32): string[] {
  if (size < sizeof<u16>() || load<u16>(line) != MARK) return [];
  let end: u32 = sizeof<u16>();
  for (; end < size && load<u8>(line + end) != NEW_LINE; end++) if (!load<u8>(line + end)) return [];
  if (end == MAX_FIRST_LINE) return []; // a path that was cut off might be another's
  let at: u32 = sizeof<u16>();
  while (at < end && isBlank(load<u8>(line + at))) at++;
  while (end > at && isBlank(load<u8>(line + end - 1))) end--;
  let wordEnd = at;
  while (wordEnd < end && !isBlank(load<u8>(line + wordEnd))) wordEnd++;
  const interpreter = decodeUtf8(line + at, wordEnd - at);
  if (!interpreter.startsWith("/")) return [];
  at = wordEnd;
  while (at < end && isBlank(load<u8>(line + at))) at++;
  return at == end ? [interpreter] : [interpreter, decodeUtf8(line + at, end - at)];
}

/** What to start in place of the script at `path`, called with `argv`: argv of its interpreter, [0] being its path. []: it is none */
export function interpreterOf(path: string, argv: string[]): string[] {
  const buffer = heap.alloc(MAX_FIRST_LINE);
  const size = readBeginning(path, buffer);
  const words: string[] = size > 0 ? wordsOf(buffer, size) : [];
  heap.free(buffer);
  if (!words.length) return words;
  words.push(path);
  for (let i = 1; i < argv.length; i++) words.push(argv[i]);
  return words;
}
