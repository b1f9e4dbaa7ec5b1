// ext2/ext4 on the disk: offsets and bits, all little-endian. Source: "ext4 Data Structures and Algorithms" in the Linux
// kernel documentation (filesystems/ext4), and the ext2 documentation for what has no extents.
//
//   byte 1024: the superblock · then the group descriptors · per group: block bitmap, inode bitmap, inode table, data

export const SUPERBLOCK_OFFSET: u32 = 1024;
export const SB_INODES: u32 = 0; // u32
export const SB_BLOCKS: u32 = 4; // u32, low half
export const SB_FREE_BLOCKS: u32 = 12; // u32, low half
export const SB_FREE_INODES: u32 = 16; // u32
export const SB_FIRST_DATA: u32 = 20; // u32: block that has the superblock: 1 with 1 KiB blocks, else 0
export const SB_LOG_BLOCK: u32 = 24; // u32: block size is 1 KiB << this
export const SB_BLOCKS_PER_GROUP: u32 = 32; // u32
export const SB_INODES_PER_GROUP: u32 = 40; // u32
export const SB_WRITE_TIME: u32 = 48; // u32, seconds
export const SB_MAGIC: u32 = 56; // u16
export const SB_STATE: u32 = 58; // u16: STATE_…
export const SB_REVISION: u32 = 76; // u32: 0 has fixed inode sizes and no features
export const SB_FIRST_INODE: u32 = 84; // u32: inodes below it are the file system's own
export const SB_INODE_SIZE: u32 = 88; // u16
export const SB_COMPAT: u32 = 92; // u32: features
export const SB_INCOMPAT: u32 = 96; // u32: features without which it cannot be read
export const SB_RO_COMPAT: u32 = 100; // u32: features without which it cannot be written
export const SB_UUID: u32 = 104; // 16 bytes
export const SB_HASH_SEED: u32 = 236; // four u32
export const SB_DESCRIPTOR_SIZE: u32 = 254; // u16
export const SB_FIRST_META_GROUP: u32 = 260; // u32
export const SB_BLOCKS_HIGH: u32 = 336; // u32
export const SB_FREE_BLOCKS_HIGH: u32 = 344; // u32
export const SB_FLAGS: u32 = 352; // u32: how hashes take characters
export const SB_CHECKSUM_SEED: u32 = 624; // u32
export const SB_CHECKSUM: u32 = 1020; // u32: CRC-32C of all before it
export const EXT_MAGIC: u16 = 0xef53;
export const STATE_CLEAN: u16 = 1;
export const SB_FLAG_UNSIGNED_HASH: u32 = 2;
export const OLD_INODE_SIZE: u32 = 128;
export const OLD_FIRST_INODE: u32 = 11;
export const ROOT_INODE: u32 = 2;

export const COMPAT_HAS_JOURNAL: u32 = 4;
export const INCOMPAT_FILETYPE: u32 = 2;
export const INCOMPAT_RECOVER: u32 = 4;
export const INCOMPAT_META_BG: u32 = 0x10;
export const INCOMPAT_EXTENTS: u32 = 0x40;
export const INCOMPAT_64BIT: u32 = 0x80;
export const INCOMPAT_FLEX_BG: u32 = 0x200;
export const INCOMPAT_EA_INODE: u32 = 0x400;
export const INCOMPAT_CSUM_SEED: u32 = 0x2000;
export const INCOMPAT_LARGEDIR: u32 = 0x4000;
export const RO_COMPAT_SPARSE_SUPER: u32 = 1;
export const RO_COMPAT_LARGE_FILE: u32 = 2;
export const RO_COMPAT_METADATA_CSUM: u32 = 0x400;

// Group descriptor.
export const GROUP_BLOCK_BITMAP: u32 = 0; // u32, low halves of 64-bit block numbers
export const GROUP_INODE_BITMAP: u32 = 4; // u32
export const GROUP_INODE_TABLE: u32 = 8; // u32
export const GROUP_FREE_BLOCKS: u32 = 12; // u16
export const GROUP_FREE_INODES: u32 = 14; // u16
export const GROUP_DIRECTORIES: u32 = 16; // u16
export const GROUP_CHECKSUM: u32 = 30; // u16
export const GROUP_INODE_TABLE_HIGH: u32 = 40; // u32
export const GROUP_SIZE: u32 = 32;
export const GROUP_SIZE_64: u32 = 64;

