// Well-known endpoints, message priorities and rights (DESIGN §5).
//
// An endpoint id is  31         16 15          0
//                   | generation  |   index    |   index < MAX_ENDPOINTS; well-known ones have generation 0,
// so an id kept after its endpoint was destroyed names nobody (-ENXIO) rather than the index's next owner.

export const EPID_VFS: u32 = 1;
export const EPID_NETWORK: u32 = 2;
export const EPID_LOADER: u32 = 3;
export const EPID_BLOCK: u32 = 4;
export const EPID_CONSOLE: u32 = 5;
export const EPID_SUPERVISOR: u32 = 9; // init
export const EPID_OWN_FIRST: u32 = 10; // 10–15: services that system.json adds
export const EPID_OWN_LAST: u32 = 15;
export const EPID_PROCFS: u32 = 13; // what /proc shows
export const EPID_NET_DRIVER: u32 = 15; // the network card's driver (net_driver.ts)
export const FIRST_DYNAMIC_ENDPOINT: u32 = 16; // 6 display, 7 audio and 8 input are reserved

/** Whether a service of the manifest may receive on `epid`: the kernel has it from boot, and it is not init's. */
export function isServiceEndpoint(epid: u32): bool {
  return (epid >= EPID_VFS && epid <= EPID_CONSOLE) || (epid >= EPID_OWN_FIRST && epid <= EPID_OWN_LAST);
}

export const PRIORITY_LOW: u32 = 0;
export const PRIORITY_NORMAL: u32 = 1;
export const PRIORITY_HIGH: u32 = 2;
export const PRIORITY_CRITICAL: u32 = 3;
export const MESSAGE_PRIORITIES: u32 = 4;

export const RIGHT_SEND: u32 = 1;
export const RIGHT_RECEIVE: u32 = 2;
export const RIGHT_GRANT: u32 = 4;

// What a process may do beyond sending messages; given by the manifest through SYS_PROC_CONFIGURE.
export const PRIVILEGE_SPAWN: u32 = 1; // build processes, wait for none of them to ask
export const PRIVILEGE_LOG: u32 = 2; // read the kernel's log and own its device
export const PRIVILEGE_DEVICES: u32 = 4; // map devices and take interrupts that proc_configure named
export const PRIVILEGE_POWER: u32 = 8; // switch the machine off
export const PRIVILEGE_INITRD: u32 = 32; // map the boot archive, INITRD_OBJECT
export const PRIVILEGE_KILL: u32 = 16; // kill any process, not only one's children
export const PRIVILEGE_DMA: u32 = 64; // know where memory objects lie, so that a device may reach them: trusted with all memory

/** Receive from no endpoint at all: notifications and the timeout only. */
export const EPID_NONE: u32 = 0;
/** Receive from whichever of one's own endpoints has a message, the highest message priority first. */
export const EPID_ANY: u32 = 0xffffffff;

// Sticky notification bits (a receive returns all that are set, and clears them). 0–31: interrupts, as requested.
export const NOTIFY_DRAIN: u64 = 1 << 32; // handles were closed or calls cancelled: SYS_EP_DRAIN lists them
export const NOTIFY_LOG: u64 = 1 << 33; // the kernel's log has new bytes (holders of PRIVILEGE_LOG)
export const NOTIFY_CHILD: u64 = 1 << 34; // a child died: SYS_WAIT4 without hanging tells which
export const NOTIFY_SIGNAL: u64 = 1 << 35; // a signal that one catches has come: SYS_CATCH_SIGNALS tells which
export const NOTIFY_READY: u64 = 1 << 36; // a descriptor that one has asked about by SYS_POLL may be ready now
// 40–63: what other processes signal with SYS_NOTIFY, their meaning agreed between the two.
export const NOTIFY_USER_SHIFT: u32 = 40;
export const NOTIFY_USER_MASK: u64 = 0xffffff0000000000;
