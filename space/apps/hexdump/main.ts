// hexdump: bytes in hexadecimal and as characters.
//
//   00000000  48 65 6c 6c 6f 0a                                 |Hello.|

import { CommandLine, stdout } from "../../lib/console";
import { READ_SIZE, STDIN, close, open, readAll } from "../../lib/fs";
import { args } from "../../lib/process";
import { HELP } from "./help";

const LINE_BYTES: u32 = 16;
const HALF: u32 = 8;
const OFFSET_DIGITS: u32 = 8;
const HEX: u32 = 16;

/** One line for `size` bytes, at most LINE_BYTES, which are at `offset` of the file. */
function writeLine(at: usize, size: u32, offset: u64): void {
  stdout.number(offset, HEX, OFFSET_DIGITS, true).text(" ");
  let characters = "";
  for (let i: u32 = 0; i < LINE_BYTES; i++) {
    if (i == HALF) stdout.text(" ");
    if (i >= size) {
      stdout.text("   ");
      continue;
    }
    const byte = load<u8>(at + i);
    stdout.text(" ").number(byte, HEX, 2, true);
    characters += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".";
  }
  stdout.text("  |").text(characters).text("|").newline();
}

/** Shows an open file. → 0 or -errno */
function dump(fd: i32): i32 {
  const buffer = heap.alloc(READ_SIZE);
  let offset: u64 = 0;
  while (true) {
    const size = readAll(fd, buffer, READ_SIZE);
    if (size < 0) return size;
    for (let at: u32 = 0; at < <u32>size; at += LINE_BYTES) {
      writeLine(buffer + at, min(LINE_BYTES, <u32>size - at), offset + at);
    }
    offset += size;
    if (<u32>size < READ_SIZE) break;
  }
  if (offset) stdout.number(offset, HEX, OFFSET_DIGITS, true).newline();
  return 0;
}

export function main(): i32 {
  const cli = new CommandLine("hexdump", "", HELP, 1);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length > 1) {
    cli.refuse("too many operands");
    return cli.status;
  }
  const name = cli.operands.length ? cli.operands[0] : "-";
  const fd = name == "-" ? STDIN : open(name);
  const error = fd < 0 ? fd : dump(fd);
  if (error) cli.complain(name, error);
  if (fd > 0) close(fd);
  return cli.finish();
}
