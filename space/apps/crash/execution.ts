// Traps of the WebAssembly machine, and system calls that do not exist.

import { ENOSYS } from "../../../abi/errno";
import { eprintln } from "../../lib/console";
import { yieldNow } from "../../lib/process";
import { rawFloatingPoint, rawWildSvc } from "../../lib/raw";
import { syscall } from "../../lib/sys";
import { survived } from "./survived";

/** Numbers that are no system calls: around the table's ends, in its gaps, and far outside. */
const UNKNOWN_NUMBERS: i32[] = [0, 1, 2, 999, 4096, 4102, 65535, 0x10000, i32.MAX_VALUE, i32.MIN_VALUE, -1];
const DIVIDEND: i32 = 42;

export function crashDivide(): i32 {
  return survived("divide", DIVIDEND / yieldNow());
}

/** crash has no floating point, so its program lacks the flag. */
export function crashFloat(): i32 {
  rawFloatingPoint();
  return survived("float");
}

export function crashUnreachable(): i32 {
  if (yieldNow() == 0) unreachable();
  return survived("unreachable");
}

/** Unknown numbers must give -ENOSYS and do nothing; an SVC with another immediate than 0 is no system call at all. */
export function crashWildSyscall(): i32 {
  for (let i = 0; i < UNKNOWN_NUMBERS.length; i++) {
    const result = syscall(UNKNOWN_NUMBERS[i], 0, 0, 0, 0, 0, 0);
    if (result == -ENOSYS) continue;
    eprintln(`crash: wild-syscall: number ${UNKNOWN_NUMBERS[i]} gives ${result}, not ${-ENOSYS}`);
    return 1;
  }
  rawWildSvc();
  return survived("wild-syscall");
}
