// Every table's size, named. Reaching one gives the error stated beside it, never a panic.
export const PAGE_SIZE: u32 = 4096;
export const PAGE_SHIFT: u32 = 12;
export const WASM_PAGE_SIZE: u32 = 65536;

export const MAX_PROCESSES: u32 = 128; // -EAGAIN. A power of two: pid & (MAX_PROCESSES - 1) is the table index
export const MAX_ENDPOINTS: u32 = 256; // -EAGAIN. Indices of endpoints, well-known ones included
export const MAX_FDS: u32 = 64; // -EMFILE, per process
export const DIRECTORY_FD: u32 = MAX_FDS - 1; // names the current directory, where paths without a leading slash begin; never given out
export const MAX_OPEN_HANDLES: u32 = 1024; // -ENFILE, whole system: (endpoint, handle) pairs that descriptors name
export const MAX_REGIONS: u32 = 16; // -ENOMEM, per process: stretches of address space with one origin
export const MAX_OBJECTS: u32 = 256; // -EAGAIN, memory objects in the whole system
export const MAX_OBJECT_PAGES: u32 = 1024; // -EFBIG, pages of one memory object (4 MiB)
export const MAX_INTERRUPTS: u32 = 256; // -EINVAL, interrupt ids the kernel routes
export const MAX_PRIORITY: u32 = 31; // thread priorities 0 (lowest) … 31

export const MAX_MESSAGE_DATA: u32 = 256; // -EMSGSIZE
export const REGISTER_DATA: u32 = 32; // bytes of a message that travel in x1–x4
export const MAX_QUEUED_PER_PRIORITY: u32 = 32; // -EAGAIN, asynchronous messages of one endpoint and priority
export const MAX_QUEUED_MESSAGES: u32 = 512; // -EAGAIN, asynchronous messages in the whole system
export const MAX_WINDOWS: u32 = 2; // -EINVAL, memory windows of one call

// What a process may have unless its manifest says otherwise (CONFIG_QUOTA): -EAGAIN.
export const DEFAULT_ENDPOINTS: u32 = 16;
export const DEFAULT_OBJECTS: u32 = 20; // more than BLOCK_MAX_ATTACHMENTS
export const DEFAULT_OBJECT_PAGES: u32 = 4096; // 16 MiB
export const DEFAULT_MESSAGES: u32 = 64;

export const MAX_PATH: u32 = 4095; // -ENAMETOOLONG, bytes without a terminator
export const MAX_INLINE_PATH: u32 = 240; // longer ones travel as window 0
export const MAX_MOUNT_TEXT: u32 = 63; // -ENAMETOOLONG, bytes of what mount(2) names as type and as source
export const MAX_INLINE_WRITE: u32 = 240; // longer writes travel as window 0
export const MAX_STRING: u32 = 255; // bytes of an encoded string: one length byte
export const PIPE_CAPACITY: u32 = 65536; // bytes in a pipe; a writer waits for room
export const PIPE_ATOMIC: u32 = 4096; // a write of at most so many bytes to a pipe is not mixed with another's
export const MAX_NAME: u32 = 255; // -ENAMETOOLONG, bytes of one path component
export const MAX_LINKS_FOLLOWED: u32 = 40; // -ELOOP, symbolic links on the way of one path
export const MAX_PROCESS_NAME: u32 = 15; // longer names are cut in reports
export const MAX_RANDOM: u32 = 256; // bytes one getrandom gives at most
export const MAX_DISCARD: u32 = 4194304; // bytes one memory_discard gives back at most before it returns
export const MAX_COPY_SLICE: u32 = 65536; // bytes one msgRead or msgWrite moves at most before it returns
