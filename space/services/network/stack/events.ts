// What happened to sockets, for whoever waits on them. A socket is in the queue at most once, with all that happened to it
// since it was taken last; what is true now its owner looks up. Numbers: connections, then MAX_CONNECTIONS + datagram sockets.

import { EVENT_BITS, EVENT_QUEUE, EVENT_QUEUE_LENGTH, MAX_SOCKETS } from "./layout";

export const EVENT_READABLE: u32 = 1; // data, its end, or a connection to accept
export const EVENT_WRITABLE: u32 = 2; // room for data
export const EVENT_STATE: u32 = 4; // connected, closed, or in error

const MASK: u32 = EVENT_QUEUE_LENGTH - 1;

let head: u32 = 0;
let tail: u32 = 0;

/** The bits of the socket that takeEvent() returned. */
export let eventBits: u32 = 0;

export function startEvents(): void {
  head = tail = 0;
  memory.fill(EVENT_BITS, 0, MAX_SOCKETS);
}

export function raiseEvent(socket: u32, bits: u32): void {
  const at = EVENT_BITS + socket;
  const before = <u32>load<u8>(at);
  store<u8>(at, <u8>(before | bits));
  if (before) return;
  store<u16>(EVENT_QUEUE + ((tail & MASK) << 1), <u16>socket);
  tail += 1;
}

export function hasEvents(): bool {
  return head != tail;
}

/** A socket that something happened to, or -1. */
export function takeEvent(): i32 {
  if (head == tail) return -1;
  const socket = <u32>load<u16>(EVENT_QUEUE + ((head & MASK) << 1));
  head += 1;
  eventBits = <u32>load<u8>(EVENT_BITS + socket);
  store<u8>(EVENT_BITS + socket, 0);
  return socket;
}
