// What a disk and this driver share: the split virtqueue (Virtual I/O Device 1.2, 2.7) and the block requests' fixed parts
// (5.2.6), one page for each kind, because pages of DMA memory need not lie side by side.
//
//   page 0  descriptors  256 × { u64 address, u32 bytes, u16 flags, u16 next }
//   page 1  0x000 driver area  u16 flags, u16 index, 256 × u16 head
//           0x400 device area  u16 flags, u16 index, 256 × { u32 head, u32 bytes written }
//   page 2  headers      for each slot: 0 u32 type, 4 u32 0, 8 u64 sector, 16 u8 status
//   page 3  a buffer for reading partition tables
//
// A slot is a request in the device's hands. The descriptors are dealt out once, SLOT_DESCRIPTORS for each slot, chained in
// order: header, up to BLOCK_MAX_SEGMENTS pieces of memory, status. So nothing is allocated for a request, and the
// head of a chain says whose it is.

import { BLOCK_MAX_SEGMENTS } from "../../../abi/block";

export const PAGE_DESCRIPTORS: u32 = 0;
export const PAGE_RINGS: u32 = 1;
export const PAGE_HEADERS: u32 = 2;
export const PAGE_BUFFER: u32 = 3;
export const DMA_PAGES: u32 = 4;

export const QUEUE_SIZE_MAX: u32 = 256; // descriptors that fit their page
export const SLOT_DESCRIPTORS: u32 = BLOCK_MAX_SEGMENTS + 2;
export const MAX_SLOTS: u32 = QUEUE_SIZE_MAX / SLOT_DESCRIPTORS;

export const DESCRIPTOR_SIZE: u32 = 16;
export const DESCRIPTOR_LENGTH: u32 = 8; // u32 bytes, u16 flags, u16 next: one u64
export const DESCRIPTOR_NEXT: u32 = 1;
export const DESCRIPTOR_WRITE: u32 = 2; // the device writes there
export const DESCRIPTOR_FLAGS_SHIFT: u32 = 32;
export const DESCRIPTOR_NEXT_SHIFT: u32 = 48;

export const DRIVER_AREA: u32 = 0x000;
export const DRIVER_INDEX: u32 = 2;
export const DRIVER_RING: u32 = 4;
export const DEVICE_AREA: u32 = 0x400;
export const DEVICE_NO_NOTIFY: u32 = 1; // flag: the device looks by itself
export const DEVICE_INDEX_SHIFT: u32 = 16;
export const DEVICE_RING: u32 = 4;
export const DEVICE_ENTRY_SIZE: u32 = 8;

export const HEADER_SIZE: u32 = 16;
export const HEADER_SECTOR: u32 = 8;
export const HEADER_STATUS: u32 = 16;
export const HEADER_STRIDE: u32 = 32;

export const TYPE_READ: u32 = 0;
export const TYPE_WRITE: u32 = 1;
export const TYPE_FLUSH: u32 = 4;
export const STATUS_OK: u32 = 0;
export const STATUS_IO_ERROR: u32 = 1;
export const STATUS_UNSUPPORTED: u32 = 2;
export const STATUS_NONE: u32 = 0xff; // ours, before the device has written one
