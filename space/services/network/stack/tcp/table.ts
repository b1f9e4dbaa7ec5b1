// Which connections there are: the table itself, the hash of open connections by their four numbers, the one of bound
// ports. A full table takes the connection that is longest in TIME-WAIT.

import { EADDRINUSE, EADDRNOTAVAIL, EINVAL } from "../../../../../abi/errno";
import { EPHEMERAL_PORTS, FIRST_EPHEMERAL_PORT } from "../datagram_socket";
import { EVENT_WRITABLE, raiseEvent } from "../events";
import { isOurs } from "../interface";
import { IpAddress } from "../ip_address";
import { DEFAULT_SERVICE } from "../ip4_output";
import { randomBelow, randomU64 } from "../keyed_hash";
import {
  BOUND_HASH,
  CONNECTION_BUCKETS,
  CONNECTION_HASH,
  MAX_CONNECTIONS,
  PORT_BUCKETS,
  TCB_SIZE,
  TCB_TABLE,
} from "../layout";
import { NEVER, timerSet } from "../timers";
import { oldestTimeWait, takeFromTimeWait } from "./queues";
import { BLOCKED, BOUND, CONNECTED, DETACHED, IN_USE, LISTEN, TIME_WAIT, Tcb, tcbAt } from "./tcb";

export const DEFAULT_BUFFER_BYTES: u32 = 65536;
const DEFAULT_USER_TIMEOUT_US: u64 = 900_000_000; // R2 of data: 100 seconds at least (RFC 9293, 3.8.3)
const DEFAULT_KEEP_IDLE_S: u32 = 7200; // RFC 9293 3.8.4: no less than two hours unless the user says so

let used: u32 = 0;
let freeHead: u32 = 0; // index + 1, chained by linkNext
let fresh: u32 = 0; // never used from here on
let hashKey: u64 = 1;

export function startTable(): void {
  memory.fill(TCB_TABLE, 0, MAX_CONNECTIONS * TCB_SIZE);
  memory.fill(CONNECTION_HASH, 0, CONNECTION_BUCKETS * 2);
  memory.fill(BOUND_HASH, 0, PORT_BUCKETS * 2);
  used = freeHead = fresh = 0;
  hashKey = randomU64() | 1;
}

export function connectionsInUse(): u32 {
  return used;
}

/** A new connection, CLOSED, or null: the table is full. */
export function tcbNew(): Tcb | null {
  if (used == MAX_CONNECTIONS) {
    const oldest = oldestTimeWait();
    if (!oldest) return null;
    tcbFree(oldest);
  }
  let index = fresh;
  if (freeHead) {
    index = freeHead - 1;
    freeHead = <u32>tcbAt(index).linkNext;
  } else {
    fresh += 1;
  }
  const t = tcbAt(index);
  const queued = t.queued;
  memory.fill(changetype<usize>(t), 0, TCB_SIZE);
  t.queued = queued;
  t.flags = IN_USE;
  t.sendBytes = DEFAULT_BUFFER_BYTES;
  t.receiveBytes = DEFAULT_BUFFER_BYTES;
  t.service = DEFAULT_SERVICE;
  t.userTimeout_us = DEFAULT_USER_TIMEOUT_US;
  t.keepIdle_s = DEFAULT_KEEP_IDLE_S;
  used += 1;
  return t;
}

/** Takes the connection out of all tables and gives back what it holds. Nobody may name it any more. */
export function tcbFree(t: Tcb): void {
  if (t.state == TIME_WAIT && t.is(DETACHED)) takeFromTimeWait(t);
  releaseConnection(t);
  t.receiveRing.reset(0);
  t.flags = 0;
  t.state = 0;
  t.linkNext = <u16>freeHead;
  freeHead = t.index + 1;
  used -= 1;
}

/** Gives back ports, timers and the send buffer, when the connection is no more but its user still has it. */
export function releaseConnection(t: Tcb): void {
  unlinkConnection(t);
  unbind(t);
  timerSet(t.index, NEVER);
  t.retransmit_us = t.delayedAck_us = t.other_us = 0;
  t.sendRing.reset(0);
  t.intervals = 0;
}

@inline
function connectionBucket(local: IpAddress, remote: IpAddress, ports: u32): usize {
  const mixed = (remote.low ^ remote.high ^ (local.low << 17) ^ ((<u64>ports) << 32)) * hashKey;
  return CONNECTION_HASH + <usize>((mixed >> 53) << 1);
}

