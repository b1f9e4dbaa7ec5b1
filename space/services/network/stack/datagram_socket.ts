// Sockets that keep datagrams: UDP, and ICMP echo for ping (whose port is the echo's identifier). What arrives waits in the
// socket's ring, each datagram behind a header, padded to 8:
//
//   | u32 data bytes | u32 sender's port | u64, u64 sender's address | data … |

import { EADDRINUSE, EADDRNOTAVAIL, EINVAL } from "../../../../abi/errno";
import { ByteRing } from "./byte_ring";
import { EVENT_READABLE, EVENT_STATE, raiseEvent } from "./events";
import { IpAddress } from "./ip_address";
import { isOurs } from "./interface";
import { randomBelow } from "./keyed_hash";
import {
  DATAGRAM_HASH,
  DATAGRAM_SOCKET_SIZE,
  DATAGRAM_TABLE,
  MAX_CONNECTIONS,
  MAX_DATAGRAM_SOCKETS,
  PORT_BUCKETS,
} from "./layout";
import { DEFAULT_SERVICE } from "./ip4_output";

export const KIND_FREE: u32 = 0;
export const KIND_UDP: u32 = 1;
export const KIND_ECHO: u32 = 2;

const RING_OFFSET: u32 = 112; // behind the fields; with RING_SIZE bytes it ends before DATAGRAM_SOCKET_SIZE
export const DATAGRAM_HEADER: u32 = 24;
export const DEFAULT_RECEIVE_BYTES: u32 = 65536;
export const FIRST_EPHEMERAL_PORT: u32 = 49152; // RFC 6335
export const EPHEMERAL_PORTS: u32 = 65536 - FIRST_EPHEMERAL_PORT;

@unmanaged
export class DatagramSocket {
  localHigh: u64;
  localLow: u64;
  remoteHigh: u64;
  remoteLow: u64;
  localPort: u32; // 0: not bound
  remotePort: u32; // 0: not connected
  tail: u32; // where the next datagram goes in the ring
  receiveBytes: u32; // the most that may wait, headers included
  error: i32; // errno of an ICMP error that the next call is told, or 0
  service: u32; // of what it sends: TOS << 8 | TTL
  kind: u32;
  mayBroadcast: u32;
  next: u16; // in its bucket, + 1
  reserved: u16;
  dropped: u32;

  @inline
  get ring(): ByteRing {
    return changetype<ByteRing>(changetype<usize>(this) + RING_OFFSET);
  }

  @inline
  get local(): IpAddress {
    return changetype<IpAddress>(changetype<usize>(this) + offsetof<DatagramSocket>("localHigh"));
  }

  @inline
  get remote(): IpAddress {
    return changetype<IpAddress>(changetype<usize>(this) + offsetof<DatagramSocket>("remoteHigh"));
  }

  @inline
  get index(): u32 {
    return <u32>(changetype<usize>(this) - DATAGRAM_TABLE) / DATAGRAM_SOCKET_SIZE;
  }

  @inline
  get hasDatagram(): bool {
    return this.ring.head != this.tail;
  }

  /** Bytes of the first datagram's data. Only when there is one. */
  get firstLength(): u32 {
    return this.word(0);
  }

  get firstPort(): u32 {
    return this.word(4);
  }

  /** Copies the sender's address of the first datagram. */
  firstAddress(to: IpAddress): void {
    this.ring.read(this.ring.head + 8, changetype<usize>(to), 16);
  }

  private word(offset: u32): u32 {
    return load<u32>(this.ring.span(this.ring.head + offset, 4)); // padded to 8: a word never crosses a block
  }

  /** Takes the first datagram out. */
  dropFirst(): void {
    this.ring.release(this.ring.head + recordSize(this.firstLength));
  }

  /** Keeps a datagram. false: there is no room for it. */
  keep(data: usize, length: u32, sender: IpAddress, port: u32): bool {
    const size = recordSize(length);
    const ring = this.ring;
    if (
      this.tail + size - ring.head > this.receiveBytes ||
      ring.extend(this.tail + size) != this.tail + size
    ) {
      this.dropped += 1;
      return false;
    }
    store<u32>(ring.span(this.tail, 4), length);
    store<u32>(ring.span(this.tail + 4, 4), port);
    store<u64>(ring.span(this.tail + 8, 8), sender.high);
    store<u64>(ring.span(this.tail + 16, 8), sender.low);
    ring.write(this.tail + DATAGRAM_HEADER, data, length);
    this.tail += size;
    raiseEvent(MAX_CONNECTIONS + this.index, EVENT_READABLE);
    return true;
  }

