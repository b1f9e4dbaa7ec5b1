// Endpoints: the table, their ids, and their life from creation to destruction.
//
// An endpoint has one owner, the only thread that may receive from it, and four queues, one a message priority, each
// first in, first out, of blocked callers and stored asynchronous messages together. Invariant: if the owner waits here
// (waiterOf), all queues are empty.
//
//   index 1–15: well known, created at boot, never destroyed; their owner is whom the manifest names.
//   index 16–:  created by programs, destroyed with their owner.

import { MAX_ENDPOINTS, MAX_PROCESSES, MAX_QUEUED_PER_PRIORITY } from "../../abi/limits";
import {
  EPID_NONE,
  FIRST_DYNAMIC_ENDPOINT,
  NOTIFY_DRAIN,
  RIGHT_GRANT,
  RIGHT_RECEIVE,
  RIGHT_SEND,
} from "../../abi/endpoints";
import { EAGAIN, EEXIST, EINVAL, ENXIO, EPERM } from "../../abi/errno";
import { dismissQueue } from "./cancel";
import { disown, own } from "./owned";
import { rightsOf, rightsRow, setRights } from "./rights";
import { ENDPOINT_SIZE, ENDPOINT_TABLE } from "./tables";
import { QueueItem, STATE_AWAITING_REPLY, Thread, threadAt } from "./thread";

export const ENDPOINT_UP: u32 = 0; // its owner serves it, or will (calls queue until then)
export const ENDPOINT_DOWN: u32 = 1; // its owner died and nobody follows: calls are refused
export const ENDPOINT_RESTARTING: u32 = 2; // its owner died and another one follows: calls queue until then

const INDEX_MASK: u32 = MAX_ENDPOINTS - 1;
const GENERATION_STEP: u32 = 0x10000;

@unmanaged
export class Endpoint {
  id: u32; // generation and index; 0: free
  generation: u32; // of the last id given, in the id's place
  state: u32;
  owner: Thread | null;
  waiter: Thread | null; // the owner, while it waits here and nowhere else
  queued: u32; // bit p: the queue of priority p is not empty
  head0: QueueItem | null; // heads and tails of priorities 0–3, in pairs
  tail0: QueueItem | null;
  head1: QueueItem | null;
  tail1: QueueItem | null;
  head2: QueueItem | null;
  tail2: QueueItem | null;
  head3: QueueItem | null;
  tail3: QueueItem | null;
  stored: u32; // asynchronous messages queued, one byte a priority
  receiver: Thread | null; // the owner, once it has received here
  calls: u64; // messages received since creation
  cancelledLow: u64; // bit s: a call of thread slot s that the owner held was cancelled
  cancelledHigh: u64;
  nextOwned: Endpoint | null; // the ring of its owner's endpoints (owned.ts)
  supervised: u32; // 1: when its owner dies it is restarting, not down
}

@inline export function endpointAt(index: u32): Endpoint {
  return changetype<Endpoint>(ENDPOINT_TABLE + <usize>index * ENDPOINT_SIZE);
}

/** The endpoint that `epid` names now, or null: forged and stale ids do not match. */
@inline export function findEndpoint(epid: u32): Endpoint | null {
  const ep = endpointAt(epid & INDEX_MASK);
  return epid != EPID_NONE && ep.id == epid ? ep : null;
}

@inline export function indexOf(ep: Endpoint): u32 {
  return ep.id & INDEX_MASK;
}

/** Who would take a message to `ep` now: its owner, waiting there or for any of its endpoints; null: nobody waits. */
@inline export function waiterOf(ep: Endpoint): Thread | null {
  const waiter = ep.waiter;
  if (waiter) return waiter;
  const owner = ep.owner;
  return owner && owner.waitsAny ? owner : null;
}

/** Creates well-known endpoint `epid` (1–15) without an owner. 0, -EINVAL, -EEXIST. */
export function endpointCreateWellKnown(epid: u32): i32 {
  if (epid == EPID_NONE || epid >= FIRST_DYNAMIC_ENDPOINT) return -EINVAL;
  const ep = endpointAt(epid);
  if (ep.id) return -EEXIST;
  reset(ep, epid);
  return 0;
}

/** Creates an endpoint owned by `t`, with all rights. → its id, or -EAGAIN: its quota is used up, or the table is full. */
export function endpointCreate(t: Thread): i32 {
  if (!t.endpointsLeft) return -EAGAIN;
  for (let i = FIRST_DYNAMIC_ENDPOINT; i < MAX_ENDPOINTS; i++) {
    const ep = endpointAt(i);
    if (ep.id) continue;
    // 15 bits of generation keep the id positive as a system call's result; 0 is the well-known ones'.
    ep.generation = (ep.generation + GENERATION_STEP) & 0x7fff_0000;
    if (!ep.generation) ep.generation = GENERATION_STEP;
    reset(ep, ep.generation | i);
    t.endpointsLeft--;
    own(t, ep);
    setRights(t, ep, RIGHT_SEND | RIGHT_RECEIVE | RIGHT_GRANT);
    return <i32>ep.id;
  }
  return -EAGAIN;
}

