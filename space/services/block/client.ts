// Who uses the disks: processes that are connected, have memory attached, or have asked for something. A client goes when
// its process is dead and the last of its requests is back from the device: until then its memory stays pinned.
//
// attachment:  31        4 3      0
//             | generation | number |    of the client's own; a value kept too long names nothing (-EBADF)

import { BLOCK_MAX_ATTACHMENTS, BLOCK_MAX_CLIENTS, BLOCK_MAX_PENDING } from "../../../abi/block";
import { ESRCH } from "../../../abi/errno";
import { MAX_OBJECT_PAGES } from "../../../abi/limits";
import { SYS_KILL, SYS_OBJECT_PIN, SYS_OBJECT_UNPIN } from "../../../abi/syscall";
import { syscall } from "../../lib/sys";
import { Request, clientOf, requestAt } from "./request";

const NUMBER_BITS: u32 = 4; // BLOCK_MAX_ATTACHMENTS values
const NUMBER_MASK: u32 = BLOCK_MAX_ATTACHMENTS - 1;
const GENERATION_MAX: u32 = (1 << 27) - 1;
const ALL_FREE: u32 = u32.MAX_VALUE; // BLOCK_MAX_PENDING bits
const ADDRESS_BYTES: u32 = 8; // of a physical address
const ADDRESSES_BYTES: u32 = MAX_OBJECT_PAGES * ADDRESS_BYTES;

@unmanaged
export class Client {
  pid: u32; // 0: a free record
  endpoint: u32; // of its completions; 0: not connected
  free: u32; // bit i: its request i is free
  undelivered: u32; // bit i: its request i is finished, its completion not sent
  isDead: u32;
}
const CLIENT_SIZE: u32 = 20;

@unmanaged
export class Attachment {
  pages: u32; // 0: a free record
  generation: u32;
  object: u32;
  rights: u32; // PROT_…
}
const ATTACHMENT_SIZE: u32 = 16;

const clients: usize = heap.alloc(BLOCK_MAX_CLIENTS * CLIENT_SIZE);
const attachments: usize = heap.alloc(BLOCK_MAX_CLIENTS * BLOCK_MAX_ATTACHMENTS * ATTACHMENT_SIZE);
const addresses: usize = heap.alloc(BLOCK_MAX_CLIENTS * BLOCK_MAX_ATTACHMENTS * ADDRESSES_BYTES);

@inline
export function clientAt(index: u32): Client {
  return changetype<Client>(clients + index * CLIENT_SIZE);
}

@inline
function indexOf(client: Client): u32 {
  return <u32>(changetype<usize>(client) - clients) / CLIENT_SIZE;
}

@inline
function attachmentAt(client: Client, number: u32): Attachment {
  return changetype<Attachment>(
    attachments + (indexOf(client) * BLOCK_MAX_ATTACHMENTS + number) * ATTACHMENT_SIZE,
  );
}

/** Where the physical addresses of an attachment's pages stand, a u64 each. */
@inline
export function pageAddressesOf(client: Client, number: u32): usize {
  return addresses + (indexOf(client) * BLOCK_MAX_ATTACHMENTS + number) * ADDRESSES_BYTES;
}

/** The client that process `pid` is, or null. */
export function findClient(pid: u32): Client | null {
  for (let i: u32 = 0; i < BLOCK_MAX_CLIENTS; i++) {
    const client = clientAt(i);
    if (client.pid == pid && !client.isDead) return client;
  }
  return null;
}

/** The same, made if need be; null: all records are taken by processes that live, or whose requests are not back. */
export function clientOfProcess(pid: u32): Client | null {
  const known = findClient(pid);
  if (known) return known;
  let client = findFree();
  if (!client) {
    reapClients();
    client = findFree();
    if (!client) return null;
  }
  client.pid = pid;
  client.endpoint = 0;
  client.free = ALL_FREE;
  client.undelivered = 0;
  client.isDead = 0;
  return client;
}

function findFree(): Client | null {
  for (let i: u32 = 0; i < BLOCK_MAX_CLIENTS; i++) {
    if (!clientAt(i).pid) return clientAt(i);
  }
  return null;
}

