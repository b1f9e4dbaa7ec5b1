// What file operations carry: open flags, modes, seek origins, the Stat and Dirent records.

export const O_RDONLY: u32 = 0;
export const O_WRONLY: u32 = 1;
export const O_RDWR: u32 = 2;
export const O_ACCESS_MODE: u32 = 3;
export const O_CREAT: u32 = 0x40;
export const O_EXCL: u32 = 0x80;
export const O_TRUNC: u32 = 0x200;
export const O_APPEND: u32 = 0x400;
export const O_DIRECTORY: u32 = 0x10000;
export const O_NOFOLLOW: u32 = 0x20000;
export const O_KNOWN: u32 = O_ACCESS_MODE | O_CREAT | O_EXCL | O_TRUNC | O_APPEND | O_DIRECTORY | O_NOFOLLOW;

export const SEEK_SET: u32 = 0;
export const SEEK_CUR: u32 = 1;
export const SEEK_END: u32 = 2;

export const S_IFMT: u32 = 0xf000;
export const S_IFDIR: u32 = 0x4000;
export const S_IFREG: u32 = 0x8000;
export const S_IFCHR: u32 = 0x2000;
export const S_IFIFO: u32 = 0x1000;
export const S_IFBLK: u32 = 0x6000;
export const S_IFLNK: u32 = 0xa000;

// Stat, as VFS_STAT's data and as SYS_STAT writes it:
//   0        4        8         12       16        24          32
//   | mode   | links  | inode   | device | size    | mtime_ns  |
export const STAT_MODE: u32 = 0; // u32: S_IF… | permission bits
export const STAT_LINKS: u32 = 4; // u32
export const STAT_INODE: u32 = 8; // u32
export const STAT_DEVICE: u32 = 12; // u32: endpoint of a device node; of all else which mount it is in: its number + 1, times 2¹⁶
export const STAT_SIZE: u32 = 16; // u64, bytes
export const STAT_MTIME_NS: u32 = 24; // u64, nanoseconds since boot
export const STAT_BYTES: u32 = 32;

// StatFs, as VFS_STATFS's data and as SYS_STATFS writes it:
//   0             4        8             12      16        24            32
//   | block size  | files  | files free  | flags | blocks  | blocks free |
export const STATFS_BLOCK_SIZE: u32 = 0; // u32, bytes
export const STATFS_FILES: u32 = 4; // u32: inodes there are
export const STATFS_FILES_FREE: u32 = 8; // u32
export const STATFS_FLAGS: u32 = 12; // u32: MOUNT_…
export const STATFS_BLOCKS: u32 = 16; // u64
export const STATFS_BLOCKS_FREE: u32 = 24; // u64
export const STATFS_BYTES: u32 = 32;

export const MOUNT_RDONLY: u32 = 1;
export const MOUNT_KNOWN: u32 = MOUNT_RDONLY;

// What VFS_CHANGE changes.
export const CHANGE_MODE: u32 = 1;
export const CHANGE_ATIME: u32 = 2;
export const CHANGE_MTIME: u32 = 4;
export const CHANGE_KNOWN: u32 = 7;
/** Or'ed to the mask: a symbolic link as the path's last name is meant itself. */
export const CHANGE_NOFOLLOW: u32 = 0x100;
/** A time that means "now". */
export const TIME_NOW: u64 = 0xffffffffffffffff;

/** What SYS_PIPE writes, and VFS_PIPE's data: two u32, the reading end and the writing one. */
export const PIPE_BYTES: u32 = 8;
export const PIPE_READER: u32 = 0;
export const PIPE_WRITER: u32 = 4;

// Dirent, packed one after another, each starting on a multiple of 4:
//   0        4        6       7        8
//   | inode  | size   | type  | length | name (length bytes), padding up to size |
export const DIRENT_INODE: u32 = 0; // u32
export const DIRENT_SIZE: u32 = 4; // u16: bytes to the next record
export const DIRENT_TYPE: u32 = 6; // u8: S_IF… >> 12
export const DIRENT_NAME_LENGTH: u32 = 7; // u8
export const DIRENT_NAME: u32 = 8;
