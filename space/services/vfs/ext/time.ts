// Times in inodes: seconds since 1970, and, where the inode has room, two more bits of them and nanoseconds.

import { INODE_EXTRA_SIZE, OLD_INODE_SIZE } from "./layout";
import { Volume } from "./volume";

const NS_PER_SECOND: u64 = 1_000_000_000;
const EXTRA_BYTES: u32 = 4;
const EPOCH_MASK: u32 = 3; // bits 32 and 33 of the seconds
const EPOCH_SHIFT: u64 = 32;
const NS_SHIFT: u32 = 2;

/** Whether the inode has the extra field at `extra`. */
function hasExtra(v: Volume, inode: usize, extra: u32): bool {
  return (
    v.inodeSize > OLD_INODE_SIZE &&
    extra + EXTRA_BYTES <= OLD_INODE_SIZE + <u32>load<u16>(inode, INODE_EXTRA_SIZE)
  );
}

/** Nanoseconds since 1970 of the time at `seconds`, whose extra field is at `extra`; times before 1970 are 0. */
export function readTime_ns(v: Volume, inode: usize, seconds: u32, extra: u32): u64 {
  let time = <i64>load<i32>(inode + seconds);
  let fraction_ns: u64 = 0;
  if (hasExtra(v, inode, extra)) {
    const more = load<u32>(inode + extra);
    time += <i64>((<u64>(more & EPOCH_MASK)) << EPOCH_SHIFT);
    fraction_ns = min<u64>(more >> NS_SHIFT, NS_PER_SECOND - 1);
  }
  return time < 0 ? 0 : <u64>time * NS_PER_SECOND + fraction_ns;
}

/** Stores a time. */
export function writeTime_ns(v: Volume, inode: usize, seconds: u32, extra: u32, time_ns: u64): void {
  const time = time_ns / NS_PER_SECOND;
  store<u32>(inode + seconds, <u32>time);
  if (!hasExtra(v, inode, extra)) return;
  const epoch = (<u32>((time - <u64>(<i64>(<i32>(<u32>time)))) >> EPOCH_SHIFT)) & EPOCH_MASK;
  store<u32>(inode + extra, ((<u32>(time_ns % NS_PER_SECOND)) << NS_SHIFT) | epoch);
}