/** Pins `object` and gives the client a number for it. → attachment, -EMFILE is the caller's to check, -errno of the pin */
export function attach(client: Client, number: u32, object: u32, pages: u32, rights: u32): i64 {
  const status = syscall(SYS_OBJECT_PIN, object, 0, pages, pageAddressesOf(client, number), 0, 0);
  if (status < 0) return status;
  const attachment = attachmentAt(client, number);
  attachment.pages = pages;
  attachment.object = object;
  attachment.rights = rights;
  return ((<u64>attachment.generation) << NUMBER_BITS) | number;
}

/** A number that the client has not given to an attachment, or -1. */
export function freeNumber(client: Client): i32 {
  for (let i: u32 = 0; i < BLOCK_MAX_ATTACHMENTS; i++) {
    if (!attachmentAt(client, i).pages) return <i32>i;
  }
  return -1;
}

/** Whether anybody has `object` attached: it can be pinned once. */
export function isAttached(object: u32): bool {
  for (let i: u32 = 0; i < BLOCK_MAX_CLIENTS; i++) {
    for (let n: u32 = 0; n < BLOCK_MAX_ATTACHMENTS; n++) {
      const attachment = attachmentAt(clientAt(i), n);
      if (attachment.pages && attachment.object == object) return true;
    }
  }
  return false;
}

/** The client's attachment of that value, or null. */
@inline
export function findAttachment(client: Client, value: u32): Attachment | null {
  const attachment = attachmentAt(client, value & NUMBER_MASK);
  return attachment.pages && attachment.generation == value >> NUMBER_BITS ? attachment : null;
}

/** The number in an attachment's value. */
@inline
export function numberOf(value: u32): u32 {
  return value & NUMBER_MASK;
}

/** Whether a request that is not finished uses the client's attachment `number`. */
export function isInUse(client: Client, number: u32): bool {
  const first = indexOf(client) * BLOCK_MAX_PENDING;
  for (let busy = ~client.free; busy; busy &= busy - 1) {
    if (requestAt(first + ctz(busy)).attachments & (1 << number)) return true;
  }
  return false;
}

/** Unpins the client's attachment `number`, which nothing uses. */
export function detach(client: Client, number: u32): void {
  const attachment = attachmentAt(client, number);
  attachment.pages = 0;
  attachment.generation = attachment.generation == GENERATION_MAX ? 0 : attachment.generation + 1;
  syscall(SYS_OBJECT_UNPIN, attachment.object, 0, 0, 0, 0, 0);
}

/** An empty request of the client's, or null: BLOCK_MAX_PENDING are not answered. */
export function takeRequest(client: Client): Request | null {
  if (!client.free) return null;
  const number = <u32>ctz(client.free);
  client.free &= ~(1 << number);
  const request = requestAt(indexOf(client) * BLOCK_MAX_PENDING + number);
  request.index = indexOf(client) * BLOCK_MAX_PENDING + number;
  request.segments = 0;
  request.attachments = 0;
  request.keep = 0;
  return request;
}

/** Gives an answered request back; the last one of a dead client takes the client along. */
export function giveRequest(request: Request): void {
  if (request.keep) return;
  const client = clientAt(clientOf(request));
  client.free |= 1 << (request.index % BLOCK_MAX_PENDING);
  if (client.isDead) release(client);
}

/** Looks which clients have died, and lets go what can be. */
export function reapClients(): void {
  for (let i: u32 = 0; i < BLOCK_MAX_CLIENTS; i++) {
    const client = clientAt(i);
    if (!client.pid || client.isDead) continue;
    if (<i32>syscall(SYS_KILL, client.pid, 0, 0, 0, 0, 0) != -ESRCH) continue;
    client.isDead = 1;
    release(client);
  }
}

/** Frees a dead client's record and memory, if none of its requests is on its way. */
function release(client: Client): void {
  const first = indexOf(client) * BLOCK_MAX_PENDING;
  for (let left = client.undelivered; left; left &= left - 1) {
    if (!requestAt(first + ctz(left)).keep) client.free |= 1 << ctz(left); // nobody waits for it
  }
  client.undelivered = 0;
  if (client.free != ALL_FREE) return;
  for (let i: u32 = 0; i < BLOCK_MAX_ATTACHMENTS; i++) {
    if (attachmentAt(client, i).pages) detach(client, i);
  }
  client.pid = 0;
  client.isDead = 0;
}
