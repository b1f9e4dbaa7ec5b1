// The queues of an endpoint: doubly linked through QueueItems, so that a caller that dies or times out leaves in one step.
// Higher message priority first, first in first out within one.

import { infoPriority } from "../../abi/message";
import { Endpoint, queueAddress } from "./endpoint";
import { QueueItem } from "./thread";

@inline function headOf(queue: usize): QueueItem | null {
  return changetype<QueueItem | null>(load<usize>(queue));
}
@inline function tailOf(queue: usize): QueueItem | null {
  return changetype<QueueItem | null>(load<usize>(queue, 4));
}

/** Appends the item to the queue of its info word's priority. */
export function enqueue(ep: Endpoint, item: QueueItem): void {
  const priority = infoPriority(item.info);
  const queue = queueAddress(ep, priority);
  const tail = tailOf(queue);
  item.next = null;
  item.prev = tail;
  if (tail) tail.next = item;
  else store<usize>(queue, changetype<usize>(item));
  store<usize>(queue, changetype<usize>(item), 4);
  noteQueued(ep, priority);
}

/** Something stands in the queue of `priority`. */
@inline function noteQueued(ep: Endpoint, priority: u32): void {
  const owner = ep.owner;
  if (owner && !ep.queued) owner.busy++;
  ep.queued |= 1 << priority;
}

/** Puts the item before all others of its priority: it has waited longest. */
export function enqueueFirst(ep: Endpoint, item: QueueItem): void {
  const priority = infoPriority(item.info);
  const queue = queueAddress(ep, priority);
  const head = headOf(queue);
  item.prev = null;
  item.next = head;
  if (head) head.prev = item;
  else store<usize>(queue, changetype<usize>(item), 4);
  store<usize>(queue, changetype<usize>(item));
  noteQueued(ep, priority);
}

/** Takes an item out, wherever it stands. */
export function unlink(ep: Endpoint, item: QueueItem): void {
  const priority = infoPriority(item.info);
  const queue = queueAddress(ep, priority);
  const next = item.next;
  const prev = item.prev;
  if (prev) prev.next = next;
  else store<usize>(queue, changetype<usize>(next));
  if (next) next.prev = prev;
  else store<usize>(queue, changetype<usize>(prev), 4);
  item.next = null;
  item.prev = null;
  if (headOf(queue)) return;
  ep.queued &= ~(1 << priority);
  const owner = ep.owner;
  if (owner && !ep.queued) owner.busy--;
}

/** The first item of the highest priority, still linked; null when all queues are empty. */
export function first(ep: Endpoint): QueueItem | null {
  const queued = ep.queued;
  return queued ? headOf(queueAddress(ep, 31 - clz(queued))) : null;
}
