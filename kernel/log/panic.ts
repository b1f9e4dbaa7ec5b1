// A fault of the kernel itself: one readable report on the UART, then the machine is switched off with PANIC_STATUS.

import { hasPsci, psciHvc } from "../boot/machine";
import { hostExit } from "../hal/host";
import { halt, psci, stackGuard } from "../hal/hw";
import { KERNEL_BASE } from "../memory/layout";
import { dumpTrace } from "../trace/dump";
import { LOG_ERROR, beginLine, endLine, put, putHex, putNumber, setLogReader } from "./log";
import { putFunction } from "./symbols";

const PSCI_SYSTEM_OFF: u32 = 0x84000008;
export const PANIC_STATUS: u32 = 70; // EX_SOFTWARE
const FRAME_REGISTERS: u32 = 31;
const FRAME_PC: usize = 256;
const FRAME_X29: usize = 232;
const MAX_BACKTRACE: u32 = 24;

/** Switches the machine off; status reaches the host if it listens. */
export function powerOff(status: u32): void {
  setLogReader(0);
  dumpTrace();
  hostExit(status);
  if (hasPsci) psci(psciHvc, PSCI_SYSTEM_OFF);
  halt();
}

/** frame: kernel address of the registers; syndrome, address: ESR_EL1 and FAR_EL1. */
export function panic(frame: usize, syndrome: u64, address: u64): void {
  setLogReader(0);
  const pc = load<u64>(frame + FRAME_PC);
  beginLine(LOG_ERROR);
  put("kernel: ");
  const guard = KERNEL_BASE + stackGuard();
  put(address >= guard && address < guard + 4096 ? "stack overflow" : syndromeText(<u32>(syndrome >> 26)));
  put(" at ");
  putHex(address);
  put(", syndrome ");
  putHex(syndrome);
  put(", in ");
  putFunction(null, pc);
  endLine();
  for (let i: u32 = 0; i < FRAME_REGISTERS; i++) {
    if (i % 4 == 0) beginLine(LOG_ERROR);
    put(" x");
    putNumber(i);
    put("=");
    putHex(load<u64>(frame + ((<usize>i) << 3)));
    if (i % 4 == 3 || i == FRAME_REGISTERS - 1) endLine();
  }
  backtrace(load<u64>(frame + FRAME_X29));
}

/** x29 chain within the kernel's window; every link must lie above the last. */
function backtrace(fp: u64): void {
  for (
    let i: u32 = 0;
    i < MAX_BACKTRACE && fp > KERNEL_BASE && fp - KERNEL_BASE < 0x400000 && !(fp & 7);
    i++
  ) {
    const at = <usize>(fp - KERNEL_BASE);
    const next = load<u64>(at);
    beginLine(LOG_ERROR);
    put("  from ");
    putFunction(null, load<u64>(at, 8));
    endLine();
    if (next <= fp) return;
    fp = next;
  }
}

function syndromeText(exceptionClass: u32): string {
  if (exceptionClass == 0x25) return "data abort";
  if (exceptionClass == 0x21) return "instruction abort";
  if (exceptionClass == 0x3c) return "WebAssembly trap";
  return exceptionClass == 0 ? "undefined instruction" : "unexpected exception";
}

/** The kernel cannot go on. */
export function fatal(text: string): void {
  setLogReader(0);
  beginLine(LOG_ERROR);
  put("kernel: ");
  put(text);
  endLine();
  powerOff(PANIC_STATUS);
}
