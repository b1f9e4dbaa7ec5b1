// Operation numbers of the well-known services (DESIGN §5) and which of them may be done twice.
// Any service that hands out descriptors (console, network) answers the file operations on them too.

export const OP_DESCRIBE: u32 = 1; // every service: → data: str name, str version

export const VFS_OPEN: u32 = 100; // u32 flags, u32 mode, path → value: handle [+ REPLY_OTHER_ENDPOINT: u32 endpoint]
export const VFS_READ: u32 = 101; // u32 handle, u32 length, u64 offset → value: bytes read [data or window 0]
export const VFS_WRITE: u32 = 102; // u32 handle, u32 length, u64 offset, bytes inline or window 0 → value: bytes written
export const VFS_CLOSE: u32 = 103; // u32 handle
export const VFS_SEEK: u32 = 104; // u32 handle, u32 whence, u64 offset → value: new offset
export const VFS_STAT: u32 = 105; // u32 handle (NO_HANDLE: by path), path → data: Stat
export const VFS_READDIR: u32 = 106; // u32 handle, u32 length → value: bytes of packed Dirents [data or window 0]
export const VFS_CREATE: u32 = 107; // u32 flags, u32 mode, path → as VFS_OPEN with O_CREAT | O_TRUNC | O_WRONLY
export const VFS_UNLINK: u32 = 108; // path
export const VFS_MKDIR: u32 = 109; // u32 mode, path
export const VFS_RMDIR: u32 = 110; // path

export const NET_SOCKET: u32 = 200;
export const NET_BIND: u32 = 201;
export const NET_CONNECT: u32 = 202;
export const NET_LISTEN: u32 = 203;
export const NET_ACCEPT: u32 = 204;
export const NET_SEND: u32 = 205;
export const NET_RECV: u32 = 206;
export const NET_CLOSE: u32 = 207;
export const NET_GETSOCKOPT: u32 = 208;
export const NET_SETSOCKOPT: u32 = 209;

// What a library is, and how it gets into a program: abi/library.ts.
export const LOADER_OPEN: u32 = 300; // path → value: handle, data: u32 area size
export const LOADER_CLOSE: u32 = 301; // u32 handle → data: up to MAX_CLOSURE × u32 addresses of areas that are the caller's again
export const LOADER_SYM: u32 = 302; // u32 handle, u64 signature, str name → value: entry address
export const LOADER_ERROR: u32 = 303; // → data: str, what was wrong with the caller's last request that failed
export const LOADER_SPAWN: u32 = 304; // u32 (argument bytes | attribute bytes << 16), path; window 1: both → value: pid
export const LOADER_PLACE: u32 = 305; // u32 handle, u32 area; window 0: the area → value: place entry, data: u32 area size
/** For the loader's own readers only: u32 result, Stat; windows: 0 for a path, 1 a file's bytes → data: what to read next. */
export const LOADER_READER: u32 = 390;

/** Stands for the handle in VFS_STAT when a path follows. */
export const NO_HANDLE: u32 = 0xffffffff;
/** Offset of VFS_READ and VFS_WRITE that means "the handle's own position". */
export const CURRENT_OFFSET: u64 = 0xffffffffffffffff;

/** Whether a call that a dead service had received may be given to its next instance (DESIGN §7). */
export function isIdempotent(op: u32): bool {
  return op == OP_DESCRIBE || op == VFS_STAT || op == LOADER_SYM;
}
