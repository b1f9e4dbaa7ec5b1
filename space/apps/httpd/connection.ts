// The connections of httpd: a table of fixed size, each with a buffer for the request's head and one for the response's. A
// connection reads until a head is whole, then writes until its response is, and begins anew or closes:
//
//   FREE ──accept──▶ READING ──head whole──▶ WRITING ──sent, keep-alive──▶ READING
//                       │ idle, end, error       │ error, or sent and no keep-alive
//                       └──────────▶ FREE ◀──────┘
//
// Nothing here waits: sockets do not block, and what cannot be sent now goes on when waitSockets says so.

import { EAGAIN, ENFILE, EMFILE } from "../../../abi/errno";
import { close, pread } from "../../lib/fs";
import { MESSAGE_DONT_WAIT, POLL_IN, POLL_OUT, receive, send, watchSocket } from "../../lib/net";
import { MAX_HEAD, METHOD_HEAD, headLength, keepAlive, method, parse } from "./request";
import { HEAD_BYTES, putError } from "./response";
import { answerFile } from "./serve";

export const MAX_CONNECTIONS: u32 = 40; // more wait in the listener's backlog; a process has 64 descriptors
const CHUNK: u32 = 32768; // bytes of a file read and sent at a time

export const FREE: u32 = 0;
export const READING: u32 = 1;
export const WRITING: u32 = 2;

@unmanaged
export class Connection {
  state: u32;
  fd: i32;
  received: u32; // bytes in the request buffer
  headSize: u32; // of the response
  headSent: u32;
  file: i32; // what the body comes from, or -1
  offset: u64; // of the file, what is sent next
  end: u64;
  active: u64; // when something happened last, in ticks of the counter
  watched: u32; // POLL_…
  keepAlive: u32;
  served: u32; // responses
  reserved: u32;

  @inline get index(): u32 {
    return <u32>((changetype<usize>(this) - table) / CONNECTION_SIZE);
  }
  /** Where its request is read to: MAX_HEAD bytes. */
  @inline get input(): usize {
    return inputs + this.index * MAX_HEAD;
  }
  /** Where its response's head is built: HEAD_BYTES. */
  @inline get head(): usize {
    return heads + this.index * HEAD_BYTES;
  }
}
const CONNECTION_SIZE: u32 = 64;

const table: usize = heap.alloc(MAX_CONNECTIONS * CONNECTION_SIZE);
const inputs: usize = heap.alloc(MAX_CONNECTIONS * MAX_HEAD);
const heads: usize = heap.alloc(MAX_CONNECTIONS * HEAD_BYTES);
/** A response's head and the first piece of its body, or a further piece. */
const output: usize = heap.alloc(HEAD_BYTES + CHUNK);

export let connectionCount: u32 = 0;

@inline
export function connectionAt(index: u32): Connection {
  return changetype<Connection>(table + index * CONNECTION_SIZE);
}

export function startConnections(): void {
  memory.fill(table, 0, MAX_CONNECTIONS * CONNECTION_SIZE);
}

/** Takes an accepted, non-blocking socket; there is room (connectionCount). tag: what waitSockets is to call it by is index + 1. */
export function openConnection(fd: i32, now: u64): void {
  for (let i: u32 = 0; i < MAX_CONNECTIONS; i++) {
    const c = connectionAt(i);
    if (c.state != FREE) continue;
    memory.fill(changetype<usize>(c), 0, CONNECTION_SIZE);
    c.state = READING;
    c.fd = fd;
    c.file = -1;
    c.active = now;
    connectionCount++;
    watch(c, POLL_IN);
    return;
  }
}

export function closeConnection(c: Connection): void {
  closeFile(c);
  close(c.fd);
  c.state = FREE;
  connectionCount--;
}

function closeFile(c: Connection): void {
  if (c.file >= 0) close(c.file);
  c.file = -1;
}

function watch(c: Connection, events: u32): void {
  if (c.watched == events) return;
  c.watched = events;
  watchSocket(c.fd, events, c.index + 1);
}

