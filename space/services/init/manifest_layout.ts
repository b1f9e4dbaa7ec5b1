// The machine's manifest as a table, /etc/system.bin: made from system.json by toolchain/manifest.ts, read by manifest.ts.
// Little-endian; a header and one record for each service, in the order in which they start.
//
//   header   0 "HNXM"   4 u32 version   8 u32 services   12 u32 bytes of a record
//
//   record   0 u32 endpoint (0: none)        4 u32 thread priority      8 u32 privileges   12 u32 memory, 64 KiB pages
//           16 u32 highest message priority  20 u32 restart policy     24 u32 devices      28 u32 denied endpoints
//           32 MAX_DEVICES × u32 (kind << 16 | index)                  64 MAX_DENIED × u32
//           96 name: length byte, up to 15 bytes                      112 program: length byte, up to 79 bytes
//          192 u32 endpoints  196 u32 objects  200 u32 object pages  204 u32 messages: quotas, QUOTA_KEEP: the kernel's default

export const MANIFEST_MAGIC: u32 = 0x4d584e48; // "HNXM"
export const MANIFEST_VERSION: u32 = 2;
export const MANIFEST_SERVICES: u32 = 8;
export const MANIFEST_RECORD_SIZE: u32 = 12;
export const MANIFEST_HEADER_SIZE: u32 = 16;

export const RECORD_ENDPOINT: u32 = 0;
export const RECORD_PRIORITY: u32 = 4;
export const RECORD_PRIVILEGES: u32 = 8;
export const RECORD_MEMORY_PAGES: u32 = 12;
export const RECORD_MESSAGE_PRIORITY: u32 = 16;
export const RECORD_RESTART: u32 = 20;
export const RECORD_DEVICE_COUNT: u32 = 24;
export const RECORD_DENIED_COUNT: u32 = 28;
export const RECORD_DEVICES: u32 = 32;
export const RECORD_DENIED: u32 = 64;
export const RECORD_NAME: u32 = 96;
export const RECORD_PROGRAM: u32 = 112;
export const RECORD_QUOTAS: u32 = 192;
export const RECORD_SIZE: u32 = 208;

export const MAX_SERVICES: u32 = 32;
export const MAX_DEVICES: u32 = 8;
export const MAX_DENIED: u32 = 8;
export const NAME_BYTES: u32 = 16; // with the length byte
export const PROGRAM_BYTES: u32 = 80;
export const DEVICE_KIND_SHIFT: u32 = 16;

export const RESTART_NEVER: u32 = 0;
export const RESTART_ALWAYS: u32 = 1;

/** Thread priorities of services: above programs (8), and not above init (20), which gives them. */
export const SERVICE_PRIORITY_MIN: u32 = 16;
export const SERVICE_PRIORITY_MAX: u32 = 20;
/** 2 GiB of linear memory in pages of 64 KiB: the most that the kernel gives. */
export const SERVICE_MEMORY_PAGES_MAX: u32 = 32768;

/** A record's quotas, in order, are QUOTA_ENDPOINTS (1) … QUOTA_MESSAGES (4) of abi/construct.ts. */
export const QUOTAS: u32 = 4;
export const QUOTA_KEEP: u32 = 0xffffffff;
