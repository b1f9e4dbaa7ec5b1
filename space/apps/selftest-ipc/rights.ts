// Circles of callers, rights that are taken back, and grants of what is not one's own.

import { INITRD_OBJECT } from "../../../abi/construct";
import { EINVAL, ENXIO, EPERM, ESRCH, ETIMEDOUT } from "../../../abi/errno";
import { GRANT_SIZE, MESSAGE_GRANT, NO_TIMEOUT } from "../../../abi/message";
import { PROT_EXECUTE, PROT_READ, PROT_WRITE } from "../../../abi/program";
import {
  EPID_VFS,
  FLAG_ASYNC,
  Message,
  RIGHT_RECEIVE,
  RIGHT_SEND,
  epCreate,
  epDestroy,
  epRevoke,
  grantOf,
  ipcCallService,
  ipcSend,
  message,
  request,
} from "../../lib/hnx_ipc";
import { objectClose, objectCreate } from "../../lib/memory_object";
import { getpid } from "../../lib/process";
import { epRecv } from "../../lib/sys";
import { OP_CALL } from "./child";
import { expect } from "./expect";
import { answerCall, expectSuccess, start, takeOffer, waitForQueued } from "./peers";

const FORGED_KIND: u32 = 3;
const STRANGER: u32 = 1 + 128; // a process id that nobody has any more

/** The child that we call calls us back: it is refused, and goes on. */
export function checkCycle(): void {
  const epid = <u32>epCreate();
  const pid = start("backwards", epid);
  const peer = takeOffer(epid);
  expect("a call to one that calls back", ipcCallService(peer, request(OP_CALL)), 0);
  expectSuccess("backwards", pid);
  expect("nothing came", epRecv(epid, 0), -ETIMEDOUT);
  epDestroy(epid);
}

export function checkRevocation(): void {
  const epid = <u32>epCreate();
  const pid = start("revoked", epid);
  answerCall(epid);
  waitForQueued(epid);
  expect("ep_revoke from oneself", epRevoke(epid, <u32>getpid()), -EINVAL);
  expect("ep_revoke from nobody", epRevoke(epid, STRANGER), -ESRCH);
  expect("ep_revoke of another's endpoint", epRevoke(EPID_VFS, <u32>pid), -EPERM);
  expect("ep_revoke", epRevoke(epid, <u32>pid), 0);
  expectSuccess("revoked", pid);
  expect("nothing is queued", epRecv(epid, 0), -ETIMEDOUT);
  epDestroy(epid);
}

/** A call and a message with the grant must both be refused. */
function refuse(what: string, m: Message, expected: i32): void {
  expect(`a message that grants ${what}`, ipcSend(EPID_VFS, m), expected);
  expect(`a call that grants ${what}`, ipcCallService(EPID_VFS, m), expected);
}

/** What is not the sender's cannot be sent along, and then nothing is sent. */
export function checkGrants(): void {
  const epid = <u32>epCreate();
  const object = <u32>objectCreate(1);
  const stale = <u32>epCreate();
  epDestroy(stale);
  refuse(
    "an endpoint without the right to",
    request(OP_CALL).withGrantEndpoint(EPID_VFS, RIGHT_SEND),
    -EPERM,
  );
  refuse("an endpoint that is gone", request(OP_CALL).withGrantEndpoint(stale, RIGHT_SEND), -ENXIO);
  refuse("the right to receive", request(OP_CALL).withGrantEndpoint(epid, RIGHT_RECEIVE), -EINVAL);
  refuse("another's object", request(OP_CALL).withGrantObject(INITRD_OBJECT, PROT_READ), -EPERM);
  refuse("an object that is not there", request(OP_CALL).withGrantObject(object + 256, PROT_READ), -ENXIO);
  refuse("execution", request(OP_CALL).withGrantObject(object, PROT_READ | PROT_EXECUTE), -EINVAL);
  const forged = request(OP_CALL).withGrantObject(object, PROT_READ);
  store<u32>(changetype<usize>(forged) + MESSAGE_GRANT, FORGED_KIND);
  refuse("nothing that there is", forged, -EINVAL);
  acceptGrants(epid, object);
  epDestroy(epid);
}

/** What is one's own arrives, unless it has become void before the receive. */
function acceptGrants(epid: u32, object: u32): void {
  const writable = PROT_READ | PROT_WRITE;
  expect("a grant to oneself", ipcSend(epid, request(OP_CALL).withGrantObject(object, writable)), 0);
  memory.fill(changetype<usize>(message()) + MESSAGE_GRANT, 0, GRANT_SIZE);
  expect("arrives", epRecv(epid, NO_TIMEOUT), 0);
  const grant = grantOf(message());
  expect("with the object's id", grant ? grant.id : 0, object);
  expect("and what may be done with it", grant ? grant.rights : 0, writable);
  ipcSend(epid, request(OP_CALL).withGrantObject(object, PROT_READ));
  objectClose(object);
  expect("a grant that has become void", epRecv(epid, NO_TIMEOUT), 0);
  expect("arrives without the flag", message().flags, FLAG_ASYNC);
}
