// The head of a request (RFC 9112): taken apart in place, and checked. Whatever a client sends ends in a status.
//
//   GET /path?query HTTP/1.1 CRLF      name: value CRLF …      CRLF

import { beginsWith, byteAt, equals, equalsIgnoringCase, find, numberAt, numberEnd } from "./bytes";

export const MAX_HEAD: u32 = 4096; // bytes of a request's head: 431 beyond
const MAX_PATH: u32 = 1024; // bytes of a path, decoded: 414 beyond

const SPACE: u32 = 0x20;
const TAB: u32 = 0x09;
const CR: u32 = 0x0d;
const LF: u32 = 0x0a;
const SLASH: u32 = 0x2f;
const PERCENT: u32 = 0x25;
const QUESTION: u32 = 0x3f;
const COLON: u32 = 0x3a;
const DOT: u32 = 0x2e;
const MINUS: u32 = 0x2d;
const DELETE: u32 = 0x7f;

export const METHOD_GET: u32 = 1;
export const METHOD_HEAD: u32 = 2;

// What the last parse() found.
export let method: u32 = 0;
export let keepAlive: bool = false;
export let hasRange: bool = false;
export let rangeFirst: i64 = -1; // -1: the last rangeLast bytes
export let rangeLast: i64 = -1; // -1: to the end
export let ifNoneMatch: usize = 0; // address of the value, and its length
export let ifNoneMatchLength: u32 = 0;
let hasHost: bool = false;

/** The path, decoded, without query; it begins with a slash and has no "." or ".." in it. */
export const path: usize = memory.data(1024);
export let pathLength: u32 = 0;

/** Length of the head in the `size` bytes at `at`, its empty line included; 0: it is not all there. */
export function headLength(at: usize, size: u32): u32 {
  const end = at + size;
  for (let line = find(at, end, LF); line < end; line = find(line + 1, end, LF)) {
    const next = line + 1;
    if (next < end && byteAt(next) == LF) return <u32>(next + 1 - at);
    if (next + 1 < end && byteAt(next) == CR && byteAt(next + 1) == LF) return <u32>(next + 2 - at);
  }
  return 0;
}

function hexDigit(c: u32): i32 {
  if (c - 0x30 <= 9) return <i32>(c - 0x30);
  const letter = (c | 0x20) - 0x61;
  return letter < 6 ? <i32>letter + 10 : -1;
}

/** Decodes the target [at, end) into `path`. → 0 or a status */
function takePath(at: usize, end: usize): u32 {
  if (beginsWith(at, <u32>(end - at), "http://")) at = find(at + 7, end, SLASH);
  if (at == end || byteAt(at) != SLASH) return 400;
  pathLength = 0;
  while (at < end && byteAt(at) != QUESTION) {
    let c = byteAt(at++);
    if (c == PERCENT) {
      const high = end - at >= 2 ? hexDigit(byteAt(at)) : -1;
      const low = high >= 0 ? hexDigit(byteAt(at + 1)) : -1;
      if (low < 0) return 400;
      c = <u32>((high << 4) | low);
      at += 2;
    }
    if (c < SPACE || c == DELETE) return 400;
    if (pathLength == MAX_PATH) return 414;
    store<u8>(path + pathLength++, <u8>c);
  }
  return hasDots() ? 403 : 0;
}

/** Whether a component of the path is "." or "..". */
function hasDots(): bool {
  const end = path + pathLength;
  for (let at = path; at < end;) {
    const start = at + 1; // behind the slash
    at = find(start, end, SLASH);
    const length = <u32>(at - start);
    if (length == 1 && byteAt(start) == DOT) return true;
    if (length == 2 && byteAt(start) == DOT && byteAt(start + 1) == DOT) return true;
  }
  return false;
}

