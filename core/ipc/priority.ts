// Priority inheritance by QNX's rule: a server runs at the highest of its own priority, that of the caller it received
// and those of the callers queued for it, until its next receive.

import { Endpoint, queueAddress } from "./endpoint";
import { ITEM_THREAD, QueueItem, STATE_READY, Thread, threadOfItem } from "./thread";
import { MESSAGE_PRIORITIES } from "../../abi/endpoints";
import { requeue } from "./sched";

/** A caller of priority `priority` waits for `owner`. */
export function inheritPriority(owner: Thread, priority: u32): void {
  if (owner.priority >= priority) return;
  owner.priority = priority;
  if (owner.state == STATE_READY) requeue(owner);
}

/** The highest thread priority among the callers queued on `ep`; 0 if none is. */
export function highestQueued(ep: Endpoint): u32 {
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
