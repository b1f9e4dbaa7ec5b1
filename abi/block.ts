// The block service's operations (endpoint 4, docs/services/block.md). Data travels through memory objects that the client
// created and attached; messages only say what goes where. Little-endian; errors: the table in docs/services/block.md.
//
//   describe · find        which disks and partitions there are
//   attach · detach        a memory object that the disks may read and write
//   read · write · flush   as a call: answered when done. As an asynchronous message: a BLOCK_COMPLETED message later, at the
//                          endpoint that connect named. A client that must not block uses the second form.
//
// Numbers 400–499 are the block service's; a sector is 512 bytes, whatever the disk's own block size.

export const BLOCK_DESCRIBE: u32 = 400; // u32 device → value: number of devices; data: BlockDevice. -ENXIO: none such
export const BLOCK_FIND: u32 = 401; // str name → value: device; data: BlockDevice. -ENOENT
export const BLOCK_CONNECT: u32 = 402; // FLAG_GRANT: GRANT_ENDPOINT with RIGHT_SEND → 0. One a client; a second replaces it
export const BLOCK_ATTACH: u32 = 403; // u32 pages; FLAG_GRANT: GRANT_OBJECT → value: attachment, for pages 0 … pages - 1
export const BLOCK_DETACH: u32 = 404; // u32 attachment → 0. -EBUSY: a request on it is not finished
export const BLOCK_READ: u32 = 405; // BlockRequest → value: sectors read, all of them or -errno
export const BLOCK_WRITE: u32 = 406; // BlockRequest → value: sectors written, all of them or -errno
export const BLOCK_FLUSH: u32 = 407; // BlockRequest's first 24 bytes: all writes answered before it was sent are on the medium
export const BLOCK_CLAIM: u32 = 408; // u32 device, u32 1 or 0: only we write to it from now on, or everybody again. -EBUSY
export const BLOCK_COMPLETED: u32 = 410; // from the service: u64 cookie, i64 result of an asynchronous request

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
