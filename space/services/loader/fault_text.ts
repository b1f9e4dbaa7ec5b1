// What was wrong with a process's last request that failed, in words: LOADER_ERROR gives it. One text a process slot; a text of an
// earlier process in the slot is nobody's.

import { MAX_PROCESSES } from "../../../abi/limits";
import { Message } from "../../lib/hnx_ipc";

const TEXT_SIZE: u32 = 240; // bytes; what does not fit is left out
const TEXT: usize = 8;
const RECORD_SIZE: u32 = 8 + TEXT_SIZE;

@unmanaged
export class FaultText {
  pid: u32;
  length: u32;

  @inline private byte(byte: u32): void {
    if (this.length == TEXT_SIZE) return;
    store<u8>(changetype<usize>(this) + TEXT + this.length, <u8>byte);
    this.length += 1;
  }

  /** Appends an ASCII literal. */
  text(text: string): FaultText {
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
    return this;
  }

  /** Appends bytes of the caller's own, UTF-8 as a rule. */
  bytes(source: usize, size: u32): FaultText {
    for (let i: u32 = 0; i < size; i++) this.byte(load<u8>(source + i));
    return this;
  }
}

const table: usize = heap.alloc(MAX_PROCESSES * RECORD_SIZE);

@inline
function recordOf(pid: u32): FaultText {
  return changetype<FaultText>(table + <usize>(pid & (MAX_PROCESSES - 1)) * RECORD_SIZE);
}

/** Begins the text of process `pid`. */
export function faultFor(pid: u32): FaultText {
  const record = recordOf(pid);
  record.pid = pid;
  record.length = 0;
  return record;
}

/** LOADER_ERROR: appends the text of process `pid` as a string, empty when there is none. */
export function writeFault(m: Message, pid: u32): void {
  const record = recordOf(pid);
  m.withStr(changetype<usize>(record) + TEXT, record.pid == pid ? record.length : 0);
}
