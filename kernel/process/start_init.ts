// The one program that the kernel loads itself: sbin/init of the boot archive (abi/cpio.ts), which starts all the others.
// The archive and the program are hostile all the same: whatever is wrong with them is named, and the machine ends.

import { EPID_SUPERVISOR } from "../../abi/endpoints";
import { endpointAssign, findEndpoint } from "../../core/ipc/endpoint";
import { fileChecksum } from "../../abi/checksum";
import { MAX_OBJECTS, MAX_OBJECT_PAGES, PAGE_SHIFT, PAGE_SIZE } from "../../abi/limits";
import {
  ARGUMENT_BLOCK,
  ARGUMENT_BLOCK_SIZE,
  ARGUMENT_COUNT,
  ARGUMENT_STRINGS,
  CODE_BASE,
  CODE_END,
  ELF_ENTRY,
  ELF_HEADER_SIZE,
  ELF_IDENT,
  ELF_MAGIC,
  ELF_PHNUM,
  ELF_PHOFF,
  ELF_TYPE_MACHINE,
  MAX_PROGRAM_HEADERS,
  NOTE_CHECKSUM,
  NOTE_DESCRIPTOR,
  NOTE_DESCRIPTOR_SIZE,
  PF_W,
  PF_X,
  PH_FILESZ,
  PH_FLAGS,
  PH_MEMSZ,
  PH_OFFSET,
  PH_SIZE,
  PH_TYPE,
  PH_VADDR,
  PROGRAM_FLOATING_POINT,
  PROGRAM_VERSION,
  PROT_EXECUTE,
  PROT_READ,
  PROT_WRITE,
  PT_LOAD,
  PT_NOTE,
  STATIC_DATA,
} from "../../abi/program";
import { MAX_PRIORITY } from "../../abi/limits";
import {
  CPIO_ENTRY,
  entryData,
  entryName,
  entryNameLength,
  entryNext,
  entrySize,
  readEntry,
} from "../../abi/cpio";
import {
  PRIORITY_CRITICAL,
  PRIVILEGE_DEVICES,
  PRIVILEGE_DMA,
  PRIVILEGE_INITRD,
  PRIVILEGE_KILL,
  PRIVILEGE_LOG,
  PRIVILEGE_POWER,
  PRIVILEGE_SPAWN,
} from "../../abi/endpoints";
import { STATE_READY, Thread } from "../../core/ipc/thread";
import { publishCode } from "../hal/hw";
import { addRegion, framePage } from "../memory/address_space";
import { entryAddress, pageAttributes, PTE_OWNED } from "../memory/page_table";
import { copyToUser } from "../memory/user_copy";
import { schedMakeReady } from "../sched/sched";
import { tracing } from "../trace/ring";
import { traceStart } from "../trace/trace";
import { createProcess } from "./lifecycle";
import { Process, level1Of, nameAddress, processOf } from "./process";

const INIT_NAME_LENGTH: u32 = 9;
const INIT_NAME_START: u64 = 0x696e_692f_6e69_6273; // "sbin/ini"
const INIT_NAME_END: u8 = 0x74; // "t"
const INIT_PRIORITY: u32 = 20;
const ALL_PRIVILEGES: u32 =
  PRIVILEGE_SPAWN |
  PRIVILEGE_LOG |
  PRIVILEGE_DEVICES |
  PRIVILEGE_POWER |
  PRIVILEGE_INITRD |
  PRIVILEGE_KILL |
  PRIVILEGE_DMA;

let archive: usize = 0;
let archiveSize: u32 = 0;
let programStart: usize = 0;
let programSize: u32 = 0;

