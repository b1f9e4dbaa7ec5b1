// What the server knows of each client and priority, and the verdict on each message (space/apps/selftest-soak/plan.ts).

import {
  BEHIND_LOWER,
  CALLS,
  CLIENTS,
  COUNTS,
  DAMAGED,
  DOUBLED,
  LOST,
  OVERTAKEN,
  PRIORITIES,
  RECEIVED,
  WAITED,
  checkWord,
} from "../../apps/selftest-soak/plan";

/** One client's messages of one priority; the last one is the one received last. */
@unmanaged
class Stream {
  next: u64; // number of the next message
  newestSent: u64; // the latest "before" of what this priority had received ahead of the last one
  lowerBegan: u64; // the latest beginning of a receive ahead of the last one that brought a lower priority
}
const STREAM_BYTES: usize = 24;
const streams: usize = memory.data(1536, 8); // CLIENTS × PRIORITIES × STREAM_BYTES
export const counts: usize = memory.data(64, 8); // COUNTS × u64

/** By priority: the latest "before" received, and the latest beginning of a receive. */
const newestSent = new StaticArray<u64>(<i32>PRIORITIES);
const lastBegan = new StaticArray<u64>(<i32>PRIORITIES);
/** When the last message of all was received. */
let lastReceived: u64 = 0;

@inline function streamAt(client: u32, priority: u32): Stream {
  return changetype<Stream>(streams + <usize>(client * PRIORITIES + priority) * STREAM_BYTES);
}

@inline function count(what: u32, by: u64 = 1): void {
  const at = counts + ((<usize>what) << 3);
  store<u64>(at, load<u64>(at) + by);
}

/** All of the run before goes. */
export function reset(): void {
  memory.fill(streams, 0, <usize>(CLIENTS * PRIORITIES) * STREAM_BYTES);
  memory.fill(counts, 0, <usize>(COUNTS << 3));
  newestSent.fill(0);
  lastBegan.fill(0);
  lastReceived = 0;
}

/** A message whose data is at `data` came with `priority`; its receive began at `began` and ended at `received`. */
export function check(
  data: usize,
  length: u32,
  priority: u32,
  isCall: bool,
  began: u64,
  received: u64,
): void {
  const head = load<u64>(data);
  const before = load<u64>(data, 8);
  const after = load<u64>(data, 16);
  const client = (<u32>head) & 0xff;
  const wanted = ((<u32>head) >> 8) & 0xff;
  if (
    length != 32 ||
    load<u64>(data, 24) != checkWord(head, before, after) ||
    client >= CLIENTS ||
    wanted != priority
  ) {
    count(DAMAGED);
    return;
  }
  const stream = streamAt(client, priority);
  const number = head >> 32;
  if (number > stream.next) count(LOST, number - stream.next);
  else if (number < stream.next) count(DOUBLED);
  if (after && number && stream.newestSent > after) count(OVERTAKEN);
  if (after && number && stream.lowerBegan > after) count(BEHIND_LOWER);
  count(RECEIVED);
  if (isCall) count(CALLS);
  if (before < lastReceived) count(WAITED);
  note(stream, number + 1, priority, before, began);
  lastReceived = received;
}

/** Remembers what the verdict on the stream's next message needs. */
function note(stream: Stream, next: u64, priority: u32, before: u64, began: u64): void {
  stream.next = next;
  stream.newestSent = unchecked(newestSent[priority]);
  let lower: u64 = 0;
  for (let p: u32 = 0; p < priority; p++) lower = max(lower, unchecked(lastBegan[p]));
  stream.lowerBegan = lower;
  unchecked((newestSent[priority] = max(unchecked(newestSent[priority]), before)));
  unchecked((lastBegan[priority] = began));
}

/** The client at data says how many messages of each priority it has sent: those that have not come are lost. */
export function checkDone(data: usize): void {
  const client = load<u32>(data);
  if (client >= CLIENTS) {
    count(DAMAGED);
    return;
  }
  for (let p: u32 = 0; p < PRIORITIES; p++) {
    const sent = <u64>load<u32>(data + ((<usize>p) << 2), 4);
    const next = streamAt(client, p).next;
    if (next < sent) count(LOST, sent - next);
  }
}
