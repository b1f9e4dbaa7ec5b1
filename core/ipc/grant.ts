// Rights that travel with a message: the sender's page names one (MESSAGE_GRANT, abi/message.ts), the flag says that it is
// meant. Checked when the message is sent, so that a wrong one is its sender's error, and again when it is delivered, by what the
// sender may do then; a grant that has become void meanwhile is left out, and the receiver sees no flag.

import {
  FLAG_GRANT,
  GRANT_ENDPOINT,
  GRANT_ID,
  GRANT_KIND,
  GRANT_OBJECT,
  GRANT_RIGHTS,
  GRANT_SIZE,
  INFO_FLAGS_SHIFT,
  MESSAGE_GRANT,
} from "../../abi/message";
import { EINVAL } from "../../abi/errno";
import { findEndpoint } from "./endpoint";
import { mayGrant, rightsOf, setRights } from "./rights";
import { grantObject, mayGrantObject } from "./sched";
import { QUEUE_ITEM_SIZE } from "./tables";
import { ITEM_ASYNC, QueueItem, Thread, threadOfPid } from "./thread";

const WITHOUT_GRANT: u64 = ~((<u64>FLAG_GRANT) << INFO_FLAGS_SHIFT);

/** Whether `t` may give what its page names. 0 or -errno. */
export function checkGrant(t: Thread): i32 {
  return checkRecord(t, t.messagePage + MESSAGE_GRANT);
}

function checkRecord(t: Thread, record: usize): i32 {
  const kind = load<u32>(record, GRANT_KIND);
  if (kind == GRANT_ENDPOINT)
    return mayGrant(t, load<u32>(record, GRANT_ID), load<u32>(record, GRANT_RIGHTS));
  if (kind == GRANT_OBJECT)
    return mayGrantObject(t, load<u32>(record, GRANT_ID), load<u32>(record, GRANT_RIGHTS));
  return -EINVAL;
}

/** Keeps the grant of an asynchronous message beside it. */
export function storeGrant(slot: QueueItem, t: Thread): void {
  copyRecord(changetype<usize>(slot) + QUEUE_ITEM_SIZE, t.messagePage + MESSAGE_GRANT);
}

/** Gives `receiver` what the message in `item` grants. → the info word that the receiver sees. */
export function deliverGrant(item: QueueItem, receiver: Thread, info: u64): u64 {
  const sender = threadOfPid(item.pid);
  if (!sender) return info & WITHOUT_GRANT;
  const isStored = item.kind == ITEM_ASYNC;
  const record = isStored ? changetype<usize>(item) + QUEUE_ITEM_SIZE : sender.messagePage + MESSAGE_GRANT;
  return giveRecord(sender, receiver, record) ? info : info & WITHOUT_GRANT;
}

/** The same for a reply of `server`, checked by checkGrant() just before. */
export function deliverReplyGrant(server: Thread, caller: Thread): void {
  giveRecord(server, caller, server.messagePage + MESSAGE_GRANT);
}

function giveRecord(from: Thread, to: Thread, record: usize): bool {
  if (checkRecord(from, record) < 0) return false;
  const id = load<u32>(record, GRANT_ID);
  const rights = load<u32>(record, GRANT_RIGHTS);
  if (load<u32>(record, GRANT_KIND) == GRANT_OBJECT) {
    grantObject(to, id, rights);
  } else {
    const ep = findEndpoint(id);
    if (ep && ep.owner != to) setRights(to, ep, rightsOf(to, ep) | rights);
  }
  copyRecord(to.messagePage + MESSAGE_GRANT, record);
  return true;
}

function copyRecord(target: usize, source: usize): void {
  for (let i: u32 = 0; i < GRANT_SIZE; i += 8) store<u64>(target + i, load<u64>(source + i));
}
