// The message page, its register form and its one codec (DESIGN §5).
//
// Each thread has one page, MESSAGE_PAGE, in its linear memory; the kernel sees the same page through the direct map.
// A request or response is built there and read there. While its thread waits in a queue the page is the queue slot.
//
//   0x000  msgId      u64   the reply token of a received request
//   0x008  srcPid     u32   set by the kernel
//   0x00c  dstEpid    u32
//   0x010  info       u64   the same word as x5, see below: op, priority or code · length · flags
//   0x018  position   u16   of the reader: bytes of data consumed
//   0x01a  overflow   u16   the builder ran out of room, or the reader ran past the end
//   0x020  timestamp  u64   nanoseconds; 0 unless tracing
//   0x028  value      i64   response
//   0x030  windows    2 × { u32 address, u32 length_bytes, u32 access, u32 0 }
//   0x050  grant      u32 kind (GRANT_…), u32 endpoint or object id, u32 rights, u32 0
//   0x060  timeout    i64   nanoseconds, of a replyRecv flagged FLAG_TIMEOUT
//   0x068  (reserved)
//   0x080  data       256 bytes, little-endian
//
// In registers: x1–x4 = data[0..32). x5 = info:
//   63    56 55    48 47       32 31    24 23    16 15         0
//   |   0   | flags  |  length   |   0    |priority|    op     |   request
//   |   0   | flags  |  length   |        code (i32)           |   response
// A received request also has x6 = token, x7 = srcPid | dstEpid << 32; a received response x0 = code, x6 = value.

import { MAX_MESSAGE_DATA, MAX_STRING } from "./limits";

export const FLAG_NOTIFICATION: u32 = 1; // a receive returned notification bits (in x1), no message
export const FLAG_ASYNC: u32 = 2; // nobody waits for a reply: token is 0
export const FLAG_WINDOWS: u32 = 4; // request: the page's windows are meant
export const FLAG_KERNEL: u32 = 8; // response: the code is the kernel's (peer died, timeout …), not the service's
export const FLAG_OTHER_ENDPOINT: u32 = 16; // response to an open: data[0..4) names the endpoint that owns the handle
export const FLAG_TIMEOUT: u32 = 32; // request: x6 is a timeout in nanoseconds (0 polls)

export const FLAG_GRANT: u32 = 64; // the page's grant travels along: a right of the sender's that the receiver gets

export const INFO_PRIORITY_SHIFT: u32 = 16;
export const INFO_LENGTH_SHIFT: u32 = 32;
export const INFO_FLAGS_SHIFT: u32 = 48;

export const WINDOW_READ: u32 = 1; // the service may read the caller's bytes
export const WINDOW_WRITE: u32 = 2; // the service may write them
export const NO_TIMEOUT: i64 = -1;

export const MESSAGE_ID: u32 = 0x00;
export const MESSAGE_SOURCE: u32 = 0x08;
export const MESSAGE_INFO: u32 = 0x10;
export const MESSAGE_CURSOR: u32 = 0x18;
export const MESSAGE_VALUE: u32 = 0x28;
export const MESSAGE_WINDOWS: u32 = 0x30;
export const MESSAGE_WINDOW_SIZE: u32 = 16;
export const MESSAGE_GRANT: u32 = 0x50;
export const MESSAGE_DATA: u32 = 0x80;

export const GRANT_KIND: u32 = 0; // offsets in the grant's record
export const GRANT_ID: u32 = 4;
export const GRANT_RIGHTS: u32 = 8;
export const GRANT_SIZE: u32 = 16;
export const MESSAGE_TIMEOUT: u32 = 0x60;
export const GRANT_ENDPOINT: u32 = 1; // rights: RIGHT_SEND, RIGHT_GRANT; the sender needs RIGHT_GRANT
export const GRANT_OBJECT: u32 = 2; // rights: PROT_READ, PROT_WRITE; the sender must be the object's creator
export const MESSAGE_SIZE: u32 = MESSAGE_DATA + MAX_MESSAGE_DATA;

/** One message in its page: builder, reader and header in one, at no cost beyond the stores themselves. */
@unmanaged
export class Message {
  msgId: u64;
  srcPid: u32;
  dstEpid: u32;
  op: u16;
  priority: u16;
  length: u16;
  flags: u16;
  position: u16;
  overflow: u16;
  reserved: u32;
  timestamp: u64;
  value: i64;

  /** Address of the first byte of data. */
  @inline get data(): usize {
    return changetype<usize>(this) + MESSAGE_DATA;
  }

  /** The header's info word, as x5 carries it. */
  @inline get info(): u64 {
    return load<u64>(changetype<usize>(this), MESSAGE_INFO);
  }
  @inline set info(v: u64) {
    store<u64>(changetype<usize>(this), v, MESSAGE_INFO);
  }

  /** A response's code; a request has its op and priority there. */
  @inline get code(): i32 {
    return load<i32>(changetype<usize>(this), MESSAGE_INFO);
  }

  /** Starts reading at the first byte of data. */
  @inline rewind(): Message {
    store<u32>(changetype<usize>(this), 0, MESSAGE_CURSOR);
    return this;
  }

  /** Begins a request: empties the data, sets the header. */
  @inline begin(op: u32, priority: u32): Message {
    this.info = requestInfo(op, priority, 0, 0);
    return this.rewind();
  }

