// The record that SYS_SYSTEM_INFO writes: counts for tools and for tests that compare before and after.
@unmanaged
export class SystemInfo {
  framesTotal: u32; // page frames of 4 KiB that the allocator manages
  framesFree: u32;
  processes: u32; // live, being built, and zombie
  endpoints: u32;
  objects: u32; // memory objects
  openHandles: u32;
  queuedMessages: u32; // asynchronous ones
  waitingCallers: u32; // threads blocked in a call
  initrdBytes: u32; // size of the boot archive, which INITRD_OBJECT holds
  reserved: u32;
  bootToUser: u64; // counter ticks from the image's entry to the first user instruction
  counterHz: u64; // frequency of the counter
  now_ns: u64; // since boot
  switches: u64; // thread switches that the scheduler made since boot; those of messages handed over directly are not counted
  bytesCopied: u64; // from one process's memory to another's, by windows and the like; what travels in messages is not counted
}
export const SYSTEM_INFO_SIZE: u32 = 80;