  /** Remembers an error for the next call. */
  fail(error: i32): void {
    this.error = error;
    raiseEvent(MAX_CONNECTIONS + this.index, EVENT_STATE);
  }
}

@inline
function recordSize(length: u32): u32 {
  return DATAGRAM_HEADER + ((length + 7) & ~7);
}

@inline
export function datagramSocketAt(index: u32): DatagramSocket {
  return changetype<DatagramSocket>(DATAGRAM_TABLE + <usize>index * DATAGRAM_SOCKET_SIZE);
}

@inline
function bucketOf(port: u32): usize {
  return DATAGRAM_HASH + ((port & (PORT_BUCKETS - 1)) << 1);
}

let used: u32 = 0;

export function startDatagramSockets(): void {
  memory.fill(DATAGRAM_TABLE, 0, MAX_DATAGRAM_SOCKETS * DATAGRAM_SOCKET_SIZE);
  memory.fill(DATAGRAM_HASH, 0, PORT_BUCKETS * 2);
  used = 0;
}

export function datagramSocketsInUse(): u32 {
  return used;
}

/** A new socket, or null: the table is full. */
export function datagramOpen(kind: u32): DatagramSocket | null {
  for (let index: u32 = 0; index < MAX_DATAGRAM_SOCKETS; index++) {
    const socket = datagramSocketAt(index);
    if (socket.kind) continue;
    memory.fill(changetype<usize>(socket), 0, DATAGRAM_SOCKET_SIZE);
    socket.kind = kind;
    socket.receiveBytes = DEFAULT_RECEIVE_BYTES;
    socket.service = DEFAULT_SERVICE;
    used += 1;
    return socket;
  }
  return null;
}

export function datagramClose(socket: DatagramSocket): void {
  unlink(socket);
  socket.ring.reset(0);
  socket.kind = KIND_FREE;
  used -= 1;
}

function unlink(socket: DatagramSocket): void {
  if (!socket.localPort) return;
  let at = bucketOf(socket.localPort);
  const number = socket.index + 1;
  while (<u32>load<u16>(at) != number) at = changetype<usize>(nextOf(at)) + offsetof<DatagramSocket>("next");
  store<u16>(at, socket.next);
  socket.localPort = 0;
}

@inline
function nextOf(at: usize): DatagramSocket {
  return datagramSocketAt(<u32>load<u16>(at) - 1);
}

/** The first socket of a kind with this local port, or null; the next ones by nextWithPort. */
export function firstWithPort(kind: u32, port: u32): DatagramSocket | null {
  return matching(load<u16>(bucketOf(port)), kind, port);
}

export function nextWithPort(socket: DatagramSocket): DatagramSocket | null {
  return matching(socket.next, socket.kind, socket.localPort);
}

function matching(number: u16, kind: u32, port: u32): DatagramSocket | null {
  while (number) {
    const socket = datagramSocketAt(<u32>number - 1);
    if (socket.localPort == port && socket.kind == kind) return socket;
    number = socket.next;
  }
  return null;
}

/** Whether the port can be had at that address: no other socket's address there is the same or covers it. */
function isFree(kind: u32, address: IpAddress, port: u32): bool {
  let socket = firstWithPort(kind, port);
  while (socket) {
    if (address.isUnspecified || socket.local.isUnspecified || address.equals(socket.local)) return false;
    socket = nextWithPort(socket);
  }
  return true;
}

/** Gives the socket its address and port; port 0: a free one. → 0, -EINVAL (it has one), -EADDRINUSE, -EADDRNOTAVAIL */
export function datagramBind(socket: DatagramSocket, address: IpAddress, port: u32): i32 {
  if (socket.localPort) return -EINVAL;
  if (!address.isUnspecified && !(address.isV4 && isOurs(address.v4))) return -EADDRNOTAVAIL;
  if (!port) {
    port = freePort(socket.kind, address);
    if (!port) return -EADDRINUSE;
  } else if (!isFree(socket.kind, address, port)) {
    return -EADDRINUSE;
  }
  socket.local.copyFrom(address);
  socket.localPort = port;
  const bucket = bucketOf(port);
  socket.next = load<u16>(bucket);
  store<u16>(bucket, <u16>(socket.index + 1));
  return 0;
}

/** A free ephemeral port, by chance (RFC 6056, 3.3.1), or 0. */
function freePort(kind: u32, address: IpAddress): u32 {
  const start = randomBelow(EPHEMERAL_PORTS);
  for (let i: u32 = 0; i < EPHEMERAL_PORTS; i++) {
    const port = FIRST_EPHEMERAL_PORT + ((start + i) & (EPHEMERAL_PORTS - 1));
    if (isFree(kind, address, port)) return port;
  }
  return 0;
}
