// The producer's process: makes the ring, starts the consumer, sends the items, takes everything back.

import { EPID_NONE, RIGHT_SEND } from "../../../abi/endpoints";
import { ENXIO } from "../../../abi/errno";
import { FLAG_NOTIFICATION, GRANT_ENDPOINT, NO_TIMEOUT } from "../../../abi/message";
import { PROT_READ, PROT_WRITE } from "../../../abi/program";
import {
  Message,
  answer,
  answerWithData,
  epCreate,
  epDestroy,
  epGrant,
  epRevoke,
  grantOf,
  message,
  notify,
} from "../../lib/hnx_ipc";
import { objectClose, objectCreate, objectMap, objectRevoke, objectUnmap } from "../../lib/memory_object";
import { reservePages, spawn, wait } from "../../lib/process";
import { PRODUCER, RingEnd } from "../../lib/ring";
import { epRecv } from "../../lib/sys";
import { expect } from "../selftest-ipc/expect";
import { ENTRIES, ENTRY_BYTES, OP_DONE, OP_HELLO, RING_BIT, RING_PAGES, valueOf, writeItem } from "./items";

const place: usize = reservePages(RING_PAGES);

/** How often the producer slept because the ring was full. */
export let sleeps: u32 = 0;

/** Receives a call with operation `op`; notifications that come before it are left over from the ring. */
function receiveCall(epid: u32, op: u32): Message {
  const m = message();
  do expect("receive", epRecv(epid, NO_TIMEOUT), 0);
  while (m.flags & FLAG_NOTIFICATION);
  expect("operation", m.op, op);
  return m.rewind();
}

/** Answers the consumer's first call with the ring. → the consumer's endpoint, to which we may send now */
function giveRing(epid: u32, object: u32): u32 {
  const m = receiveCall(epid, OP_HELLO);
  const token = m.msgId;
  const grant = grantOf(m);
  expect("grant of the consumer's endpoint", grant ? grant.kind : 0, GRANT_ENDPOINT);
  const peer = grant ? grant.id : 0;
  message()
    .beginReply()
    .withGrantObject(object, PROT_READ | PROT_WRITE);
  expect("reply with the ring", answerWithData(token, object), 0);
  return peer;
}

/** Sends `items` items, sleeping while the ring is full. → their sum */
function produce(end: RingEnd, items: u32): u64 {
  let sum: u64 = 0;
  for (let sent: u32 = 0; sent < items;) {
    const room = end.available();
    const count = min(<u32>max(room, 0), items - sent);
    for (let i: u32 = 0; i < count; i++) {
      writeItem(end.entry(i), sent + i);
      sum += valueOf(sent + i);
    }
    sent += count;
    end.advance(count);
    if (count == 0) {
      const status = end.requestSignal();
      if (status < 0) {
        expect("the ring", status, 0);
        return sum;
      }
      if (status == 0) {
        sleeps++;
        epRecv(EPID_NONE, NO_TIMEOUT);
      }
    }
  }
  expect("last publish", end.publish(), 0);
  return sum;
}

/** The consumer's report; when it has the answer, nothing is its any more. */
function takeBack(epid: u32, object: u32, pid: u32, items: u32, sum: u64): void {
  const m = receiveCall(epid, OP_DONE);
  const token = m.msgId;
  expect("items received", m.readU32(), items);
  expect("their sum", m.readU64() - sum, 0);
  expect("object_revoke", objectRevoke(object, pid), 0);
  expect("ep_revoke", epRevoke(epid, pid), 0);
  expect("reply", answer(token, 0), 0);
}

/** One whole life of a ring. */
export function runRound(items: u32): void {
  const epid = <u32>epCreate();
  const object = <u32>objectCreate(RING_PAGES);
  expect("object_map", objectMap(object, place, 0, RING_PAGES, PROT_READ | PROT_WRITE), 0);
  const pid = spawn("/bin/selftest-ring", ["selftest-ring", "consume", epid.toString()]);
  expect("ep_grant", epGrant(epid, <u32>pid, RIGHT_SEND), 0);
  const peer = giveRing(epid, object);
  const end = new RingEnd(place, ENTRIES, ENTRY_BYTES, PRODUCER, peer, RING_BIT);
  const sum = produce(end, items);
  takeBack(epid, object, <u32>pid, items, sum);
  expect("the consumer's status", wait(pid), 0);
  expect("notify an endpoint that is gone", notify(peer, RING_BIT), -ENXIO);
  expect("object_unmap", objectUnmap(place), 0);
  expect("object_close", objectClose(object), 0);
  expect("ep_destroy", epDestroy(epid), 0);
}
