// Priority inheritance by QNX's rule: a server runs at the highest of its own priority, that of the caller it received
// and those of the callers queued for it, until its next receive. It is transitive: a server that is itself blocked in a call
// passes what it inherits on to whoever it waits for.

import { MAX_PROCESSES } from "../../abi/limits";
import { MESSAGE_PRIORITIES } from "../../abi/endpoints";
import { Endpoint, queueAddress } from "./endpoint";
import {
  ITEM_THREAD,
  QueueItem,
  STATE_AWAITING_REPLY,
  STATE_READY,
  STATE_SENDING,
  Thread,
  threadOfItem,
} from "./thread";
import { requeue } from "./sched";

/** Whom `t`, blocked in a call, waits for; null when it is not blocked in one, or nobody owns the endpoint. */
function waitsFor(t: Thread): Thread | null {
  if (t.state == STATE_AWAITING_REPLY) return t.server;
  if (t.state != STATE_SENDING) return null;
  const ep = t.endpoint;
  return ep ? ep.owner : null;
}

/** Whether a call of `t` that waits for `owner` would close a circle of callers, none of whom could ever answer. */
export function closesCycle(t: Thread, owner: Thread | null): bool {
  let s = owner;
  for (let depth: u32 = 0; s && depth < MAX_PROCESSES; depth++) {
    if (s == t) return true;
    s = waitsFor(s);
  }
  return false;
}

/** A caller of priority `priority` waits for `owner`. */
export function inheritPriority(owner: Thread, priority: u32): void {
  let s: Thread | null = owner;
  while (s && s.priority < priority) {
    if (s.state == STATE_READY) requeue(s, priority);
    else s.priority = priority;
    s = waitsFor(s);
  }
}

/** The highest thread priority among the callers queued on any endpoint of `t`; 0 if none is. */
export function highestQueued(t: Thread): u32 {
  let highest: u32 = 0;
  const start = t.owned;
  let ep = start;
  while (ep) {
    if (ep.queued) highest = max(highest, highestQueuedOn(ep));
    ep = ep.nextOwned;
    if (ep == start) break;
  }
  return highest;
}

function highestQueuedOn(ep: Endpoint): u32 {
  let highest: u32 = 0;
  for (let p: u32 = 0; p < MESSAGE_PRIORITIES; p++) {
    let item = changetype<QueueItem | null>(load<usize>(queueAddress(ep, p)));
    while (item) {
      if (item.kind == ITEM_THREAD) highest = max(highest, threadOfItem(item).priority);
      item = item.next;
    }
  }
  return highest;
}
