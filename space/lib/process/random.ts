// Numbers that nobody can foretell, from the kernel.

import { SYS_GETRANDOM } from "../../../abi/syscall";
import { syscall } from "../sys";

const cell: usize = memory.data(8, 8);

/** Fills `size` bytes at `address`, at most MAX_RANDOM. → bytes filled, -EFAULT */
export function getRandom(address: usize, size: u32): i32 {
  return <i32>syscall(SYS_GETRANDOM, address, size, 0, 0, 0, 0);
}

/** One such number. */
export function randomU64(): u64 {
  getRandom(cell, 8);
  return load<u64>(cell);
}
