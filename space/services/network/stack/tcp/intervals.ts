// Data that came out of order: it is in the receive buffer already, at its place; here is noted where. Stretches are kept
// apart and in order; there are few, because a peer that leaves many holes only costs itself a retransmission.
//
//   rcvNxt ··hole·· [from, to) ··hole·· [from, to) …        8 bytes each, at INTERVALS in the connection

import { isAfter, isBefore, laterOf } from "./format";
import { INTERVALS, Tcb } from "./tcb";

const MAX_INTERVALS: u32 = 24;

@inline
function at(t: Tcb, index: u32): usize {
  return changetype<usize>(t) + INTERVALS + (index << 3);
}

function removeAt(t: Tcb, index: u32): void {
  t.intervals -= 1;
  for (let i = index; i < t.intervals; i++) store<u64>(at(t, i), load<u64>(at(t, i + 1)));
}

/** Notes the bytes from..to, ahead of rcvNxt. false: the table is full, and the bytes count as not received. */
export function addInterval(t: Tcb, from: u32, to: u32): bool {
  let index: u32 = 0;
  while (index < t.intervals && isBefore(load<u32>(at(t, index), 4), from)) index += 1;
  if (index == t.intervals || isAfter(load<u32>(at(t, index)), to)) {
    if (t.intervals == MAX_INTERVALS) return false;
    for (let i = t.intervals; i > index; i--) store<u64>(at(t, i), load<u64>(at(t, i - 1)));
    t.intervals += 1;
    store<u32>(at(t, index), from);
    store<u32>(at(t, index), to, 4);
    return true;
  }
  // Touches the stretch at `index`, and perhaps those after it.
  const first = at(t, index);
  if (isBefore(from, load<u32>(first))) store<u32>(first, from);
  store<u32>(first, laterOf(load<u32>(first, 4), to), 4);
  while (index + 1 < t.intervals && !isAfter(load<u32>(at(t, index + 1)), load<u32>(first, 4))) {
    store<u32>(first, laterOf(load<u32>(first, 4), load<u32>(at(t, index + 1), 4)), 4);
    removeAt(t, index + 1);
  }
  return true;
}

/** How far the data reaches without a hole if all before `next` is there. Stretches that are reached are forgotten. */
export function joinIntervals(t: Tcb, next: u32): u32 {
  while (t.intervals && !isAfter(load<u32>(at(t, 0)), next)) {
    next = laterOf(next, load<u32>(at(t, 0), 4));
    removeAt(t, 0);
  }
  return next;
}