/** The request line [at, end). → 0 or a status */
function takeLine(at: usize, end: usize): u32 {
  const target = find(at, end, SPACE);
  const afterTarget = find(target + 1, end, SPACE);
  if (afterTarget >= end) return 400;
  const version = afterTarget + 1;
  const versionLength = <u32>(end - version);
  if (!beginsWith(version, versionLength, "HTTP/")) return 400;
  const isOld = equals(version, versionLength, "HTTP/1.0");
  if (!isOld && !equals(version, versionLength, "HTTP/1.1")) return 505;
  keepAlive = !isOld;
  hasHost = isOld; // 1.0 does without
  const length = <u32>(target - at);
  method = equals(at, length, "GET") ? METHOD_GET : equals(at, length, "HEAD") ? METHOD_HEAD : 0;
  const status = takePath(target + 1, afterTarget);
  return status ? status : method ? 0 : 405;
}

/** bytes=first-last · first- · -count. Anything else is no range, and the whole file is sent (RFC 9110, 14.2). */
function takeRange(at: usize, end: usize): void {
  hasRange = false;
  if (!beginsWith(at, <u32>(end - at), "bytes=")) return;
  at += 6;
  rangeFirst = -1;
  if (at < end && byteAt(at) != MINUS) {
    rangeFirst = numberAt(at, end);
    if (rangeFirst < 0) return;
    at = numberEnd;
  }
  if (at == end || byteAt(at) != MINUS) return;
  at += 1;
  rangeLast = -1;
  if (at < end) {
    rangeLast = numberAt(at, end);
    if (rangeLast < 0 || numberEnd != end) return; // several ranges, too
  }
  if (rangeFirst < 0 && rangeLast < 0) return;
  hasRange = rangeFirst < 0 || rangeLast < 0 || rangeFirst <= rangeLast;
}

/** One field. → 0 or a status */
function takeField(name: usize, nameLength: u32, value: usize, end: usize): u32 {
  const length = <u32>(end - value);
  if (equalsIgnoringCase(name, nameLength, "host")) hasHost = true;
  else if (equalsIgnoringCase(name, nameLength, "range")) takeRange(value, end);
  else if (equalsIgnoringCase(name, nameLength, "connection")) {
    if (equalsIgnoringCase(value, length, "close")) keepAlive = false;
    else if (equalsIgnoringCase(value, length, "keep-alive")) keepAlive = true;
  } else if (equalsIgnoringCase(name, nameLength, "if-none-match")) {
    ifNoneMatch = value;
    ifNoneMatchLength = length;
  } else if (equalsIgnoringCase(name, nameLength, "transfer-encoding")) return 501;
  else if (equalsIgnoringCase(name, nameLength, "content-length")) {
    if (!equals(value, length, "0")) return 413; // what we serve takes no bodies
  } else if (equalsIgnoringCase(name, nameLength, "expect")) return 417;
  return 0;
}

/** Field lines [at, end). → 0 or a status */
function takeFields(at: usize, end: usize): u32 {
  while (at < end) {
    let stop = find(at, end, LF);
    const next = stop + 1;
    if (stop > at && byteAt(stop - 1) == CR) stop--;
    if (stop == at) return 0; // the empty line
    const colon = find(at, stop, COLON);
    if (colon == stop || colon == at || byteAt(at) == SPACE || byteAt(colon - 1) == SPACE) return 400;
    let value = colon + 1;
    while (value < stop && (byteAt(value) == SPACE || byteAt(value) == TAB)) value++;
    let valueEnd = stop;
    while (valueEnd > value && (byteAt(valueEnd - 1) == SPACE || byteAt(valueEnd - 1) == TAB)) valueEnd--;
    const status = takeField(at, <u32>(colon - at), value, valueEnd);
    if (status) return status;
    at = next;
  }
  return 0;
}

/** Takes the head of `length` bytes at `at` apart. → 0, or the status that the client is to be told */
export function parse(at: usize, length: u32): u32 {
  method = METHOD_GET;
  keepAlive = false;
  hasRange = false;
  ifNoneMatchLength = 0;
  pathLength = 0;
  const end = at + length;
  let line = find(at, end, LF);
  const next = line + 1;
  if (line > at && byteAt(line - 1) == CR) line--;
  let status = takeLine(at, line);
  if (status == 0 || status == 405 || status == 403) {
    const fields = takeFields(next, end);
    if (fields) status = fields;
    else if (!hasHost) status = 400;
  }
  if (status && status != 405 && status != 403) keepAlive = false; // where the next request begins is not sure
  return status;
}