/** The connection between these two, or null. ports: local << 16 | remote. */
export function findConnection(local: IpAddress, remote: IpAddress, ports: u32): Tcb | null {
  let number = load<u16>(connectionBucket(local, remote, ports));
  while (number) {
    const t = tcbAt(<u32>number - 1);
    if (t.ports == ports && t.remote.equals(remote) && t.local.equals(local)) return t;
    number = t.hashNext;
  }
  return null;
}

/** Puts a connection with all four numbers into the table. */
export function linkConnection(t: Tcb): void {
  const bucket = connectionBucket(t.local, t.remote, t.ports);
  t.hashNext = load<u16>(bucket);
  store<u16>(bucket, <u16>(t.index + 1));
  t.set(CONNECTED);
}

function unlinkConnection(t: Tcb): void {
  if (!t.is(CONNECTED)) return;
  let at = connectionBucket(t.local, t.remote, t.ports);
  const number = t.index + 1;
  while (<u32>load<u16>(at) != number) {
    at = changetype<usize>(tcbAt(<u32>load<u16>(at) - 1)) + offsetof<Tcb>("hashNext");
  }
  store<u16>(at, t.hashNext);
  t.clear(CONNECTED);
}

@inline
function boundBucket(port: u32): usize {
  return BOUND_HASH + ((port & (PORT_BUCKETS - 1)) << 1);
}

/** The listener for a connection to `local` and `port`, or null; one with that very address comes first. */
export function findListener(local: IpAddress, port: u32): Tcb | null {
  let found: Tcb | null = null;
  for (let number = load<u16>(boundBucket(port)); number;) {
    const t = tcbAt(<u32>number - 1);
    number = t.boundNext;
    if (t.state != LISTEN || t.localPort != port) continue;
    if (t.local.equals(local)) return t;
    if (t.local.isUnspecified) found = t;
  }
  return found;
}

function isPortFree(address: IpAddress, port: u32): bool {
  for (let number = load<u16>(boundBucket(port)); number;) {
    const t = tcbAt(<u32>number - 1);
    number = t.boundNext;
    if (t.localPort != port) continue;
    if (address.isUnspecified || t.local.isUnspecified || t.local.equals(address)) return false;
  }
  return true;
}

/** Gives a CLOSED connection its address and port; port 0: a free one. → 0, -EINVAL, -EADDRINUSE, -EADDRNOTAVAIL */
export function bind(t: Tcb, address: IpAddress, port: u32): i32 {
  if (t.is(BOUND) || t.state != 0) return -EINVAL;
  if (!address.isUnspecified && !(address.isV4 && isOurs(address.v4))) return -EADDRNOTAVAIL;
  if (!port) port = freePort(address);
  else if (!isPortFree(address, port)) port = 0;
  if (!port) return -EADDRINUSE;
  t.local.copyFrom(address);
  t.ports = port << 16;
  const bucket = boundBucket(port);
  t.boundNext = load<u16>(bucket);
  store<u16>(bucket, <u16>(t.index + 1));
  t.set(BOUND);
  return 0;
}

function unbind(t: Tcb): void {
  if (!t.is(BOUND)) return;
  let at = boundBucket(t.localPort);
  const number = t.index + 1;
  while (<u32>load<u16>(at) != number) {
    at = changetype<usize>(tcbAt(<u32>load<u16>(at) - 1)) + offsetof<Tcb>("boundNext");
  }
  store<u16>(at, t.boundNext);
  t.clear(BOUND);
}

/** A free ephemeral port, by chance (RFC 6056, 3.3.1), or 0. */
function freePort(address: IpAddress): u32 {
  const start = randomBelow(EPHEMERAL_PORTS);
  for (let i: u32 = 0; i < EPHEMERAL_PORTS; i++) {
    const port = FIRST_EPHEMERAL_PORT + ((start + i) & (EPHEMERAL_PORTS - 1));
    if (isPortFree(address, port)) return port;
  }
  return 0;
}

/** A local port that makes a connection to `remote` and its port unlike every other, or 0. */
export function portTowards(local: IpAddress, remote: IpAddress, remotePort: u32): u32 {
  const start = randomBelow(EPHEMERAL_PORTS);
  for (let i: u32 = 0; i < EPHEMERAL_PORTS; i++) {
    const port = FIRST_EPHEMERAL_PORT + ((start + i) & (EPHEMERAL_PORTS - 1));
    if (isPortFree(local, port) && !findConnection(local, remote, (port << 16) | remotePort)) return port;
  }
  return 0;
}

/** Blocks are free again: all that wait for room in their send buffers are told. */
export function wakeBlocked(): void {
  for (let index: u32 = 0; index < fresh; index++) {
    const t = tcbAt(index);
    if (!t.is(BLOCKED)) continue;
    t.clear(BLOCKED);
    raiseEvent(index, EVENT_WRITABLE);
  }
}
