// The head of a response, and the short page that goes with an error. Called by connection.ts.

import { byteAt, equalsIgnoringCase, putHex, putNumber, putText } from "./bytes";

export const HEAD_BYTES: u32 = 1024; // room for any head that is built here

const DOT: u32 = 0x2e;
const SLASH: u32 = 0x2f;
const TYPE_MAX: u32 = 8; // longest file name extension that is known

/** The reason phrase of a status. */
function reasonOf(status: u32): string {
  switch (status) {
    case 200:
      return "OK";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 304:
      return "Not Modified";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Bad Request";
  }
}

/** The media type of a file, by its name's end. */
export function typeOf(path: usize, length: u32): string {
  let at = path + length;
  while (at > path && byteAt(at - 1) != DOT && byteAt(at - 1) != SLASH) at--;
  const size = <u32>(path + length - at);
  if (at == path || byteAt(at - 1) != DOT || size > TYPE_MAX) return "application/octet-stream";
  if (equalsIgnoringCase(at, size, "html") || equalsIgnoringCase(at, size, "htm"))
    return "text/html; charset=utf-8";
  if (equalsIgnoringCase(at, size, "txt")) return "text/plain; charset=utf-8";
  if (equalsIgnoringCase(at, size, "css")) return "text/css";
  if (equalsIgnoringCase(at, size, "js")) return "text/javascript";
  if (equalsIgnoringCase(at, size, "json")) return "application/json";
  if (equalsIgnoringCase(at, size, "png")) return "image/png";
  if (equalsIgnoringCase(at, size, "jpg") || equalsIgnoringCase(at, size, "jpeg")) return "image/jpeg";
  if (equalsIgnoringCase(at, size, "svg")) return "image/svg+xml";
  return equalsIgnoringCase(at, size, "wasm") ? "application/wasm" : "application/octet-stream";
}

/** Begins a head at `at`. → the address behind its status line and Connection field */
export function beginHead(at: usize, status: u32, keepAlive: bool): usize {
  at = putText(at, "HTTP/1.1 ");
  at = putNumber(at, status);
  at = putText(at, " ");
  at = putText(at, reasonOf(status));
  return putText(at, keepAlive ? "\r\nConnection: keep-alive" : "\r\nConnection: close");
}

/** A file's tag: its size and when it was changed. Two versions of a file differ in it. */
export function putTag(at: usize, size: u64, mtime_ns: u64): usize {
  at = putText(at, '"');
  at = putNumber(at, size);
  at = putText(at, "-");
  at = putHex(at, mtime_ns);
  return putText(at, '"');
}

/** The whole response for an error, its page included unless only the head was asked for. → the address behind it */
export function putError(at: usize, status: u32, keepAlive: bool, headOnly: bool, size: i64): usize {
  at = beginHead(at, status, keepAlive);
  if (status == 405) at = putText(at, "\r\nAllow: GET, HEAD");
  if (status == 416) {
    at = putText(at, "\r\nContent-Range: bytes */");
    at = putNumber(at, size);
  }
  const reason = reasonOf(status);
  at = putText(at, "\r\nContent-Type: text/plain\r\nContent-Length: ");
  at = putNumber(at, <u64>reason.length + 1);
  at = putText(at, "\r\n\r\n");
  if (headOnly) return at;
  at = putText(at, reason);
  return putText(at, "\n");
}
