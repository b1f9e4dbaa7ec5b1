// The receive window. What is promised is backed: a byte that the peer may send has a block already. The right edge never
// moves back (RFC 9293, 3.8.6), and moves forward only by worthwhile steps, so that no silly windows arise (3.8.6.2.2).

import { isAfter } from "./format";
import { segment } from "./segment";
import { FIN_RECEIVED, Tcb } from "./tcb";
import { freeBlocks } from "../blocks";
import { MAX_BLOCKS } from "../layout";

const SCARCE_BLOCKS: u32 = MAX_BLOCKS / 8; // with fewer of them a connection gets SCARCE_WINDOW
const SCARCE_WINDOW: u32 = 8192;
export const UNSCALED_MAX: u32 = 65535;

/** How far the window could reach: what the user has not read counts against the buffer. */
@inline
function wantedEdge(t: Tcb): u32 {
  const bytes = freeBlocks() < SCARCE_BLOCKS ? min(t.receiveBytes, SCARCE_WINDOW) : t.receiveBytes;
  return t.irs + 1 + t.receiveRing.head + bytes;
}

/** Whether moving the edge to `edge` is worth a segment of its own, or a mention in one. */
@inline
function isWorthwhile(t: Tcb, edge: u32): bool {
  const step = edge - t.rcvEdge;
  return <i32>step > 0 && (step >= t.receiveBytes >> 1 || step >= t.mss);
}

/** Whether the peer should be told at once that there is room again: two segments or half the buffer (as BSD does). */
export function isUpdateDue(t: Tcb): bool {
  if (t.is(FIN_RECEIVED)) return false;
  const step = wantedEdge(t) - t.rcvEdge;
  return <i32>step > 0 && (step >= t.receiveBytes >> 1 || step >= 2 * t.mss);
}

/** Backs the first window, of at most `bytes`, before the peer's first number is known. → whether any block could be had */
export function openWindow(t: Tcb, bytes: u32): bool {
  t.receiveRing.reset(0);
  return t.receiveRing.extend(min(min(bytes, UNSCALED_MAX), t.receiveBytes)) != 0;
}

/** Begins at the peer's first number: what is backed is the window. */
export function placeWindow(t: Tcb): void {
  t.irs = segment.seq;
  t.rcvNxt = segment.seq + 1;
  t.rcvEdge = t.rcvNxt + t.receiveRing.end;
  t.lastAckSent = t.rcvNxt;
}

/** The window field of a segment that goes out now. Moves the edge if that is worthwhile. */
export function advertiseWindow(t: Tcb): u32 {
  if (t.is(FIN_RECEIVED)) return min((t.rcvEdge - t.rcvNxt) >> t.rcvShift, UNSCALED_MAX);
  const wanted = wantedEdge(t);
  let edge = t.rcvEdge;
  if (isWorthwhile(t, wanted)) {
    const backed = t.receiveRing.extend(wanted - (t.irs + 1)) + t.irs + 1;
    if (isAfter(backed, edge)) edge = backed;
  }
  let field = (edge - t.rcvNxt) >> t.rcvShift;
  if (field > UNSCALED_MAX) field = UNSCALED_MAX;
  let promised = t.rcvNxt + (field << t.rcvShift);
  // Rounding must not take back what was promised before; the bytes up to the old edge are backed.
  if (isAfter(t.rcvEdge, promised) && field < UNSCALED_MAX) {
    field += 1;
    promised = t.rcvNxt + (field << t.rcvShift);
    t.receiveRing.extend(promised - (t.irs + 1));
  }
  if (isAfter(promised, t.rcvEdge)) t.rcvEdge = promised;
  return field;
}
