// Small whole responses that were sent lately, so that the next one costs one look at the file's name (stat) instead of opening,
// reading and closing it. Called by serve.ts. Only what a plain GET on a kept connection gets is here: status 200, head and body.
//
// An entry counts while the name leads to the same inode with the same size and time of change. A time that is whole seconds
// may be a disk's, too coarse to tell two changes apart: such files are not kept.
//
//   file name → slot: direct-mapped, the newer one wins

import { Stat } from "../../lib/fs";
import { HEAD_BYTES } from "./response";

const ENTRIES: u32 = 32;
const NAME_MAX: u32 = 256;
const SECOND_NS: u64 = 1_000_000_000;
const FNV_PRIME: u32 = 16777619;
const FNV_START: u32 = 2166136261;

@unmanaged
class Entry {
  mtime_ns: u64; // 0: the entry is free
  size: u64;
  inode: u32;
  nameLength: u32;
  bytes: u32; // of the response

  @inline get name(): usize {
    return changetype<usize>(this) + offsetof<Entry>();
  }
  @inline get response(): usize {
    return this.name + NAME_MAX;
  }
}
const ENTRY_SIZE: u32 = <u32>offsetof<Entry>() + NAME_MAX + HEAD_BYTES;

const table: usize = heap.alloc(ENTRIES * ENTRY_SIZE);
memory.fill(table, 0, ENTRIES * ENTRY_SIZE);

function entryOf(name: usize, length: u32): Entry {
  let hash = FNV_START;
  for (let i: u32 = 0; i < length; i++) hash = (hash ^ (<u32>load<u8>(name + i))) * FNV_PRIME;
  return changetype<Entry>(table + ((hash >> 16) & (ENTRIES - 1)) * ENTRY_SIZE);
}

/** What isKept() found. */
let candidate = changetype<Entry>(table);

/** Whether there may be a response for the name: worth a stat. */
export function isKept(name: usize, length: u32): bool {
  const e = entryOf(name, length);
  candidate = e;
  return e.mtime_ns != 0 && e.nameLength == length && memory.compare(e.name, name, length) == 0;
}

/** Copies the response for the name that isKept() was asked about last to `to`, if the file is still as it was. → the address behind it, or 0 */
export function takeKept(file: Stat, to: usize): usize {
  const e = candidate;
  if (e.mtime_ns != file.mtime_ns || e.size != file.size || e.inode != file.inode) return 0;
  memory.copy(to, e.response, e.bytes);
  return to + e.bytes;
}

/** Keeps the response of `bytes` ≤ HEAD_BYTES bytes. */
export function keep(name: usize, length: u32, file: Stat, response: usize, bytes: u32): void {
  if (length > NAME_MAX || file.mtime_ns % SECOND_NS == 0) return;
  const e = entryOf(name, length);
  e.mtime_ns = file.mtime_ns;
  e.size = file.size;
  e.inode = file.inode;
  e.nameLength = length;
  e.bytes = bytes;
  memory.copy(e.name, name, length);
  memory.copy(e.response, response, bytes);
}
