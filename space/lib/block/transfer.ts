// Reading and writing sectors, through memory that is attached first.
//
//   const attachment = attachMemory(object, pages, PROT_READ | PROT_WRITE);     object: SYS_OBJECT_CREATE's, mapped by us
//   readSectors(device, 0, 8, <u32>attachment, 0);                              waits: for programs
//
//   connectCompletions(endpoint);                                               for a service, which must not wait:
//   blockRequest(BLOCK_READ, device, 0, 8, cookie).piece(attachment, 0).submit();
//   … later, received at `endpoint`: m.op == BLOCK_COMPLETED, then m.readU64() is the cookie, <i64>m.readU64() the result

import { PROT_READ, PROT_WRITE } from "../../../abi/program";
import { RIGHT_SEND } from "../../../abi/endpoints";
import {
  BLOCK_ATTACH,
  BLOCK_CONNECT,
  BLOCK_DETACH,
  BLOCK_FLUSH,
  BLOCK_READ,
  BLOCK_WRITE,
} from "../../../abi/ops";
import { EPID_BLOCK, Message, PRIORITY_NORMAL, ipcCallService, ipcSend, message, request } from "../hnx_ipc";

/**
 * Lets the disks reach pages 0 … pages - 1 of a memory object that this process created. rights: PROT_READ, and PROT_WRITE
 * for what is read from disks. → attachment, or -errno
 */
export function attachMemory(object: u32, pages: u32, rights: u32 = PROT_READ | PROT_WRITE): i64 {
  const m = request(BLOCK_ATTACH).withU32(pages).withGrantObject(object, rights);
  const status = ipcCallService(EPID_BLOCK, m);
  return status < 0 ? <i64>status : message().value;
}

/** Ends that. 0, or -EBUSY: a request is not finished; -EBADF. */
export function detachMemory(attachment: u32): i32 {
  return ipcCallService(EPID_BLOCK, request(BLOCK_DETACH).withU32(attachment));
}

/** Sends completions of asynchronous requests to an endpoint of this process, which nothing else should use. 0 or -errno */
export function connectCompletions(endpoint: u32): i32 {
  return ipcCallService(EPID_BLOCK, request(BLOCK_CONNECT).withGrantEndpoint(endpoint, RIGHT_SEND));
}

/** Reads `sectors` sectors from `first` on to `offset` bytes of the attached memory, and waits. 0 or -errno */
export function readSectors(device: u32, first: u64, sectors: u32, attachment: u32, offset: u32): i32 {
  return blockRequest(BLOCK_READ, device, first, sectors).piece(attachment, offset).call();
}

/** The other direction. */
export function writeSectors(device: u32, first: u64, sectors: u32, attachment: u32, offset: u32): i32 {
  return blockRequest(BLOCK_WRITE, device, first, sectors).piece(attachment, offset).call();
}

/** Waits until all writes answered so far are on the medium. 0 or -errno */
export function flushDevice(device: u32): i32 {
  return blockRequest(BLOCK_FLUSH, device, 0, 0).call();
}

/** A request in the message page (abi/block.ts, BlockRequest). */
@unmanaged
export class BlockRequest {
  /** Appends a piece of memory. All pieces are equally long. */
  @inline piece(attachment: u32, offset: u32): BlockRequest {
    changetype<Message>(this).withU64((<u64>attachment) | ((<u64>offset) << 32));
    return this;
  }

  /** Waits for the answer. 0 or -errno */
  call(): i32 {
    return ipcCallService(EPID_BLOCK, changetype<Message>(this));
  }

  /** Sends it and does not wait: a completion with the cookie will come. 0, or -errno: none will (-EAGAIN: try again later) */
  submit(): i32 {
    return ipcSend(EPID_BLOCK, changetype<Message>(this));
  }
}

/** Begins a request; op: BLOCK_READ, BLOCK_WRITE or BLOCK_FLUSH. */
export function blockRequest(
  op: u32,
  device: u32,
  first: u64,
  sectors: u32,
  cookie: u64 = 0,
  priority: u32 = PRIORITY_NORMAL,
): BlockRequest {
  const m = request(op, priority).withU32(device).withU32(sectors).withU64(first).withU64(cookie);
  return changetype<BlockRequest>(m);
}
