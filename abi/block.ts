// What the block service's operations carry (endpoint 4; numbers in ops.ts, errors in docs/services/block.md). Data travels
// through memory objects that the client created and attached; messages only say what goes where. Little-endian.
//
//   describe · find        which disks and partitions there are
//   attach · detach        a memory object that the disks may read and write
//   read · write · flush   as a call: answered when done. As an asynchronous message: a BLOCK_COMPLETED message later, at the
//                          endpoint that connect named. A client that must not block uses the second form.
//
// A sector is 512 bytes, whatever the disk's own block size.

// BlockDevice:
//   0          8               16        20      24       28           32
//   | sectors  | first sector  | device  | disk  | flags  | block size | name: length byte, then up to 15 bytes |
export const BLOCK_DEVICE_SECTORS: u32 = 0; // u64
export const BLOCK_DEVICE_FIRST: u32 = 8; // u64, on its disk; 0 for a whole disk
export const BLOCK_DEVICE_ID: u32 = 16; // u32: 0 … number of devices - 1; stays the same until the service restarts
export const BLOCK_DEVICE_DISK: u32 = 20; // u32: the device that is the whole disk
export const BLOCK_DEVICE_FLAGS: u32 = 24; // u32: BLOCK_FLAG_…
export const BLOCK_DEVICE_BLOCK_BYTES: u32 = 28; // u32: what the disk writes at a time, for alignment; 512 or more
export const BLOCK_DEVICE_NAME: u32 = 32; // vda … vdh, vda1 …
export const BLOCK_DEVICE_FIXED_BYTES: u32 = 32; // before the name
export const BLOCK_FLAG_READ_ONLY: u32 = 1; // writes are -EROFS
export const BLOCK_FLAG_PARTITION: u32 = 2;
export const BLOCK_FLAG_CACHE: u32 = 4; // the disk has a volatile cache: only a flush makes writes last
export const BLOCK_FLAG_FAILED: u32 = 8; // the disk misbehaved and was shut off: every request is -EIO

// BlockRequest: a stretch of sectors, and the pieces of attached memory that they go to or come from, in order. All pieces
// have the same length, sectors × 512 / number of pieces, a multiple of 512; one piece is the usual case and fits the
// registers.
//   0        4          8               16       24
//   | device | sectors  | first sector  | cookie | pieces: n × { u32 attachment, u32 offset in bytes } |
export const BLOCK_REQUEST_DEVICE: u32 = 0; // u32
export const BLOCK_REQUEST_SECTORS: u32 = 4; // u32, 1 … BLOCK_MAX_SECTORS; 0 in a flush
export const BLOCK_REQUEST_FIRST: u32 = 8; // u64; 0 in a flush
export const BLOCK_REQUEST_COOKIE: u32 = 16; // u64: comes back in BLOCK_COMPLETED; means nothing in a call
export const BLOCK_REQUEST_PIECES: u32 = 24;
export const BLOCK_PIECE_BYTES: u32 = 8;
export const BLOCK_PIECE_ATTACHMENT: u32 = 0; // u32
export const BLOCK_PIECE_OFFSET: u32 = 4; // u32, a multiple of 512

export const BLOCK_SECTOR_BYTES: u32 = 512;
export const BLOCK_SECTOR_SHIFT: u32 = 9;
export const BLOCK_MAX_SECTORS: u32 = 256; // -E2BIG: 128 KiB a request
export const BLOCK_MAX_PIECES: u32 = 29; // what a message holds; more is -EMSGSIZE already
/** Separate stretches of memory a request may come to: pieces, cut where they leave a page. -E2BIG. One piece always fits. */
export const BLOCK_MAX_SEGMENTS: u32 = 33;
/**
 * Asynchronous requests that a client may have unanswered: what its completion endpoint takes at one priority, so that no
 * completion finds it full. One more is answered -EAGAIN if there is room for that answer.
 */
export const BLOCK_MAX_PENDING: u32 = 32;
export const BLOCK_MAX_CLIENTS: u32 = 8; // -EAGAIN: processes that are connected or have something attached
export const BLOCK_MAX_ATTACHMENTS: u32 = 16; // -EMFILE: of one client; 64 MiB at MAX_OBJECT_PAGES each
export const BLOCK_MAX_DISKS: u32 = 8; // more are left unused: the manifest gives a service no more devices
export const BLOCK_MAX_PARTITIONS: u32 = 16; // of one disk; more are left unused, and the log says so
export const BLOCK_MAX_NAME: u32 = 15;