// Inode.
export const INODE_MODE: u32 = 0; // u16
export const INODE_SIZE_LOW: u32 = 4; // u32
export const INODE_ATIME: u32 = 8; // u32, seconds
export const INODE_CTIME: u32 = 12; // u32
export const INODE_MTIME: u32 = 16; // u32
export const INODE_DTIME: u32 = 20; // u32: when it was deleted
export const INODE_LINKS: u32 = 26; // u16
export const INODE_BLOCKS: u32 = 28; // u32: of 512 bytes, index blocks included
export const INODE_FLAGS: u32 = 32; // u32
export const INODE_MAP: u32 = 40; // 60 bytes: block numbers, the root of an extent tree, or a short link's text
export const INODE_MAP_BYTES: u32 = 60;
export const INODE_GENERATION: u32 = 100; // u32
export const INODE_ACL: u32 = 104; // u32: block of extended attributes
export const INODE_SIZE_HIGH: u32 = 108; // u32
export const INODE_CHECKSUM_LOW: u32 = 124; // u16
export const INODE_EXTRA_SIZE: u32 = 128; // u16: bytes of what follows byte 128 that are meant
export const INODE_CHECKSUM_HIGH: u32 = 130; // u16
export const INODE_CTIME_EXTRA: u32 = 132; // u32: two more bits of seconds, 30 bits of nanoseconds
export const INODE_MTIME_EXTRA: u32 = 136; // u32
export const INODE_ATIME_EXTRA: u32 = 140; // u32
export const FLAG_INDEX: u32 = 0x1000; // directory: has a hash tree
export const FLAG_EXTENTS: u32 = 0x80000;
export const FLAG_INLINE_DATA: u32 = 0x10000000;
export const FLAG_IMMUTABLE: u32 = 0x10;
export const FLAG_APPEND: u32 = 0x20;

// Extent tree: a node is a header and entries of 12 bytes, the root's in the inode.
export const EXTENT_MAGIC: u16 = 0xf30a;
export const EXTENT_COUNT: u32 = 2; // u16
export const EXTENT_MAX: u32 = 4; // u16
export const EXTENT_DEPTH: u32 = 6; // u16: 0 has extents, others have the nodes below
export const EXTENT_HEADER: u32 = 12;
export const EXTENT_ENTRY: u32 = 12;
export const EXTENT_FIRST: u32 = 0; // u32: index of the first block in the file
export const EXTENT_LENGTH: u32 = 4; // u16: blocks; above 32,768: not written, reads as zeros
export const EXTENT_START_HIGH: u32 = 6; // u16
export const EXTENT_START: u32 = 8; // u32
export const EXTENT_NODE: u32 = 4; // u32, inner node: block of the node below
export const EXTENT_NODE_HIGH: u32 = 8; // u16
export const EXTENT_WRITTEN_MAX: u32 = 32768;
export const EXTENT_DEPTH_MAX: u32 = 5;

// Directory entry: u32 inode · u16 size · u8 length of the name · u8 type · name. A block is full of them.
export const ENTRY_INODE: u32 = 0; // u32; 0: nobody
export const ENTRY_SIZE: u32 = 4; // u16: bytes to the next entry
export const ENTRY_NAME_LENGTH: u32 = 6; // u8
export const ENTRY_TYPE: u32 = 7; // u8: TYPE_…, or the length's upper half without INCOMPAT_FILETYPE
export const ENTRY_NAME: u32 = 8;
export const TAIL_SIZE: u32 = 12; // with checksums: a last entry that is nobody's, its type 0xde, then u32 checksum
export const TAIL_CHECKSUM: u32 = 8;

// Hash tree of a directory: block 0 has ".", ".." that takes all the rest, and in it the root.
export const TREE_VERSION: u32 = 28; // u8: HASH_… (hash.ts)
export const TREE_INFO_SIZE: u32 = 29; // u8: 8
export const TREE_LEVELS: u32 = 30; // u8: of nodes between the root and the leaves
export const TREE_ROOT_ENTRIES: u32 = 32;
export const TREE_NODE_ENTRIES: u32 = 8; // behind an entry that takes the whole block
export const TREE_ENTRY: u32 = 8; // u32 hash, u32 block; the first one's hash is u16 limit, u16 count
export const TREE_LEVELS_MAX: u32 = 3;
