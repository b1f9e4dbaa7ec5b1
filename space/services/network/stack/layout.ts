// Where the stack's tables lie: constant addresses in linear memory, reserved once, empty until they are used. Pages
// that nobody touches cost no page frame. Each table's size is its limit.
//
//   0x0002_0000  timers · hash heads · queues · interfaces · ARP · counters
//   0x0008_0000  the service's own tables: sockets, calls that wait (sockets/)
//   0x0010_0000  packet buffers (shared with the driver, whole pages)
//   0x0020_0000  TCP connections
//   0x0030_0000  datagram sockets
//   0x0032_0000  reassembly of fragments, the datagram under construction
//   0x003c_0000  queues shared with the driver
//   0x0040_0000  blocks that sockets buffer data in, and behind them what outlives the service (sockets/kept.ts)
//
// The module's static data and its few objects lie below 0x0002_0000.

import { WASM_PAGE_SIZE } from "../../../../abi/limits";

export const TABLES: usize = 0x0002_0000;

export const SERVICE_TABLES: usize = 0x0008_0000;

export const MAX_PACKETS: u32 = 512; // none free: output waits
export const PACKET_SHIFT: u32 = 11;
export const PACKET_SIZE: u32 = 1 << PACKET_SHIFT;
export const PACKET_AREA: usize = 0x0010_0000;

export const MAX_CONNECTIONS: u32 = 1024; // -ENOBUFS; the oldest TIME-WAIT makes room. A power of two
export const TCB_SIZE: u32 = 1024;
export const TCB_TABLE: usize = 0x0020_0000;

export const MAX_DATAGRAM_SOCKETS: u32 = 256; // -ENOBUFS
export const DATAGRAM_SOCKET_SIZE: u32 = 256;
export const DATAGRAM_TABLE: usize = 0x0030_0000;

export const MAX_REASSEMBLIES: u32 = 8; // the oldest is given up
export const MAX_DATAGRAM: u32 = 65536; // bytes of one IP packet, rounded up
export const REASSEMBLY_AREA: usize = 0x0032_0000; // one datagram each
export const SCRATCH_DATAGRAM: usize = REASSEMBLY_AREA + <usize>MAX_REASSEMBLIES * MAX_DATAGRAM;

/** Of abi/net_driver.ts: whole pages. */
export const PACKET_QUEUES: usize = 0x003c_0000;

export const MAX_BLOCKS: u32 = 4096; // -ENOBUFS, or a smaller window. 16 MiB
export const BLOCK_SHIFT: u32 = 12;
export const BLOCK_SIZE: u32 = 1 << BLOCK_SHIFT;
export const BLOCK_AREA: usize = 0x0040_0000;

export const KEPT_AREA: usize = BLOCK_AREA + (<usize>MAX_BLOCKS + 1) * BLOCK_SIZE; // whole pages, the last ones
const KEPT_SIZE: usize = 8192;

export const ARENA_END: usize = KEPT_AREA + KEPT_SIZE;

// The tables from TABLES on.
export const CONNECTION_BUCKETS: u32 = 2048;
export const PORT_BUCKETS: u32 = 256;
export const MAX_SOCKETS: u32 = MAX_CONNECTIONS + MAX_DATAGRAM_SOCKETS;
export const FIRST_SYSTEM_TIMER: u32 = MAX_CONNECTIONS;
export const MAX_TIMERS: u32 = MAX_CONNECTIONS + 8;
export const TIMER_SIZE: u32 = 16;
export const WHEEL_SLOTS: u32 = 256;
export const MAX_INTERFACES: u32 = 2;
export const INTERFACE_SIZE: u32 = 64;
export const MAX_ARP_ENTRIES: u32 = 64;
export const ARP_ENTRY_SIZE: u32 = 64;
export const MAX_COUNTERS: u32 = 64;
export const REASSEMBLY_SIZE: u32 = 64;

export const TIMER_TABLE: usize = TABLES;
export const WHEEL: usize = TIMER_TABLE + MAX_TIMERS * TIMER_SIZE;
export const CONNECTION_HASH: usize = WHEEL + WHEEL_SLOTS * 2;
export const BOUND_HASH: usize = CONNECTION_HASH + CONNECTION_BUCKETS * 2;
export const DATAGRAM_HASH: usize = BOUND_HASH + PORT_BUCKETS * 2;
export const PACKET_STACK: usize = DATAGRAM_HASH + PORT_BUCKETS * 2;
export const PACKET_LENGTHS: usize = PACKET_STACK + MAX_PACKETS * 2;
export const WIRE_QUEUE: usize = PACKET_LENGTHS + MAX_PACKETS * 2;
export const LOOPBACK_QUEUE: usize = WIRE_QUEUE + MAX_PACKETS * 2;
export const BLOCK_STACK: usize = LOOPBACK_QUEUE + MAX_PACKETS * 2;
export const EVENT_QUEUE: usize = BLOCK_STACK + MAX_BLOCKS * 2;
export const EVENT_QUEUE_LENGTH: u32 = 2048; // a power of two, above MAX_SOCKETS
export const OUTPUT_QUEUE: usize = EVENT_QUEUE + EVENT_QUEUE_LENGTH * 2;
export const INTERFACE_TABLE: usize = OUTPUT_QUEUE + MAX_CONNECTIONS * 2;
export const ARP_TABLE: usize = INTERFACE_TABLE + MAX_INTERFACES * INTERFACE_SIZE;
export const COUNTERS: usize = ARP_TABLE + MAX_ARP_ENTRIES * ARP_ENTRY_SIZE;
export const REASSEMBLY_TABLE: usize = COUNTERS + MAX_COUNTERS * 8;
export const REASSEMBLY_MAPS: usize = REASSEMBLY_TABLE + MAX_REASSEMBLIES * REASSEMBLY_SIZE; // a bit for 8 bytes
export const REASSEMBLY_MAP_SIZE: u32 = MAX_DATAGRAM / 64;
export const EVENT_BITS: usize = REASSEMBLY_MAPS + MAX_REASSEMBLIES * REASSEMBLY_MAP_SIZE;
export const TABLES_END: usize = EVENT_BITS + MAX_SOCKETS;

/** Lets the memory reach over all tables. false: it may not grow so far. */
export function reserveArena(): bool {
  const pages = <i32>((ARENA_END + WASM_PAGE_SIZE - 1) / WASM_PAGE_SIZE);
  const present = memory.size();
  return pages <= present || memory.grow(pages - present) >= 0;
}
