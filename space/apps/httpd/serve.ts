// From a request to its response: finds the file, looks whether all of it, a part or nothing is to be sent. Called by
// connection.ts with the request just parsed.

import { EACCES, ENOENT, ENOTDIR, EPERM } from "../../../abi/errno";
import { Stat, close, fstat, openBytes, pread, statBytes } from "../../lib/fs";
import { Connection, isExhausted } from "./connection";
import { isKept, keep, takeKept } from "./cache";
import { byteAt, putNumber, putText } from "./bytes";
import {
  METHOD_HEAD,
  hasRange,
  ifNoneMatch,
  ifNoneMatchLength,
  keepAlive,
  method,
  path,
  pathLength,
  rangeFirst,
  rangeLast,
} from "./request";
import { HEAD_BYTES, beginHead, putError, putTag, typeOf } from "./response";

const ROOT_MAX: u32 = 256;
const NAME_MAX: u32 = 2048; // root, path, index.html
const TAG_MAX: u32 = 64;
const SLASH: u32 = 0x2f;
const INDEX: string = "index.html";

const fileName: usize = heap.alloc(NAME_MAX);
const tag: usize = heap.alloc(TAG_MAX);
const info = new Stat();
let rootLength: u32 = 0;

/** Names the folder that everything is below. → false: its name is too long */
export function setRoot(root: string): bool {
  const size = <u32>String.UTF8.byteLength(root);
  if (size > ROOT_MAX) return false;
  String.UTF8.encodeUnsafe(changetype<usize>(root), root.length, fileName);
  rootLength = size;
  while (rootLength && byteAt(fileName + rootLength - 1) == SLASH) rootLength--;
  return true;
}

function statusOf(error: i32): u32 {
  if (error == -ENOENT || error == -ENOTDIR) return 404;
  if (error == -EACCES || error == -EPERM) return 403;
  return isExhausted(error) ? 503 : 500;
}

/** The response with `status` and without a file. → the address behind it */
function refuse(c: Connection, status: u32, size: u64 = 0): usize {
  return putError(c.head, status, keepAlive, method == METHOD_HEAD, size);
}

/** A folder is named with a slash at its end, so that its page's links work. */
function redirect(c: Connection): usize {
  let at = beginHead(c.head, 301, keepAlive);
  at = putText(at, "\r\nContent-Length: 0\r\nLocation: ");
  if (pathLength > 256) return refuse(c, 404);
  memory.copy(at, path, pathLength);
  return putText(at + pathLength, "/\r\n\r\n");
}

/** Builds the response's head and, if there is a body to send, notes where it comes from. → the address behind the head */
export function answerFile(c: Connection): usize {
  memory.copy(fileName + rootLength, path, pathLength);
  let length = rootLength + pathLength;
  if (byteAt(path + pathLength - 1) == SLASH) length = <u32>(putText(fileName + length, INDEX) - fileName);
  const isPlain = keepAlive && method != METHOD_HEAD && !hasRange && !ifNoneMatchLength;
  if (isPlain && isKept(fileName, length) && statBytes(fileName, length, info) == 0) {
    const end = takeKept(info, c.head);
    if (end) return end;
  }
  const file = openBytes(fileName, length);
  if (file < 0) return refuse(c, statusOf(file));
  const status = fstat(file, info);
  if (status == 0 && info.isFile) {
    const end = answerWith(c, file, length);
    return isPlain && c.file >= 0 ? takeBody(c, end, length) : end;
  }
  close(file);
  if (status < 0) return refuse(c, statusOf(status));
  return info.isDirectory ? redirect(c) : refuse(c, 403);
}

/** Puts a small file's body behind its head: then the response is whole, and kept. → the address behind it, or the head's end */
function takeBody(c: Connection, end: usize, nameLength: u32): usize {
  const room = HEAD_BYTES - <u32>(end - c.head);
  if (info.size > room || pread(c.file, end, room, 0) != <i32>info.size) return end;
  close(c.file);
  c.file = -1;
  end += <usize>info.size;
  keep(fileName, nameLength, info, c.head, <u32>(end - c.head));
  return end;
}

/** The response with an open file. */
function answerWith(c: Connection, file: i32, nameLength: u32): usize {
  const tagLength = <u32>(putTag(tag, info.size, info.mtime_ns) - tag);
  const isKnown = ifNoneMatchLength == tagLength && memory.compare(ifNoneMatch, tag, tagLength) == 0;
  c.offset = 0;
  c.end = info.size;
  let code: u32 = isKnown ? 304 : 200;
  if (hasRange && !isKnown) {
    if (!takeRange(c)) {
      close(file);
      return refuse(c, 416, info.size);
    }
    code = 206;
  }
  let at = beginHead(c.head, code, keepAlive);
  at = putText(at, "\r\nETag: ");
  memory.copy(at, tag, tagLength);
  at += tagLength;
  if (!isKnown) {
    at = putText(at, "\r\nAccept-Ranges: bytes\r\nContent-Type: ");
    at = putText(at, typeOf(fileName, nameLength));
    at = putText(at, "\r\nContent-Length: ");
    at = putNumber(at, c.end - c.offset);
  }
  if (code == 206) at = putRange(at, c);
  at = putText(at, "\r\n\r\n");
  if (isKnown || method == METHOD_HEAD || c.offset == c.end) close(file);
  else c.file = file;
  return at;
}

/** Narrows the body to the range asked for. → false: there is nothing of the file in it */
function takeRange(c: Connection): bool {
  const size = info.size;
  if (rangeFirst < 0) {
    if (rangeLast == 0 || size == 0) return false;
    c.offset = <u64>rangeLast < size ? size - <u64>rangeLast : 0;
    return true;
  }
  if (<u64>rangeFirst >= size) return false;
  c.offset = rangeFirst;
  if (rangeLast >= 0 && <u64>rangeLast < size - 1) c.end = <u64>rangeLast + 1;
  return true;
}

function putRange(at: usize, c: Connection): usize {
  at = putText(at, "\r\nContent-Range: bytes ");
  at = putNumber(at, c.offset);
  at = putText(at, "-");
  at = putNumber(at, c.end - 1);
  at = putText(at, "/");
  return putNumber(at, info.size);
}
