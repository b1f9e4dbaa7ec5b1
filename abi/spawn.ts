// Attributes of a process that is started with LOADER_SPAWN, beside its program, arguments and environment. They stand before the
// argument block in the same window when the request's second half-word says so; without them the child has what every child has:
// descriptors 0–2, the caller's rights to the well-known endpoints, thread priority 8 or the caller's if that is lower.
//
//   0 u32 flags (SPAWN_…: which of these count)   4 u32 thread priority   8 u32 message priority   12 u32 memory, 64 KiB pages
//   16 u32 denied endpoints, bit n for endpoint n   20 4 × u32 quotas, in the order of QUOTA_…, SPAWN_KEEP: as it is
//   36 u32 descriptors, how many   40 MAX_SPAWN_DESCRIPTORS × { u16 the child's, u16 the caller's }
//
// The kernel gives none of it beyond what the caller itself has: -EPERM. Unknown flags and counts out of range: -EINVAL.

export const SPAWN_PRIORITY: u32 = 1;
export const SPAWN_MESSAGE_PRIORITY: u32 = 2;
export const SPAWN_MEMORY: u32 = 4; // at most so much; less than the program needs is -ENOMEM
export const SPAWN_DENY: u32 = 8;
export const SPAWN_QUOTAS: u32 = 16;
export const SPAWN_DESCRIPTORS: u32 = 32; // the child has these descriptors and no others
export const SPAWN_KNOWN: u32 = 63;

export const SPAWN_FLAGS_AT: u32 = 0;
export const SPAWN_PRIORITY_AT: u32 = 4;
export const SPAWN_MESSAGE_PRIORITY_AT: u32 = 8;
export const SPAWN_MEMORY_AT: u32 = 12;
export const SPAWN_DENY_AT: u32 = 16;
export const SPAWN_QUOTAS_AT: u32 = 20;
export const SPAWN_DESCRIPTOR_COUNT_AT: u32 = 36;
export const SPAWN_DESCRIPTORS_AT: u32 = 40;
export const SPAWN_ATTRIBUTES_SIZE: u32 = 72;

export const MAX_SPAWN_DESCRIPTORS: u32 = 8;
export const SPAWN_QUOTA_COUNT: u32 = 4;
export const SPAWN_KEEP: u32 = 0xffffffff;
