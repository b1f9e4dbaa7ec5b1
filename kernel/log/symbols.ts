// Function names for reports: the symbol table that the toolchain links into the kernel and into every program.
//
//   u32 magic · u32 count · u64 base · count × u32 offset from base, ascending · count × u32 name offset ·
//   u32 size of names · names, each NUL-terminated

import { Process } from "../process/process";
import { copyFromUser } from "../memory/user_copy";
import { symbolTable, symbolTableSize } from "../hal/hw";
import { put, putBytes, putHex } from "./log";

const MAGIC: u32 = 0x534d5953;
const HEADER: u32 = 16;
const LONGEST_NAME: u32 = 80;
const scratch: usize = memory.data(96, 8);

/** Reads `size` bytes at `offset` of a table into scratch; p null: the kernel's own. */
function fetch(p: Process | null, table: u64, offset: u32, size: u32): bool {
  if (p) return copyFromUser(p, scratch, table + offset, size) == size;
  memory.copy(scratch, <usize>table + offset, size);
  return true;
}

/** Writes the name of the function that holds `pc` to the log, or "?" and the address. */
export function putFunction(p: Process | null, pc: u64): void {
  const table: u64 = p ? p.symbols : <u64>symbolTable();
  const size: u32 = p ? p.symbolsSize : symbolTableSize();
  if (size < HEADER || !fetch(p, table, 0, HEADER) || load<u32>(scratch) != MAGIC) return putUnknown(pc);
  const count = load<u32>(scratch, 4);
  const base = load<u64>(scratch, 8);
  if (!count || count > (size - HEADER) / 8 || pc < base) return putUnknown(pc);
  let low: u32 = 0;
  let high = count;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (!fetch(p, table, HEADER + middle * 4, 4)) return putUnknown(pc);
    if (base + load<u32>(scratch) <= pc) low = middle;
    else high = middle;
  }
  if (!fetch(p, table, HEADER + (count + low) * 4, 4)) return putUnknown(pc);
  const name = load<u32>(scratch) + HEADER + count * 8 + 4;
  if (name >= size) return putUnknown(pc);
  const room = min(LONGEST_NAME, size - name);
  if (!fetch(p, table, name, room)) return putUnknown(pc);
  let length: u32 = 0;
  while (length < room && load<u8>(scratch + length)) length++;
  putBytes(scratch, length);
}

function putUnknown(pc: u64): void {
  put("? ");
  putHex(pc);
}
