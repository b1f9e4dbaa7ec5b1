// The head of an HTTP response, read from a socket and taken apart. What the server sends is hostile.

import { EBADMSG, EMSGSIZE } from "../../../abi/errno";
import { receive } from "../../lib/net";
import { decodeUtf8 } from "../../lib/process";

const HEAD_MAX: u32 = 8192;
const LENGTH_FIELD: string = "content-length:";
const CHUNKED_FIELD: string = "transfer-encoding:";

export const buffer: usize = heap.alloc(HEAD_MAX);
/** Bytes of the body that came with the head: [bodyAt, bodyAt + bodySize). */
export let bodyAt: usize = 0;
export let bodySize: u32 = 0;
export let status: i32 = 0;
/** Bytes that the body has, or -1: it ends with the connection. */
export let length: i64 = -1;
export let isChunked: bool = false;

/** Where the head ends in the first `size` bytes, or 0. */
function endOfHead(size: u32): u32 {
  for (let i: u32 = 3; i < size; i++) {
    if (load<u32>(buffer + i - 3) == 0x0a0d0a0d) return i + 1; // CR LF CR LF
  }
  return 0;
}

/** Takes the head apart. → whether it is one */
function parse(head: string): bool {
  const lines = head.split("\r\n");
  const first = lines[0];
  if (!first.startsWith("HTTP/1.") || first.length < 12) return false;
  status = <i32>I32.parseInt(first.substring(9, 12), 10);
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i].toLowerCase();
    if (line.startsWith(CHUNKED_FIELD)) isChunked = line.includes("chunked");
    if (!line.startsWith(LENGTH_FIELD)) continue;
    const text = line.substring(LENGTH_FIELD.length).trim();
    length = text.length && text.length < 19 ? I64.parseInt(text, 10) : -1;
    if (length < 0 || length.toString() != text) return false;
  }
  return status >= 100 && status <= 599;
}

/** Reads the head of the response. → 0, -EBADMSG: it is no HTTP; -EMSGSIZE: it is too long; -errno of the socket */
export function readHead(fd: i32): i32 {
  let size: u32 = 0;
  while (true) {
    const end = endOfHead(size);
    if (end) {
      bodyAt = buffer + end;
      bodySize = size - end;
      return parse(decodeUtf8(buffer, end - 4)) ? 0 : -EBADMSG;
    }
    if (size == HEAD_MAX) return -EMSGSIZE;
    const got = receive(fd, buffer + size, HEAD_MAX - size);
    if (got <= 0) return got ? got : -EBADMSG;
    size += got;
  }
}
