// A path is a string; an empty one is followed by u32 length, and its bytes are window 0, a second path's window 1.
// Operation numbers of the well-known services (DESIGN §5) and which of them may be done twice.
// Any service that hands out descriptors (console, network) answers the file operations on them too.

export const OP_DESCRIBE: u32 = 1; // every service: → data: str name, str version

// A path (see above) that does not begin with a slash is followed by u32 handle: the directory where it begins, or NO_HANDLE,
// which is the root.
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
export const VFS_LSTAT: u32 = 111; // path → data: Stat; a symbolic link itself
export const VFS_RENAME: u32 = 112; // path, path
export const VFS_LINK: u32 = 113; // path, path of the new name
export const VFS_SYMLINK: u32 = 114; // text (as a path), path of the link
export const VFS_READLINK: u32 = 115; // u32 size, path → value: bytes of text [data or window 1]
export const VFS_TRUNCATE: u32 = 116; // u32 handle (NO_HANDLE: by path), u32 0, u64 size, path
export const VFS_CHANGE: u32 = 117; // u32 handle (NO_HANDLE: by path), u32 CHANGE_…, u32 mode, u32 0, u64 atime_ns, u64 mtime_ns, path
export const VFS_STATFS: u32 = 118; // u32 handle (NO_HANDLE: by path), path → data: StatFs
export const VFS_FSYNC: u32 = 119; // u32 handle
export const VFS_MOUNT: u32 = 120; // u32 MOUNT_…, str type, str source, path of the directory
export const VFS_UMOUNT: u32 = 121; // path of the directory
export const VFS_SYNC: u32 = 122; // everything that was changed anywhere
export const VFS_WHERE: u32 = 124; // u32 handle of a directory, u32 length → value: bytes of its path [data or window 0]
export const VFS_PIPE: u32 = 123; // → data: u32 handle of the reading end, u32 of the writing one
export const VFS_POLL: u32 = 125; // of every descriptor's service. u32 handle, u32 POLL_… → value: which of them are; 0: NOTIFY_READY comes

// A file system that is a service of its own. The VFS asks in asynchronous messages, each of which carries the right to send
// to the endpoint where it waits for answers; they change nothing, so one may be asked again. docs/services/vfs.md.
export const FS_LOOKUP: u32 = 130; // u64 cookie, u32 directory, str name → u32 inode (0: no such name), u32 mode
export const FS_PARENT: u32 = 131; // u64 cookie, u32 directory → u32 inode, u32 mode
export const FS_STAT: u32 = 132; // u64 cookie, u32 inode → Stat
export const FS_LIST: u32 = 133; // u64 cookie, u32 directory, u64 position → u32 inode, u32 mode, u64 next, str name; at the end nothing
export const FS_READ: u32 = 134; // u64 cookie, u32 inode, u64 offset, u32 length → bytes, none at the end
export const FS_ANSWER: u32 = 135; // from the service: u64 cookie, i32 0 or -errno, u32 0, what the question says
/** Inode of such a file system's root. */
export const FS_ROOT: u32 = 1;
/** Bytes of an answer before what the question says. */
export const FS_ANSWER_HEAD: u32 = 16;

// Network (abi/net.ts has addresses, flags and options). A socket's handle also takes VFS_READ, VFS_WRITE and VFS_CLOSE.
export const NET_SOCKET: u32 = 200; // u32 family, u32 type, u32 protocol → value: handle
export const NET_BIND: u32 = 201; // u32 handle, address
export const NET_CONNECT: u32 = 202; // u32 handle, address
export const NET_LISTEN: u32 = 203; // u32 handle, u32 backlog
export const NET_ACCEPT: u32 = 204; // u32 handle → value: handle
export const NET_SEND: u32 = 205; // u32 handle, u32 length, u32 flags, u32 1 if an address follows [address], bytes inline or window 0 → value: bytes sent
export const NET_RECV: u32 = 206; // u32 handle, u32 length, u32 flags → value: bytes [data or window 0; window 1: the sender's address]
export const NET_CLOSE: u32 = 207; // u32 handle
export const NET_GETSOCKOPT: u32 = 208; // u32 handle, u32 option → value
export const NET_SETSOCKOPT: u32 = 209; // u32 handle, u32 option, u32 value
export const NET_SHUTDOWN: u32 = 210; // u32 handle, u32 SHUTDOWN_…
export const NET_NAME: u32 = 211; // u32 handle, u32 NAME_… → data: address
export const NET_WATCH: u32 = 212; // u32 handle, u32 POLL_… (0: no more), u32 tag
export const NET_WAIT: u32 = 213; // u64 timeout_ns (all ones: for ever) → value: bytes of records of watched sockets that are ready [data]
export const NET_INTERFACE: u32 = 214; // u32 index (0 loopback, 1 Ethernet) → data: an interface's record. -ENOENT: no more
export const NET_SOCKETS: u32 = 215; // u32 number → value: number of the first open socket from there on, data: its record. -ENOENT
export const NET_COUNTER: u32 = 216; // u32 number → value (space/services/network/stack/counters.ts). -ENOENT
export const NET_DRIVER_CONNECT: u32 = 220; // u64 mac, u32 1 if its link is up → value: memory object (net_driver.ts)
export const NET_DRIVER_LINK: u32 = 221; // u32 1 if the link is up

