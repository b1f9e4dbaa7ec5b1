// Requests that wait. An operation that needs what is not there yet (a block of a disk, bytes in a pipe) answers WAIT and
// has changed nothing. Its request is kept here as it came, with its token, and is done again from the start when all
// that it waited for has come; meanwhile others are served.
//
// What can be waited for has a Waiters record: a bit for each slot. A bit that a cancelled request left behind wakes the
// slot's next user too early, which costs a run and nothing else.

import { MAX_MESSAGE_DATA } from "../../../abi/limits";
import { MESSAGE_DATA, Message } from "../../../abi/message";
import { message } from "../../lib/hnx_ipc/call";
import { setReady } from "./work";

/** One call a process, so there is a slot for each (abi/limits.ts, MAX_PROCESSES). */
const MAX_PARKED: u32 = 128;
const MESSAGE_BYTES: u32 = MESSAGE_DATA + MAX_MESSAGE_DATA;
const SLOT_SIZE: usize = 416; // the record and the message
const TOKEN_SLOT_MASK: u64 = 0x7f; // of a token: the caller's slot (docs/PROTOCOL.md)

@unmanaged
class Slot {
  token: u64; // 0: free
  value: u64; // the operation's own: what it must remember from one run to the next
  stage: u32;
  awaiting: u32; // things that have not come yet
}
const SLOT_MESSAGE: usize = 32;

/** A bit for each slot that waits for something. */
@unmanaged
export class Waiters {
  low: u64; // slots 0 … 63
  high: u64; // slots 64 … 127
}

const slots: usize = memory.data(53248, 8); // MAX_PARKED of SLOT_SIZE bytes
/** What the operation that runs now remembers of its earlier runs; zeros in the first one. */
export let stage: u32 = 0;
export let value: u64 = 0;
/** What it waits for, as of its WAIT. */
const MAX_AWAITED: u32 = 256;
const awaited: usize = memory.data(1024, 8);
let awaitedCount: u32 = 0;
/** Slots whose requests can be done again. */
let readySlots: u32 = 0;
let parkedSlots: u32 = 0;

/** So many more, or fewer, are ready. */
function countReady(count: i32): void {
  readySlots += <u32>count;
  setReady(readySlots != 0);
}

@inline
function slotAt(index: u32): Slot {
  return changetype<Slot>(slots + <usize>index * SLOT_SIZE);
}

/** Sets what the next run of the operation finds in `stage` and `value`. */
export function remember(newStage: u32, newValue: u64): void {
  stage = newStage;
  value = newValue;
}

/** Begins a request's first run. */
@inline
export function beginRun(): void {
  stage = 0;
  value = 0;
  awaitedCount = 0;
}

/** The running operation waits for `what`. If it waits for more than MAX_AWAITED things it is run too early, not too late. */
export function waitFor(what: Waiters): void {
  if (awaitedCount == MAX_AWAITED) return;
  store<u32>(awaited + ((<usize>awaitedCount) << 2), <u32>changetype<usize>(what));
  awaitedCount += 1;
}

/** Sets the slot's bit. false: it was set already. */
function addWaiter(what: Waiters, index: u32): bool {
  const bit = (<u64>1) << (index & 63);
  const before = index < 64 ? what.low : what.high;
  if (index < 64) what.low = before | bit;
  else what.high = before | bit;
  return (before & bit) == 0;
}

/** Whether the running operation waits for the thing at `address` more than once: before entry `end` of its list, too. */
function isAwaitedBefore(address: u32, end: u32): bool {
  for (let i: u32 = 0; i < end; i++) {
    if (load<u32>(awaited + ((<usize>i) << 2)) == address) return true;
  }
  return false;
}

/** Registers the slot with all that its operation waits for; with nothing, it is ready at once. */
function registerSlot(index: u32): void {
  const slot = slotAt(index);
  slot.stage = stage;
  slot.value = value;
  slot.awaiting = 0;
  for (let i: u32 = 0; i < awaitedCount; i++) {
    const address = load<u32>(awaited + ((<usize>i) << 2));
    // A bit that is set already is this operation's own, or one that the slot's last user left behind: that counts.
    if (addWaiter(changetype<Waiters>(<usize>address), index) || !isAwaitedBefore(address, i))
      slot.awaiting += 1;
  }
  if (!slot.awaiting) countReady(1);
}

/** Keeps the request in the message page. false: no slot is free, which only a caller that is not the kernel's can bring about. */
export function park(m: Message): bool {
  for (let index: u32 = 0; index < MAX_PARKED; index++) {
    const slot = slotAt(index);
    if (slot.token) continue;
    slot.token = m.msgId;
    memory.copy(changetype<usize>(slot) + SLOT_MESSAGE, changetype<usize>(m), MESSAGE_BYTES);
    parkedSlots += 1;
    registerSlot(index);
    return true;
  }
  return false;
}

/** Whether anybody waits for it. */
@inline
export function isAwaited(what: Waiters): bool {
  return (what.low | what.high) != 0;
}

/** What was waited for has come: everybody who waits for it comes a step nearer. */
export function wake(what: Waiters): void {
  wakeBits(what.low, 0);
  wakeBits(what.high, 64);
  what.low = 0;
  what.high = 0;
}

function wakeBits(bits: u64, first: u32): void {
  while (bits) {
    const slot = slotAt(first + <u32>ctz(bits));
    bits &= bits - 1;
    if (!slot.token || !slot.awaiting) continue;
    slot.awaiting -= 1;
    if (!slot.awaiting) countReady(1);
  }
}

/** Slot whose request is being done again. */
let runningSlot: u32 = 0;

/** Puts a ready request back into the message page and begins its run. false: there is none. */
export function takeReady(): bool {
  if (!readySlots) return false;
  for (let i: u32 = 0; i < MAX_PARKED; i++) {
    const index = (runningSlot + 1 + i) % MAX_PARKED;
    const slot = slotAt(index);
    if (!slot.token || slot.awaiting) continue;
    runningSlot = index;
    countReady(-1);
    memory.copy(changetype<usize>(message()), changetype<usize>(slot) + SLOT_MESSAGE, MESSAGE_BYTES);
    message().rewind();
    awaitedCount = 0;
    stage = slot.stage;
    value = slot.value;
    return true;
  }
  countReady(-(<i32>readySlots));
  return false;
}

/** The request that takeReady() gave has to wait again. */
export function parkAgain(): void {
  registerSlot(runningSlot);
}

/** It is done, and its slot free. → its token */
export function finishReady(): u64 {
  const slot = slotAt(runningSlot);
  const token = slot.token;
  slot.token = 0;
  parkedSlots -= 1;
  return token;
}

/** Forgets requests whose callers are gone: that of `token`, and earlier ones of the same caller slot. */
export function cancelParked(token: u64): void {
  if (!parkedSlots) return;
  for (let index: u32 = 0; index < MAX_PARKED; index++) {
    const slot = slotAt(index);
    if (!slot.token || slot.token > token || ((slot.token ^ token) & TOKEN_SLOT_MASK) != 0) continue;
    if (!slot.awaiting) countReady(-1);
    slot.token = 0;
    parkedSlots -= 1;
  }
}
