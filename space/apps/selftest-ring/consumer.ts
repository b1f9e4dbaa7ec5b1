// The consumer's process: asks the producer for the ring, takes the items, and looks at what is left after the revocation.

import { EPID_NONE, RIGHT_SEND } from "../../../abi/endpoints";
import { EBADMSG, ENXIO, EPERM } from "../../../abi/errno";
import { GRANT_OBJECT, NO_TIMEOUT } from "../../../abi/message";
import { PROT_READ, PROT_WRITE } from "../../../abi/program";
import { epCreate, grantOf, ipcCallService, message, notify, request } from "../../lib/hnx_ipc";
import { objectMap } from "../../lib/memory_object";
import { reservePages } from "../../lib/process";
import { CONSUMER, RingEnd } from "../../lib/ring";
import { epRecv, sharedLoad64 } from "../../lib/sys";
import { callWhenAllowed, expect } from "../selftest-ipc/expect";
import { ENTRIES, ENTRY_BYTES, OP_DONE, OP_HELLO, RING_BIT, RING_PAGES, isItem, valueOf } from "./items";

let received: u32 = 0;
let sum: u64 = 0;

/** Asks for the ring. → its object */
function askForRing(producer: u32): u32 {
  const own = <u32>epCreate();
  expect("hello", callWhenAllowed(producer, request(OP_HELLO).withGrantEndpoint(own, RIGHT_SEND)), 0);
  const grant = grantOf(message());
  expect("grant of the ring", grant ? grant.kind : 0, GRANT_OBJECT);
  const object = grant ? grant.id : 0;
  expect("its object", message().value, object);
  return object;
}

/** Takes items until the ring has been drained and nothing more is announced. → whether to sleep */
function drain(end: RingEnd): bool {
  while (true) {
    const count = end.available();
    for (let i = 0; i < count; i++) {
      const index = received++;
      if (!isItem(end.entry(i), index)) expect("item", index, -1);
      sum += valueOf(index);
    }
    end.advance(max(count, 0));
    if (count > 0) expect("publish", end.publish(), 0);
    else return end.requestSignal() == 0;
  }
}

/** What was revoked reads as zeros, which are no ring in this state; it cannot be mapped again; the producer takes no calls. */
function lookAfterRevocation(producer: u32, object: u32, end: RingEnd, at: usize): void {
  for (let offset: usize = 0; offset < (<usize>RING_PAGES) << 12; offset += 8) {
    if (sharedLoad64(at + offset) != 0) expect("revoked memory", offset, -1);
  }
  expect("a revoked ring", end.look(), -EBADMSG);
  expect("object_map of what is revoked", objectMap(object, at, 0, RING_PAGES, PROT_READ), -ENXIO);
  expect("a call without the right", ipcCallService(producer, request(OP_DONE)), -EPERM);
  expect("notify without the right", notify(producer, RING_BIT), -EPERM);
}

/** Takes `items` items from the producer at endpoint `producer`. */
export function consume(producer: u32, items: u32): void {
  const object = askForRing(producer);
  const at = reservePages(RING_PAGES);
  expect("object_map", objectMap(object, at, 0, RING_PAGES, PROT_READ | PROT_WRITE), 0);
  const end = new RingEnd(at, ENTRIES, ENTRY_BYTES, CONSUMER, producer, RING_BIT);
  while (received < items) {
    if (drain(end) && received < items) epRecv(EPID_NONE, NO_TIMEOUT);
  }
  expect("done", ipcCallService(producer, request(OP_DONE).withU32(received).withU64(sum)), 0);
  lookAfterRevocation(producer, object, end, at);
}
