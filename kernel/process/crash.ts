// Faults of user programs: a missing page is filled in, a first floating-point use switches the unit, everything else
// ends the process with one report line: program, cause, address, function.

import { SIGILL, SIGKILL, SIGSEGV, SIGSYS, SIGTRAP } from "../../abi/wait";
import { CODE_BASE, CODE_END } from "../../abi/program";
import { Thread } from "../../core/ipc/thread";
import { LOG_ERROR, beginLine, endLine, put, putBytes, putHex, putNumber } from "../log/log";
import { putFunction } from "../log/symbols";
import { makePage, isRegionStart } from "../memory/address_space";
import { framesFree } from "../memory/frames";
import { pageOf } from "../memory/page_table";
import { takeFloatingPoint } from "./fpu";
import { endProcess } from "./lifecycle";
import { Process, nameAddress, processOf } from "./process";

// Exception classes of ESR_EL1 (ARM DDI 0487, D17.2.37) and fields of its syndrome.
const CLASS_FLOATING_POINT: u32 = 0x07;
const CLASS_SVC: u32 = 0x15;
const CLASS_INSTRUCTION_ABORT: u32 = 0x20;
const CLASS_PC_ALIGNMENT: u32 = 0x22;
const CLASS_DATA_ABORT: u32 = 0x24;
const CLASS_BREAKPOINT: u32 = 0x3c;
const WRITE_NOT_READ: u32 = 1 << 6;
const STATUS_MASK: u32 = 0x3c;
const STATUS_TRANSLATION: u32 = 0x04;
const TRAP_BASE: u32 = 0x700; // boot/wasm-rt.h

/** An exception of `t` that is no system call. */
export function userFault(t: Thread, syndrome: u32, address: u64): void {
  const kind = syndrome >> 26;
  if (kind == CLASS_FLOATING_POINT && takeFloatingPoint(t)) return;
  if (kind == CLASS_DATA_ABORT) {
    const write = (syndrome & WRITE_NOT_READ) != 0;
    const missing = (syndrome & STATUS_MASK) == STATUS_TRANSLATION;
    if (missing && makePage(processOf(t), pageOf(address), write)) return;
  }
  const overflow = kind == CLASS_DATA_ABORT && isStackGuard(processOf(t), address);
  const cause = overflow ? "stack overflow" : causeOf(kind, syndrome);
  reportCrash(t, cause, kind == CLASS_DATA_ABORT || kind == CLASS_INSTRUCTION_ABORT ? address : t.pc);
  endProcess(t, signalOf(kind));
}

/** Whether `address` lies in the unmapped page below the stack. */
function isStackGuard(p: Process, address: u64): bool {
  return address >= CODE_BASE && address < CODE_END && isRegionStart(p, pageOf(address) + 1);
}

function signalOf(kind: u32): u32 {
  if (kind == CLASS_SVC) return SIGSYS;
  if (kind == CLASS_BREAKPOINT) return SIGTRAP;
  return kind == CLASS_DATA_ABORT || kind == CLASS_INSTRUCTION_ABORT || kind == CLASS_PC_ALIGNMENT
    ? SIGSEGV
    : SIGILL;
}

function causeOf(kind: u32, syndrome: u32): string {
  if (kind == CLASS_DATA_ABORT) {
    if (!framesFree()) return "out of memory";
    const missing = (syndrome & STATUS_MASK) == STATUS_TRANSLATION;
    if (syndrome & WRITE_NOT_READ) return missing ? "write to unmapped memory" : "write to protected memory";
    return missing ? "read of unmapped memory" : "read of protected memory";
  }
  if (kind == CLASS_INSTRUCTION_ABORT) return "execution of memory that is not code";
  if (kind == CLASS_SVC) return "wild system call";
  if (kind == CLASS_FLOATING_POINT) return "floating point without the program's flag";
  if (kind == CLASS_PC_ALIGNMENT) return "misaligned program counter";
  return kind == CLASS_BREAKPOINT ? trapName((syndrome & 0xffff) - TRAP_BASE) : "undefined instruction";
}

/** wasm_rt_trap_t of boot/wasm-rt.h. */
function trapName(reason: u32): string {
  if (reason == 1) return "access out of bounds";
  if (reason == 2) return "integer overflow";
  if (reason == 3) return "division by zero";
  if (reason == 4) return "invalid conversion";
  if (reason == 5) return "unreachable executed";
  if (reason == 6) return "indirect call of the wrong type";
  return "WebAssembly trap";
}

function reportCrash(t: Thread, cause: string, address: u64): void {
  const p = processOf(t);
  beginLine(LOG_ERROR);
  putBytes(nameAddress(p), p.nameLength);
  put(" (pid ");
  putNumber(t.pid);
  put("): ");
  put(cause);
  put(" at ");
  putHex(address);
  put(" in ");
  // A jump to what is no code is the fault of whoever jumped.
  putFunction(p, t.pc < CODE_BASE || t.pc >= CODE_END ? t.x30 : t.pc);
  endLine();
}

/** Kills `t`, which may be anywhere, in the name of process `by`; SIGKILL is worth a line of the log. */
export function killProcess(t: Thread, by: u32, signal: u32): void {
  const p = processOf(t);
  if (!p.builder && signal == SIGKILL) {
    beginLine(LOG_ERROR);
    putBytes(nameAddress(p), p.nameLength);
    put(" (pid ");
    putNumber(t.pid);
    put("): killed by pid ");
    putNumber(by);
    put(" at ");
    putHex(t.pc);
    put(" in ");
    putFunction(p, t.pc);
    endLine();
  }
  endProcess(t, signal);
}