  /** Begins a response: empties the data. */
  @inline beginReply(): Message {
    this.info = 0;
    return this.rewind();
  }

  /** Room for `size` more bytes: their address, or 0 with the overflow remembered and nothing changed. */
  reserve(size: u32): usize {
    const at = <u32>this.length;
    if ((<u32>this.overflow) | u32(size > MAX_MESSAGE_DATA - at)) {
      this.overflow = 1;
      return 0;
    }
    this.length = <u16>(at + size);
    return this.data + at;
  }

  withU32(v: u32): Message {
    const at = this.reserve(4);
    if (at) store<u32>(at, v);
    return this;
  }

  withU64(v: u64): Message {
    const at = this.reserve(8);
    if (at) store<u64>(at, v);
    return this;
  }

  /** Raw bytes, no length: the reader must know it. */
  withBytes(source: usize, size: u32): Message {
    const at = this.reserve(size);
    if (at) memory.copy(at, source, size);
    return this;
  }

  /** A string: one length byte, then up to MAX_STRING bytes. A longer one is an overflow. */
  withStr(source: usize, size: u32): Message {
    if (size > MAX_STRING) {
      this.overflow = 1;
      return this;
    }
    const at = this.reserve(size + 1);
    if (at) {
      store<u8>(at, <u8>size);
      memory.copy(at + 1, source, size);
    }
    return this;
  }

  /** A string from a literal, encoded as UTF-8 without allocating. */
  withText(text: string): Message {
    const size = <u32>String.UTF8.byteLength(text);
    if (size > MAX_STRING) {
      this.overflow = 1;
      return this;
    }
    const at = this.reserve(size + 1);
    if (at) {
      store<u8>(at, <u8>size);
      String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at + 1);
    }
    return this;
  }

  /** `size` unread bytes: their address, or 0 with the overrun remembered (the message is malformed: -EBADMSG). */
  take(size: u32): usize {
    const at = <u32>this.position;
    const length = <u32>this.length;
    if ((<u32>this.overflow) | u32(at > length) | u32(size > length - at)) {
      this.overflow = 1;
      return 0;
    }
    this.position = <u16>(at + size);
    return this.data + at;
  }

  readU32(): u32 {
    const at = this.take(4);
    return at ? load<u32>(at) : 0;
  }

  readU64(): u64 {
    const at = this.take(8);
    return at ? load<u64>(at) : 0;
  }

  /** A string: the address of its length byte (the bytes follow it), or 0 when malformed. */
  readStr(): usize {
    const at = this.take(1);
    if (!at) return 0;
    return this.take(load<u8>(at)) ? at : 0;
  }

  @inline get unread(): u32 {
    return <u32>this.length - <u32>this.position;
  }

  /** Whether everything so far fitted (builder) or was there (reader). */
  @inline get ok(): bool {
    return this.overflow == 0;
  }

  /** Sends a right on endpoint `id` along (RIGHT_SEND, RIGHT_GRANT); needs RIGHT_GRANT on it. Works in a reply, too. */
  withGrantEndpoint(id: u32, rights: u32): Message {
    return this.setGrant(GRANT_ENDPOINT, id, rights);
  }

  /** Sends access to memory object `id`, of one's own, along (PROT_READ, PROT_READ | PROT_WRITE). */
  withGrantObject(id: u32, prot: u32): Message {
    return this.setGrant(GRANT_OBJECT, id, prot);
  }

  private setGrant(kind: u32, id: u32, rights: u32): Message {
    const record = changetype<usize>(this) + MESSAGE_GRANT;
    store<u32>(record, kind, GRANT_KIND);
    store<u32>(record, id, GRANT_ID);
    store<u32>(record, rights, GRANT_RIGHTS);
    this.flags |= <u16>FLAG_GRANT;
    return this;
  }

  setWindow(index: u32, address: u32, length: u32, access: u32): Message {
    const at = changetype<usize>(this) + MESSAGE_WINDOWS + index * MESSAGE_WINDOW_SIZE;
    store<u32>(at, address);
    store<u32>(at, length, 4);
    store<u32>(at, access, 8);
    this.flags |= <u16>FLAG_WINDOWS;
    return this;
  }
}

/** x5 of a request. */
@inline export function requestInfo(op: u32, priority: u32, length: u32, flags: u32): u64 {
  return (
    (<u64>(op | (priority << INFO_PRIORITY_SHIFT))) | ((<u64>(length | (flags << 16))) << INFO_LENGTH_SHIFT)
  );
}
/** x5 of a response. */
@inline export function replyInfo(code: i32, length: u32, flags: u32): u64 {
  return (<u64>(<u32>code)) | ((<u64>(length | (flags << 16))) << INFO_LENGTH_SHIFT);
}
@inline export function infoOp(info: u64): u32 {
  return (<u32>info) & 0xffff;
}
@inline export function infoPriority(info: u64): u32 {
  return ((<u32>info) >> INFO_PRIORITY_SHIFT) & 0xff;
}
@inline export function infoLength(info: u64): u32 {
  return (<u32>(info >> INFO_LENGTH_SHIFT)) & 0xffff;
}
@inline export function infoFlags(info: u64): u32 {
  return (<u32>(info >> INFO_FLAGS_SHIFT)) & 0xff;
}
