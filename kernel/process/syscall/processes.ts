// Processes, memory and time: kept in the kernel.

import { EFAULT, EINVAL, ENOMEM } from "../../../abi/errno";
import { MAX_DISCARD, PAGE_SHIFT, PAGE_SIZE } from "../../../abi/limits";
import { LINEAR_MEMORY_END, STATIC_DATA } from "../../../abi/program";
import { exitedStatus } from "../../../abi/wait";
import { Thread } from "../../../core/ipc/thread";
import { inLinearMemory, isTaken } from "../../memory/address_space";
import { emptyPages } from "../../memory/mapping";
import { endProcess, waitForChild } from "../lifecycle";
import { processOf } from "../process";
import { checkRange } from "./arguments";

export function sysExit(t: Thread): i64 {
  endProcess(t, exitedStatus(<u32>t.x0));
  return 0;
}

/** wait4(pid or -1, address for the status or 0, flags). */
export function sysWait(t: Thread): i64 {
  if (t.x1 && checkRange(t, t.x1, 4) < 0) return -EFAULT;
  const target = <i64>t.x0;
  if (target != -1 && (target <= 0 || target > i32.MAX_VALUE)) return -EINVAL;
  return waitForChild(t, <i32>target, <u32>t.x1, <u32>t.x2);
}

/** memory_grow(delta): both in 64 KiB pages. → the old size. */
export function sysMemoryGrow(t: Thread): i64 {
  const p = processOf(t);
  const old = p.memoryPages;
  if (t.x0 > <u64>(p.memoryMaximum - old)) return -ENOMEM;
  p.memoryPages = old + <u32>t.x0;
  return old;
}

/**
 * memory_keep(address): linear memory from there on outlives the caller, until its parent collects it or gives it to the next
 * instance (proc_inherit). → 64 KiB pages that the caller has itself inherited, counted from address 0.
 */
export function sysMemoryKeep(t: Thread): i64 {
  if (t.x0 & (PAGE_SIZE - 1) || t.x0 < STATIC_DATA || t.x0 >= LINEAR_MEMORY_END) return -EINVAL;
  const p = processOf(t);
  p.keepFrom = <u32>(t.x0 >> PAGE_SHIFT);
  return p.inherited;
}

/**
 * memory_discard(address, size): whole pages of the caller's linear memory are given back and read as zero when they are next
 * touched. → bytes, at most MAX_DISCARD; -EINVAL (no whole pages, not its own, or a mapping lies there).
 */
export function sysMemoryDiscard(t: Thread): i64 {
  const p = processOf(t);
  const size = min(t.x1, <u64>MAX_DISCARD);
  if (t.x0 & (PAGE_SIZE - 1) || t.x1 & (PAGE_SIZE - 1) || !size) return -EINVAL;
  if (t.x0 < STATIC_DATA || !inLinearMemory(p, t.x0, t.x1)) return -EINVAL;
  const page = <u32>(t.x0 >> PAGE_SHIFT);
  const pages = <u32>(size >> PAGE_SHIFT);
  if (isTaken(p, page, pages)) return -EINVAL;
  emptyPages(t, p, page, pages);
  return size;
}