/** The socket of a connection is ready. */
export function advance(c: Connection, now: u64): void {
  c.active = now;
  if (c.state == READING && !readSome(c)) return closeConnection(c);
  while (c.state != FREE) {
    if (c.state == READING && !takeRequest(c)) return watch(c, POLL_IN);
    const status = writeSome(c);
    if (status < 0) return closeConnection(c);
    if (status == 0) return watch(c, POLL_OUT);
    c.served++;
    if (!c.keepAlive) return closeConnection(c);
    c.state = READING;
  }
}

/** Reads what is there. → false: the peer sends no more, or the connection is broken */
function readSome(c: Connection): bool {
  const room = MAX_HEAD - c.received;
  const size = receive(c.fd, c.input + c.received, room, MESSAGE_DONT_WAIT);
  if (size == -EAGAIN) return true;
  if (size <= 0) return false;
  c.received += size;
  return true;
}

/** Begins the response to the next request in the buffer. → false: it is not all there yet */
function takeRequest(c: Connection): bool {
  const length = headLength(c.input, c.received);
  if (!length) {
    if (c.received < MAX_HEAD) return false;
    c.received = 0;
    c.keepAlive = 0;
    begin(c, putError(c.head, 431, false, false, 0));
    return true;
  }
  const status = parse(c.input, length);
  c.keepAlive = u32(keepAlive);
  const end = status ? putError(c.head, status, keepAlive, method == METHOD_HEAD, 0) : answerFile(c);
  c.received -= length; // what follows is the next request
  if (c.received) memory.copy(c.input, c.input + length, c.received);
  begin(c, end);
  return true;
}

function begin(c: Connection, end: usize): void {
  c.headSize = <u32>(end - c.head);
  c.headSent = 0;
  c.state = WRITING;
}

/** Sends what the socket takes. → 1: all is sent; 0: it takes no more now; -errno */
function writeSome(c: Connection): i32 {
  while (true) {
    const head = c.headSize - c.headSent;
    let from = c.head + c.headSent;
    let size = head;
    if (c.file >= 0 && c.offset < c.end) {
      // Head and body go together.
      memory.copy(output, from, head);
      from = output;
      const wanted = <u32>min<u64>(c.end - c.offset, CHUNK);
      const got = pread(c.file, output + head, wanted, c.offset);
      // A file that became shorter, or cannot be read: the length has been promised, so only closing tells the client.
      if (got <= 0) return got ? got : -EAGAIN;
      size += got;
    }
    const sent = size ? send(c.fd, from, size, MESSAGE_DONT_WAIT) : 0;
    if (sent < 0 && sent != -EAGAIN) return sent;
    const taken = max(sent, 0);
    const ofHead = min<u32>(taken, head);
    c.headSent += ofHead;
    c.offset += taken - ofHead;
    const isDone = c.headSent == c.headSize && (c.file < 0 || c.offset >= c.end);
    if (isDone) {
      closeFile(c);
      return 1;
    }
    if (<u32>taken < size) return 0;
  }
}

/** Whether an open failed because of descriptors: there are fewer when others have finished. */
export function isExhausted(error: i32): bool {
  return error == -EMFILE || error == -ENFILE;
}

/** Closes what has been quiet for longer than `limit`, or, if `needsRoom`, the connection between requests that has been so longest. */
export function closeIdle(now: u64, limit: u64, needsRoom: bool): void {
  let oldest: Connection | null = null;
  for (let i: u32 = 0; i < MAX_CONNECTIONS; i++) {
    const c = connectionAt(i);
    if (c.state == FREE) continue;
    if (now - c.active > limit) {
      closeConnection(c);
      needsRoom = false;
    } else if (c.state == READING && c.received == 0 && c.served) {
      if (!oldest || c.active < oldest.active) oldest = c;
    }
  }
  if (needsRoom && oldest) closeConnection(oldest);
}