// What a library is, and how it gets into a program: abi/library.ts.
export const LOADER_OPEN: u32 = 300; // path → value: handle, data: u32 area size
export const LOADER_CLOSE: u32 = 301; // u32 handle → data: up to MAX_CLOSURE × u32 addresses of areas that are the caller's again
export const LOADER_SYM: u32 = 302; // u32 handle, u64 signature, str name → value: entry address
export const LOADER_ERROR: u32 = 303; // → data: str, what was wrong with the caller's last request that failed
export const LOADER_SPAWN: u32 = 304; // u32 (argument bytes | attribute bytes << 16), path; window 1: both → value: pid
export const LOADER_PLACE: u32 = 305; // u32 handle, u32 area; window 0: the area → value: place entry, data: u32 area size
/** For the loader's own readers only: u32 result, Stat; windows: 0 for a path, 1 a file's bytes → data: what to read next. */
export const LOADER_READER: u32 = 390;

// The console (endpoint 5), beside the file operations on /dev/console's handle.
export const CONSOLE_MODE: u32 = 500; // u32 CONSOLE_LINES or CONSOLE_RAW → value: the mode before. -ENOTTY: no terminal
export const CONSOLE_INTERRUPT: u32 = 501; // the caller is who gets SIGINT for ^C and SIGQUIT for ^\ from now on. -ENOTTY
export const CONSOLE_LINES: u32 = 0; // lines, edited and echoed by the console; ^C and ^\ are signals
export const CONSOLE_RAW: u32 = 1; // bytes as they come, no echo; ^C and ^\ are bytes

// Supervision: init, endpoint 9. A service is named by a string.
export const SVC_LIST: u32 = 900; // u32 index → data: ServiceRecord (abi/svc.ts); -ENOENT: there are no more
export const SVC_STOP: u32 = 901; // str name
export const SVC_START: u32 = 902; // str name
export const SVC_RESTART: u32 = 903; // str name
export const SVC_UPDATE: u32 = 904; // str name; window 0: the program's bytes

// Layouts, limits and the two ways to ask: block.ts.
export const BLOCK_DESCRIBE: u32 = 400; // u32 device → value: number of devices; data: BlockDevice. -ENODEV: none such
export const BLOCK_FIND: u32 = 401; // str name → value: device; data: BlockDevice. -ENOENT
export const BLOCK_CONNECT: u32 = 402; // FLAG_GRANT: GRANT_ENDPOINT with RIGHT_SEND → 0. One a client; a second replaces it
export const BLOCK_ATTACH: u32 = 403; // u32 pages; FLAG_GRANT: GRANT_OBJECT → value: attachment, for pages 0 … pages - 1
export const BLOCK_DETACH: u32 = 404; // u32 attachment → 0. -EBUSY: a request on it is not finished
export const BLOCK_READ: u32 = 405; // BlockRequest → value: sectors read, all of them or -errno
export const BLOCK_WRITE: u32 = 406; // BlockRequest → value: sectors written, all of them or -errno
export const BLOCK_FLUSH: u32 = 407; // BlockRequest's first 24 bytes: all writes answered before it was sent are on the medium
export const BLOCK_CLAIM: u32 = 408; // u32 device, u32 1 or 0: only we write to it from now on, or everybody again. -EBUSY
export const BLOCK_COMPLETED: u32 = 410; // from the service: u64 cookie, i64 result of an asynchronous request

/** Stands for the handle in VFS_STAT when a path follows. */
export const NO_HANDLE: u32 = 0xffffffff;
/** Offset of VFS_READ and VFS_WRITE that means "the handle's own position". */
export const CURRENT_OFFSET: u64 = 0xffffffffffffffff;

/** Whether a call that a dead service had received may be given to its next instance (DESIGN §7). */
export function isIdempotent(op: u32): bool {
  return op == OP_DESCRIBE || op == VFS_STAT || op == LOADER_SYM || op == BLOCK_DESCRIBE || op == BLOCK_FIND;
}
