// System-call numbers (DESIGN §6). Used by the kernel's dispatcher, by the user library's stubs and, through
// abi/constants.ts, by assembly and C. docs/SYSCALLS.md says of each whether it is kept in the kernel or delegated.
//
// Calling convention: x8 = number, x0–x5 (IPC: x0–x7) arguments, `svc #0`; x0 = result ≥ 0 or -errno.
// All caller-saved registers (x0–x18) are clobbered; those that carry no result come back as zero.

// Files: delegated to the endpoint that a descriptor names, or to the VFS (endpoint 1) for paths.
export const SYS_LSTAT: i32 = 6;
export const SYS_LSEEK: i32 = 19;
export const SYS_FSYNC: i32 = 74;
export const SYS_TRUNCATE: i32 = 76;
export const SYS_FTRUNCATE: i32 = 77;
export const SYS_RENAME: i32 = 82;
export const SYS_MKDIR: i32 = 83;
export const SYS_RMDIR: i32 = 84;
export const SYS_CREAT: i32 = 85;
export const SYS_LINK: i32 = 86;
export const SYS_UNLINK: i32 = 87;
export const SYS_SYMLINK: i32 = 88;
export const SYS_READLINK: i32 = 89;
export const SYS_STAT: i32 = 106;
export const SYS_FSTAT: i32 = 108;
export const SYS_CHANGE: i32 = 132;
export const SYS_FCHANGE: i32 = 133;
export const SYS_STATFS: i32 = 137;
export const SYS_FSTATFS: i32 = 138;
export const SYS_READDIR: i32 = 141;
export const SYS_PIPE: i32 = 142;
export const SYS_SYNC: i32 = 162;
export const SYS_MOUNT: i32 = 165;
export const SYS_UMOUNT: i32 = 166;
export const SYS_PREAD: i32 = 180;
export const SYS_PWRITE: i32 = 181;
export const SYS_GETCWD: i32 = 183;
export const SYS_WRITE: i32 = 4097;
export const SYS_READ: i32 = 4098;
export const SYS_OPEN: i32 = 4099;
export const SYS_CLOSE: i32 = 4100;

// Network: delegated to endpoint 2.
export const SYS_SOCKET: i32 = 41;
export const SYS_CONNECT: i32 = 42;
export const SYS_ACCEPT: i32 = 43;
export const SYS_SEND: i32 = 44;
export const SYS_RECV: i32 = 45;
export const SYS_BIND: i32 = 49;
export const SYS_LISTEN: i32 = 50;
export const SYS_SHUTDOWN: i32 = 48;
export const SYS_GETSOCKNAME: i32 = 51;
export const SYS_GETPEERNAME: i32 = 52;
export const SYS_SETSOCKOPT: i32 = 54;
export const SYS_GETSOCKOPT: i32 = 55;
export const SYS_SOCKET_WAIT: i32 = 232;
export const SYS_SOCKET_WATCH: i32 = 233;

// Of any descriptor: delegated to its endpoint.
export const SYS_POLL: i32 = 287;

// Loader: delegated to endpoint 3.
export const SYS_SPAWN_SERVICE: i32 = 259;
export const SYS_DLOPEN: i32 = 1001;
export const SYS_DLCLOSE: i32 = 1002;
export const SYS_DLSYM: i32 = 1003;

// Processes and time: kept in the kernel.
export const SYS_GETPID: i32 = 20;
export const SYS_YIELD: i32 = 24;
export const SYS_WAIT4: i32 = 61;
export const SYS_KILL: i32 = 62;
export const SYS_DUP2: i32 = 63;
export const SYS_CATCH_SIGNALS: i32 = 64;
export const SYS_MMAP: i32 = 90;
export const SYS_MUNMAP: i32 = 91;
export const SYS_MPROTECT: i32 = 92;
export const SYS_MEMORY_GROW: i32 = 93;
export const SYS_MEMORY_KEEP: i32 = 94;
export const SYS_MEMORY_DISCARD: i32 = 95;
export const SYS_GETPPID: i32 = 110;
export const SYS_EXIT: i32 = 4101;
export const SYS_CLOCK: i32 = 282;
export const SYS_PROCESS_INFO: i32 = 283;
export const SYS_ENDPOINT_INFO: i32 = 284;
export const SYS_WALL_CLOCK: i32 = 285;
export const SYS_SYSTEM_INFO: i32 = 280;
export const SYS_POWEROFF: i32 = 281;
export const SYS_GETRANDOM: i32 = 286;
export const SYS_POLL_WAKE: i32 = 288;

// Process construction (rights: PRIVILEGE_SPAWN): kept in the kernel.
export const SYS_PROC_CREATE: i32 = 260;
export const SYS_PROC_REGION: i32 = 261;
export const SYS_PROC_MAP: i32 = 262;
export const SYS_PROC_WRITE: i32 = 263;
export const SYS_PROC_START: i32 = 264;
export const SYS_PROC_CONFIGURE: i32 = 265;
export const SYS_PROC_INHERIT: i32 = 266;
export const SYS_LIBRARY_MAP: i32 = 267;
export const SYS_LIBRARY_UNMAP: i32 = 268;
export const SYS_OBJECT_CREATE: i32 = 270;
export const SYS_OBJECT_WRITE: i32 = 271;
export const SYS_OBJECT_SEAL: i32 = 272;
export const SYS_OBJECT_CLOSE: i32 = 273;
export const SYS_OBJECT_MAP: i32 = 274;
export const SYS_OBJECT_GRANT: i32 = 275;
export const SYS_OBJECT_REVOKE: i32 = 276;
export const SYS_OBJECT_UNMAP: i32 = 277;
export const SYS_OBJECT_PIN: i32 = 278;
export const SYS_OBJECT_UNPIN: i32 = 279;

// IPC: kept in the kernel.
export const SYS_EP_CREATE: i32 = 303;
export const SYS_EP_SEND: i32 = 304;
export const SYS_EP_RECV: i32 = 305;
export const SYS_EP_CALL: i32 = 306;
export const SYS_EP_REPLY_RECV: i32 = 307;
export const SYS_EP_REPLY: i32 = 308;
export const SYS_EP_DESTROY: i32 = 309;
export const SYS_EP_EXISTS: i32 = 310;
export const SYS_EP_GRANT: i32 = 311;
export const SYS_EP_STATS: i32 = 312;
export const SYS_EP_DRAIN: i32 = 313;
export const SYS_MSG_READ: i32 = 314;
export const SYS_MSG_WRITE: i32 = 315;
export const SYS_NOTIFY: i32 = 316;
export const SYS_EP_REVOKE: i32 = 317;
export const SYS_EP_ABANDON: i32 = 318;

// Devices and the log: kept in the kernel, by right only.
export const SYS_DRIVER_REGISTER: i32 = 2001;
export const SYS_REQUEST_IRQ: i32 = 2002;
export const SYS_MAP_MMIO: i32 = 2003;
export const SYS_DMA_ALLOC: i32 = 2004;
export const SYS_IRQ_ACK: i32 = 2005;
export const SYS_LOG_READ: i32 = 2006;
export const SYS_LOG_WRITE: i32 = 2007;
export const SYS_LOG_HISTORY: i32 = 2008;
