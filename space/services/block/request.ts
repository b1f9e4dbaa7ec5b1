// Requests, from their message to their answer: flat records, all there from the start. Every client owns
// BLOCK_MAX_PENDING of them, so that no client can use up another's.
//
//   free → (validated by admission.ts) → waiting for a slot of its disk → in the disk's hands → answered → free
//                                                                             └ answer not deliverable yet → finished → free

import { BLOCK_MAX_CLIENTS, BLOCK_MAX_PENDING, BLOCK_MAX_SEGMENTS } from "../../../abi/block";

export const MAX_REQUESTS: u32 = BLOCK_MAX_CLIENTS * BLOCK_MAX_PENDING;
export const SEGMENT_SIZE: u32 = 16; // { u64 physical address, u32 bytes, u32 0 }
export const SEGMENT_BYTES: u32 = 8;

@unmanaged
export class Request {
  token: u64; // of the call; 0: asynchronous
  cookie: u64; // of an asynchronous request
  sector: u64; // on the disk
  result: i64; // once finished
  type: u32; // TYPE_…
  sectors: u32;
  disk: u32; // index
  attachments: u32; // bits: which of its client's it uses
  index: u32; // client × BLOCK_MAX_PENDING + number among its client's
  priority: u32; // of its message, and of its completion
  next: u32; // while it waits: index + 1 of the next one
  segments: u32;
  keep: u32; // the device may still write to its memory: the record is never free again
}
const SEGMENTS: u32 = 72; // after the fields
const RECORD_SIZE: u32 = SEGMENTS + BLOCK_MAX_SEGMENTS * SEGMENT_SIZE;

/** One more than the clients': the service's own, which reads partition tables. */
const records: usize = heap.alloc((MAX_REQUESTS + 1) * RECORD_SIZE);

@inline
export function requestAt(index: u32): Request {
  return changetype<Request>(records + <usize>index * RECORD_SIZE);
}

/** Address of the segment list. */
@inline
export function segmentsOf(request: Request): usize {
  return changetype<usize>(request) + SEGMENTS;
}

/** Index of the client that asked. */
@inline
export function clientOf(request: Request): u32 {
  return request.index / BLOCK_MAX_PENDING;
}

/**
 * Appends memory to the segment list: to the last segment if it begins where that ends and they are `bytesMax` bytes
 * together at most. → false: BLOCK_MAX_SEGMENTS are there
 */
export function addSegment(request: Request, physical: u64, bytes: u32, bytesMax: u32): bool {
  const count = request.segments;
  if (count) {
    const last = segmentsOf(request) + (count - 1) * SEGMENT_SIZE;
    const lastBytes = load<u32>(last, SEGMENT_BYTES);
    if (load<u64>(last) + lastBytes == physical && lastBytes <= bytesMax - bytes) {
      store<u32>(last, lastBytes + bytes, SEGMENT_BYTES);
      return true;
    }
    if (count == BLOCK_MAX_SEGMENTS) return false;
  }
  const segment = segmentsOf(request) + count * SEGMENT_SIZE;
  store<u64>(segment, physical);
  store<u32>(segment, bytes, SEGMENT_BYTES);
  request.segments = count + 1;
  return true;
}