/** Starts init with the arguments "init" and the boot arguments. → null, or what is wrong. */
export function startInit(
  start: usize,
  size: u32,
  bootArguments: usize,
  bootArgumentsSize: u32,
): string | null {
  archive = start;
  archiveSize = size;
  if (!findProgram()) return "the boot archive has no sbin/init";
  const t = createProcess(0, 0);
  if (!t) return "no memory for init";
  const p = processOf(t);
  const wrong = loadProgram(t, p);
  if (wrong) return wrong;
  if (!writeArguments(p, bootArguments, bootArgumentsSize))
    return "the boot arguments do not fit init's argument block";
  store<u32>(nameAddress(p), 0x74696e69); // "init"
  p.nameLength = 4;
  p.privileges = ALL_PRIVILEGES;
  p.objectsLimit = MAX_OBJECTS;
  p.objectPagesLimit = MAX_OBJECTS * MAX_OBJECT_PAGES;
  p.builder = 0;
  t.basePriority = min(INIT_PRIORITY, MAX_PRIORITY);
  t.priority = t.basePriority;
  t.maxMessagePriority = PRIORITY_CRITICAL;
  const supervisor = findEndpoint(EPID_SUPERVISOR);
  if (!supervisor || endpointAssign(supervisor, t, false) < 0) return "there is no endpoint for init";
  t.state = STATE_READY;
  if (tracing) traceStart(t);
  schedMakeReady(t);
  return null;
}

function findProgram(): bool {
  let at: u32 = 0;
  while (readEntry(archive, archiveSize, at) == CPIO_ENTRY) {
    if (entryNameLength == INIT_NAME_LENGTH && isInit(entryName)) {
      programStart = archive + entryData;
      programSize = entrySize;
      return true;
    }
    at = entryNext;
  }
  return false;
}

function isInit(name: usize): bool {
  return load<u64>(name) == INIT_NAME_START && load<u8>(name, 8) == INIT_NAME_END;
}

function loadProgram(t: Thread, p: Process): string | null {
  const elf = programStart;
  if (programSize < ELF_HEADER_SIZE || load<u32>(elf) != ELF_MAGIC || load<u32>(elf, 4) != ELF_IDENT)
    return "init is no ELF64 program";
  if (load<u32>(elf, 16) != ELF_TYPE_MACHINE) return "init is not for AArch64";
  const headers = load<u64>(elf + ELF_PHOFF);
  const count = <u32>load<u16>(elf + ELF_PHNUM);
  if (count > MAX_PROGRAM_HEADERS || headers > programSize || <u64>count * PH_SIZE > programSize - headers)
    return "init's program headers lie outside it";
  const note = readNote(p, elf + <usize>headers, count);
  if (note) return note;
  let end: u64 = CODE_BASE;
  for (let i: u32 = 0; i < count; i++) {
    const header = elf + <usize>headers + <usize>(i * PH_SIZE);
    if (load<u32>(header) != PT_LOAD) continue;
    const wrong = loadSegment(p, header);
    if (wrong) return wrong;
    const segmentEnd = load<u64>(header + PH_VADDR) + load<u64>(header + PH_MEMSZ);
    if (segmentEnd > end) end = segmentEnd;
  }
  const stack = <u32>((end + PAGE_SIZE - 1) >> PAGE_SHIFT) + 1; // one unmapped page below it
  if (addRegion(p, stack, stackPages, PROT_READ | PROT_WRITE, 0) < 0) return "init has too many segments";
  t.sp = (<u64>(stack + stackPages)) << PAGE_SHIFT;
  t.pc = load<u64>(elf + ELF_ENTRY);
  return null;
}

let stackPages: u32 = 0;

@inline function checksumField(noteOffset: u64): u32 {
  return <u32>noteOffset + NOTE_DESCRIPTOR + NOTE_CHECKSUM;
}

