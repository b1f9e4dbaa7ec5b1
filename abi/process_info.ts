// The record that SYS_PROCESS_INFO writes of one process, for ps and its like.
@unmanaged
export class ProcessInfo {
  pid: u32;
  parent: u32; // process id; 0: none
  state: u32; // PROCESS_…
  priority: u32; // of its thread, now
  pages: u32; // 4 KiB frames that are its own
  memoryPages: u32; // size of its linear memory, 64 KiB pages
  server: u32; // process id of who holds its call (PROCESS_CALLING); 0: nobody yet
  nameLength: u32;
  name0: u64;
  name1: u64;
  cpu_ns: u64; // time it has run, as the scheduler's events saw it (docs/SYSCALLS.md)
  calls: u64; // messages sent and waited for, system calls that a service answers included
  received: u64; // messages received on its endpoints
  started_ns: u64; // since boot
}
export const PROCESS_INFO_SIZE: u32 = 80;

export const PROCESS_BUILDING: u32 = 1;
export const PROCESS_READY: u32 = 2; // running, or waiting for the processor
export const PROCESS_CALLING: u32 = 3; // waits for a service
export const PROCESS_RECEIVING: u32 = 4; // waits for a message, a notification or a time
export const PROCESS_WAITING: u32 = 5; // waits for a child
export const PROCESS_ZOMBIE: u32 = 6; // dead; its parent has not asked yet

/** The record that SYS_ENDPOINT_INFO writes of one endpoint. */
@unmanaged
export class EndpointInfo {
  id: u32;
  state: u32; // 0 up, 1 down, 2 restarting
  owner: u32; // process id; 0: none
  queued: u32; // waiting callers and stored messages
  stored: u32; // asynchronous messages among them
  reserved: u32;
  received: u64; // messages since its creation
}
export const ENDPOINT_INFO_SIZE: u32 = 32;
