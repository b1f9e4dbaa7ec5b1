// $(list): runs the text in a shell of its own and collects what it prints.

import { EINTR } from "../../../abi/errno";
import { close, dup2, Pipe, pipe, read, STDOUT } from "../../lib/fs";
import { decodeUtf8, killTree, strerror, takeSignals, wait } from "../../lib/process";
import { eprintln } from "../../lib/console";
import { SIGINT, shellStatus } from "../../../abi/wait";
import { startShell } from "./start";
import { Variables } from "./variables";

const CHUNK: u32 = 4096; // bytes read at once
/** What one substitution collects at most; the rest is read and dropped. */
const MAX_OUTPUT: u32 = 1 << 20;
const NEWLINE: u8 = 0x0a;

/** The output of `text` without the newlines at its end; `variables.status` is its status. */
export function captureOutput(text: string, variables: Variables): string {
  variables.substituted = true;
  const ends = new Pipe();
  const error = pipe(ends);
  if (error) {
    eprintln(`sh: pipe: ${strerror(error)}`);
    variables.status = 1;
    return "";
  }
  const reader = ends.reader;
  const saved = dup2(STDOUT, -1);
  dup2(ends.writer, STDOUT);
  close(ends.writer);
  const pid = startShell(text, variables);
  if (saved >= 0) dup2(saved, STDOUT);
  else close(STDOUT);
  close(saved);
  const output = readAllText(reader, pid, variables);
  close(reader);
  variables.status = pid < 0 ? 1 : shellStatus(max(wait(pid), 0));
  return output;
}

/** ^C, which a read tells by -EINTR, is handed on to the shell that writes. */
function readAllText(fd: i32, pid: i32, variables: Variables): string {
  let buffer = heap.alloc(CHUNK);
  let capacity = CHUNK;
  const spare = heap.alloc(CHUNK); // for what is dropped
  let size: u32 = 0;
  while (true) {
    if (size == capacity && capacity < MAX_OUTPUT) {
      capacity <<= 1;
      buffer = heap.realloc(buffer, capacity);
    }
    const room = min(capacity - size, CHUNK);
    const count = read(fd, room ? buffer + size : spare, room ? room : CHUNK);
    if (count == -EINTR) {
      variables.interrupted = true;
      if (takeSignals() & (1 << SIGINT)) killTree(pid, SIGINT);
      continue;
    }
    if (count <= 0) break;
    if (room) size += count;
  }
  while (size && load<u8>(buffer + size - 1) == NEWLINE) size--;
  const text = decodeUtf8(buffer, size);
  heap.free(buffer);
  heap.free(spare);
  return text;
}
