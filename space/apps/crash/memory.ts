// Accesses that the memory management unit must refuse. Addresses come out of a system call where a constant would let
// the compiler see the mistake and put something else in its place.

import { counter } from "../../lib/sys";
import { yieldNow } from "../../lib/process";
import { rawJump, rawLoad64, rawStore64 } from "../../lib/raw";
import { survived } from "./survived";

const KERNEL_ADDRESS: u64 = 0xffff_ffc0_0020_0000; // in the kernel's half, where its image lies
const OUT_OF_BOUNDS: usize = 0xffff_fff0; // above memory.size, below 4 GiB
const BEYOND_TABLES: u64 = 0x8_0000_0000; // 32 GiB: the user half ends at 16
const PAGE_NUMBER_WRAPS: u64 = 0x1000_0000_4000; // 2^44 and a page that there is
const STORED: u64 = 0x6372_6173_6865_6421; // "crashed!"
const RETURN_INSTRUCTION: u32 = 0xd65f_03c0; // ret: were data executable, the jump would come back

/** 0, which the compiler does not know. */
function zero(): usize {
  return <usize>yieldNow();
}

export function crashNull(): i32 {
  return survived("null", load<u64>(zero()));
}

export function crashOob(): i32 {
  return survived("oob", load<u64>(OUT_OF_BOUNDS + zero()));
}

export function crashFar(): i32 {
  return survived("far", rawLoad64(BEYOND_TABLES));
}

export function crashWrap(): i32 {
  return survived("wrap", rawLoad64(PAGE_NUMBER_WRAPS));
}

export function crashKernelWrite(): i32 {
  rawStore64(KERNEL_ADDRESS, STORED);
  return survived("kernel-write");
}

export function crashExecData(): i32 {
  const data = heap.alloc(sizeof<u32>());
  store<u32>(data, RETURN_INSTRUCTION);
  rawJump(data);
  return survived("exec-data");
}

/** Never the last thing that it does, and with an effect after each return: no compiler makes a loop of it. */
function recurse(depth: u64): u64 {
  return depth == u64.MAX_VALUE ? 0 : recurse(depth + 1) ^ counter();
}

export function crashStack(): i32 {
  return survived("stack", recurse(zero()));
}
