// Storage of asynchronous messages: a fixed table of slots, each a QueueItem and 256 bytes of data, free ones chained.

import { MAX_QUEUED_MESSAGES } from "../../abi/limits";
import { MESSAGE_TABLE, QUEUE_ITEM_SIZE, QUEUED_MESSAGE_SIZE } from "./tables";
import { ITEM_ASYNC, QueueItem } from "./thread";

let freeSlots: QueueItem | null = null;
let used: u32 = 0;

/** Chains all slots; called once at boot. */
export function initializeStore(): void {
  freeSlots = null;
  used = 0;
  for (let i: u32 = MAX_QUEUED_MESSAGES; i > 0; i--) {
    const slot = changetype<QueueItem>(MESSAGE_TABLE + <usize>(i - 1) * QUEUED_MESSAGE_SIZE);
    slot.kind = ITEM_ASYNC;
    slot.data = changetype<usize>(slot) + QUEUE_ITEM_SIZE;
    slot.next = freeSlots;
    freeSlots = slot;
  }
}

/** A free slot, or null when the system's MAX_QUEUED_MESSAGES are in use. */
export function takeSlot(): QueueItem | null {
  const slot = freeSlots;
  if (!slot) return null;
  freeSlots = slot.next;
  used++;
  return slot;
}

export function giveSlot(slot: QueueItem): void {
  slot.next = freeSlots;
  freeSlots = slot;
  used--;
}

export function storedMessages(): u32 {
  return used;
}
