// Storage of asynchronous messages: a fixed table of slots, each a QueueItem, a grant and 256 bytes of data, free ones chained.
// A stored message counts against its sender's quota.

import { MAX_QUEUED_MESSAGES } from "../../abi/limits";
import { GRANT_SIZE } from "../../abi/message";
import { MESSAGE_TABLE, QUEUE_ITEM_SIZE, QUEUED_MESSAGE_SIZE } from "./tables";
import { ITEM_ASYNC, QueueItem, Thread, threadOfPid } from "./thread";

let freeSlots: QueueItem | null = null;
let used: u32 = 0;

/** Chains all slots; called once at boot. */
export function initializeStore(): void {
  freeSlots = null;
  used = 0;
  for (let i: u32 = MAX_QUEUED_MESSAGES; i > 0; i--) {
    const slot = changetype<QueueItem>(MESSAGE_TABLE + <usize>(i - 1) * QUEUED_MESSAGE_SIZE);
    slot.kind = ITEM_ASYNC;
    slot.data = changetype<usize>(slot) + QUEUE_ITEM_SIZE + GRANT_SIZE;
    slot.next = freeSlots;
    freeSlots = slot;
  }
}

/** A slot for a message of `t`, or null: its quota is used up, or the system's MAX_QUEUED_MESSAGES are. */
export function takeSlot(t: Thread): QueueItem | null {
  const slot = freeSlots;
  if (!slot || !t.messagesLeft) return null;
  t.messagesLeft--;
  freeSlots = slot.next;
  slot.pid = t.pid;
  used++;
  return slot;
}

export function giveSlot(slot: QueueItem): void {
  const sender = threadOfPid(slot.pid);
  if (sender) sender.messagesLeft++;
  slot.next = freeSlots;
  freeSlots = slot;
  used--;
}

export function storedMessages(): u32 {
  return used;
}