function reset(ep: Endpoint, id: u32): void {
  const generation = ep.generation;
  memory.fill(changetype<usize>(ep), 0, ENDPOINT_SIZE);
  ep.generation = generation;
  ep.id = id;
  ep.state = ENDPOINT_UP;
}

/** Destroys a created endpoint: its owner only. Queued calls are refused. 0, -ENXIO, -EPERM, -EINVAL (well known). */
export function endpointDestroy(t: Thread, epid: u32): i32 {
  const ep = findEndpoint(epid);
  if (!ep) return -ENXIO;
  if (ep.owner != t) return -EPERM;
  if (indexOf(ep) < FIRST_DYNAMIC_ENDPOINT) return -EINVAL;
  release(ep);
  return 0;
}

function release(ep: Endpoint): void {
  dismissQueue(ep);
  for (let slot: u32 = 0; slot < MAX_PROCESSES; slot++) {
    store<u8>(rightsRow(slot) + indexOf(ep), 0);
    // Calls that its owner holds can still be answered; that one was cancelled must not be told to the next endpoint here.
    const t = threadAt(slot);
    if (t.state == STATE_AWAITING_REPLY && t.endpoint == ep) t.endpoint = null;
  }
  const owner = ep.owner;
  if (owner) {
    owner.endpointsLeft++;
    disown(owner, ep);
  }
  ep.id = 0;
}

/**
 * The owner of `ep` died: a created endpoint goes with it; a well-known one is down, or, where somebody sees to it that another
 * owner follows, restarting: what is queued stays.
 */
export function endpointOwnerDied(ep: Endpoint): void {
  if (indexOf(ep) >= FIRST_DYNAMIC_ENDPOINT) {
    release(ep);
    return;
  }
  const owner = ep.owner;
  if (owner) disown(owner, ep);
  ep.receiver = null;
  ep.cancelledLow = 0;
  ep.cancelledHigh = 0;
  ep.state = ENDPOINT_RESTARTING;
  if (!ep.supervised) endpointAbandon(ep);
}

/** Nobody will follow the dead owner of `ep`: it is down, and what is queued is refused. */
export function endpointAbandon(ep: Endpoint): void {
  ep.state = ENDPOINT_DOWN;
  ep.supervised = 0;
  dismissQueue(ep);
}

/**
 * Makes `t` the receiver of a well-known endpoint. supervised: when it dies, another one follows. After a restart it is to
 * drain what was closed meanwhile. 0, -EEXIST when another one lives.
 */
export function endpointAssign(ep: Endpoint, t: Thread, supervised: bool): i32 {
  if (ep.owner) return -EEXIST;
  if (ep.state == ENDPOINT_RESTARTING) t.notified |= NOTIFY_DRAIN;
  own(t, ep);
  ep.state = ENDPOINT_UP;
  ep.supervised = u32(supervised);
  setRights(t, ep, rightsOf(t, ep) | RIGHT_RECEIVE | RIGHT_GRANT);
  return 0;
}

export function endpointExists(epid: u32): bool {
  return findEndpoint(epid) != null;
}

/**
 * Writes a record about an endpoint at `target`: u32 state, u32 owner's pid, u32 waiting callers and stored messages,
 * u32 stored messages, u64 messages received, u64 0. 0 or -ENXIO.
 */
export function getEndpointStats(epid: u32, target: usize): i32 {
  const ep = findEndpoint(epid);
  if (!ep) return -ENXIO;
  const owner = ep.owner;
  let length: u32 = 0;
  for (let p: u32 = 0; p < 4; p++) {
    let item = load<usize>(queueAddress(ep, p));
    for (; item; length++) item = changetype<usize>(changetype<QueueItem>(item).next);
  }
  store<u32>(target, ep.state);
  store<u32>(target, owner ? owner.pid : 0, 4);
  store<u32>(target, length, 8);
  store<u32>(target, storedTotal(ep), 12);
  store<u64>(target, ep.calls, 16);
  store<u64>(target, 0, 24);
  return 0;
}
export const ENDPOINT_STATS_SIZE: u32 = 32;

/** Address of the head of a priority's queue; the tail follows it. */
@inline export function queueAddress(ep: Endpoint, priority: u32): usize {
  return changetype<usize>(ep) + offsetof<Endpoint>("head0") + ((<usize>priority) << 3);
}

@inline export function storedAt(ep: Endpoint, priority: u32): u32 {
  return (ep.stored >> (priority << 3)) & 0xff;
}

function storedTotal(ep: Endpoint): u32 {
  return storedAt(ep, 0) + storedAt(ep, 1) + storedAt(ep, 2) + storedAt(ep, 3);
}

@inline export function storageFull(ep: Endpoint, priority: u32): bool {
  return storedAt(ep, priority) >= MAX_QUEUED_PER_PRIORITY;
}

@inline export function countStored(ep: Endpoint, priority: u32, by: i32): void {
  ep.stored += <u32>(by << (priority << 3));
}