function readNote(p: Process, headers: usize, count: u32): string | null {
  for (let i: u32 = 0; i < count; i++) {
    const header = headers + <usize>(i * PH_SIZE);
    if (load<u32>(header) != PT_NOTE) continue;
    const offset = load<u64>(header + PH_OFFSET);
    const size = load<u64>(header + PH_FILESZ);
    if (offset > programSize || size > programSize - offset || size < NOTE_DESCRIPTOR + NOTE_DESCRIPTOR_SIZE)
      return "init's note lies outside it";
    const at = programStart + <usize>offset + NOTE_DESCRIPTOR;
    if (load<u32>(at) != PROGRAM_VERSION) return "init's note is of another version";
    if (load<u64>(at, NOTE_CHECKSUM) != fileChecksum(programStart, programSize, checksumField(offset)))
      return "init is damaged: its checksum is wrong";
    p.floatingPoint = load<u32>(at, 4) & PROGRAM_FLOATING_POINT;
    p.memoryPages = load<u32>(at, 8);
    p.memoryMaximum = load<u32>(at, 12);
    stackPages = load<u32>(at, 16);
    p.symbols = load<u64>(at, 24);
    p.symbolsSize = <u32>load<u64>(at, 32);
    if (p.memoryPages > 0x8000 || p.memoryMaximum > 0x8000 || !stackPages || stackPages > 4096)
      return "init's note asks for too much memory";
    return null;
  }
  return "init has no HNX note";
}

function loadSegment(p: Process, header: usize): string | null {
  const flags = load<u32>(header + PH_FLAGS);
  const offset = load<u64>(header + PH_OFFSET);
  const address = load<u64>(header + PH_VADDR);
  const fileSize = load<u64>(header + PH_FILESZ);
  const size = load<u64>(header + PH_MEMSZ);
  if (!size) return null;
  if (address >= CODE_END || size > CODE_END) return "a segment of init lies outside the address space";
  if (offset > programSize || fileSize > programSize - offset || fileSize > size)
    return "a segment of init lies outside its file";
  if (flags & PF_W && flags & PF_X) return "a segment of init is writable and executable";
  const linear = address < CODE_BASE;
  if (linear && (address < STATIC_DATA || address + size > (<u64>p.memoryPages) << 16))
    return "init's data lies outside its memory";
  if (!linear && (address & (PAGE_SIZE - 1) || address >= CODE_END || size > CODE_END - address))
    return "a segment of init lies outside the code area";
  const page = <u32>(address >> PAGE_SHIFT);
  const pages = <u32>((size + PAGE_SIZE - 1) >> PAGE_SHIFT);
  if (!linear && addRegion(p, page, pages, PROT_READ | PROT_WRITE, 0) < 0)
    return "init has too many segments";
  if (copyToUser(p, address, programStart + <usize>offset, <u32>fileSize) != <u32>fileSize)
    return "no memory for init";
  if (linear || flags & PF_W) return null;
  return protect(p, page, pages, flags & PF_X ? PROT_READ | PROT_EXECUTE : PROT_READ);
}

/** Gives freshly filled pages their final protection; init has not run, so no translation is cached. */
function protect(p: Process, page: u32, pages: u32, prot: u32): string | null {
  for (let i = page; i < page + pages; i++) {
    const frame = framePage(p, i, false);
    if (!frame) return "no memory for init";
    store<u64>(entryAddress(level1Of(p), i, false), (<u64>frame) | pageAttributes(prot) | PTE_OWNED);
    if (prot & PROT_EXECUTE) publishCode(frame, PAGE_SIZE);
  }
  return null;
}

function writeArguments(p: Process, bootArguments: usize, size: u32): bool {
  if (size > ARGUMENT_BLOCK_SIZE - ARGUMENT_STRINGS - 8) return false;
  const frame = framePage(p, ARGUMENT_BLOCK >> PAGE_SHIFT, true);
  if (!frame) return false;
  store<u32>(frame, 2, ARGUMENT_COUNT);
  store<u16>(frame + ARGUMENT_STRINGS, 4);
  store<u32>(frame + ARGUMENT_STRINGS, 0x74696e69, 2);
  store<u16>(frame + ARGUMENT_STRINGS, <u16>size, 6);
  return copyToUser(p, ARGUMENT_BLOCK + ARGUMENT_STRINGS + 8, bootArguments, size) == size;
}
