// Which endpoints a thread owns: a ring, so that a receive from any of them can begin after the one that was served last and
// none is forgotten.

import { Endpoint } from "./endpoint";
import { Thread } from "./thread";

/** `t` owns `ep`, which nobody owned, from now on. */
export function own(t: Thread, ep: Endpoint): void {
  const first = t.owned;
  ep.nextOwned = first ? first.nextOwned : ep;
  if (first) first.nextOwned = ep;
  else t.owned = ep;
  ep.owner = t;
  if (ep.queued) t.busy++;
}

/** Takes `ep` from `t`, its owner. */
export function disown(t: Thread, ep: Endpoint): void {
  let before = ep;
  let next = ep.nextOwned;
  while (next && next != ep) {
    before = next;
    next = next.nextOwned;
  }
  before.nextOwned = ep.nextOwned;
  t.owned = before == ep ? null : before;
  if (ep.queued) t.busy--;
  ep.nextOwned = null;
  ep.owner = null;
  ep.waiter = null;
}

/** The endpoint of `t` with the message of the highest priority; among equals the first one of the ring. null: none has one. */
export function busiestOwned(t: Thread): Endpoint | null {
  const start = t.owned;
  let best: Endpoint | null = null;
  let bestQueued: u32 = 0;
  let ep = start;
  while (ep) {
    // Bit p of `queued` is priority p: the queue with the higher top bit comes first.
    if (ep.queued && (!best || clz(ep.queued) < clz(bestQueued))) {
      best = ep;
      bestQueued = ep.queued;
    }
    ep = ep.nextOwned;
    if (ep == start) break;
  }
  return best;
}
