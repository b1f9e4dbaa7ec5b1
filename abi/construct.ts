// Building a process (DESIGN §4): what SYS_PROC_CONFIGURE sets, and the names of devices that it may give.
//
// proc_create → proc_configure … → proc_region / proc_map / proc_write … → proc_start. Only the builder may touch a
// process that is not started; if the builder dies, so does it.

export const CONFIG_PRIORITY: u32 = 1; // value: thread priority 0–31, at most the builder's own
export const CONFIG_MESSAGE_PRIORITY: u32 = 2; // value: the highest message priority it may send with, 0–3
export const CONFIG_PRIVILEGES: u32 = 3; // value: PRIVILEGE_… bits, a subset of the builder's
export const CONFIG_FLOATING_POINT: u32 = 4; // value: 1 if the program has the flag
export const CONFIG_MEMORY: u32 = 5; // value: initial, extra: maximum size of the linear memory, 64 KiB pages
export const CONFIG_RECEIVE: u32 = 6; // value: well-known endpoint that it owns from now on; extra: SUPERVISED or 0 (PRIVILEGE_DEVICES)
export const CONFIG_DENY_SEND: u32 = 7; // value: endpoint it may not send to
export const CONFIG_ALLOW_SEND: u32 = 8; // value: endpoint it may send to
export const CONFIG_DEVICE: u32 = 9; // value: DEVICE_… kind, extra: index (PRIVILEGE_DEVICES)
export const CONFIG_SYMBOLS: u32 = 10; // value: address, extra: bytes of the symbol table, for crash reports

export const CONFIG_QUOTA: u32 = 11; // value: QUOTA_…, extra: how many it may have, at most what the builder may

export const CONFIG_DESCRIPTOR: u32 = 12; // value: its descriptor, extra: the parent's that it shall name, or NO_DESCRIPTOR: none
export const NO_DESCRIPTOR: u32 = 0xffffffff;

export const QUOTA_ENDPOINTS: u32 = 1; // endpoints that it creates
export const QUOTA_OBJECTS: u32 = 2; // memory objects that it creates and has not closed
export const QUOTA_OBJECT_PAGES: u32 = 3; // their pages, together
export const QUOTA_MESSAGES: u32 = 4; // asynchronous messages of its that are stored

/** Of CONFIG_RECEIVE: when the owner dies, the endpoint waits for the next one instead of refusing calls. */
export const SUPERVISED: u32 = 1;

export const DEVICE_UART: u32 = 1; // PL011
export const DEVICE_VIRTIO: u32 = 2; // a virtio-mmio slot
export const MAX_VIRTIO_SLOTS: u32 = 32; // more are left unused

/** The boot archive as a memory object; mapped read-only by holders of PRIVILEGE_INITRD. */
export const INITRD_OBJECT: u32 = 1;

// A record of SYS_EP_DRAIN: 0 u32 kind, 4 u32 handle, 8 u64 token.
export const DRAIN_CLOSED_HANDLE: u32 = 1; // the last descriptor that named `handle` is gone
export const DRAIN_CANCELLED_CALL: u32 = 2; // the caller of `token` died; a reply will reach no one
export const DRAIN_RECORD_SIZE: u32 = 16;
