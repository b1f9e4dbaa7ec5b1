// space/lib/hnx_ipc for tests under Node: calls that grant, and a service that is granted to. AssemblyScript; compiled by
// machine.ts, whose imports stand for the kernel.

import { Message, Service, doneWithData, failed, grantOf, ipcCallService } from "../../../space/lib/hnx_ipc";
import {
  epCreate,
  epDestroy,
  epGrant,
  epRevoke,
  ipcSend,
  message,
  notify,
  request,
} from "../../../space/lib/hnx_ipc";
import {
  objectClose,
  objectCreate,
  objectGrant,
  objectMap,
  objectRevoke,
  objectUnmap,
} from "../../../space/lib/memory_object";

export { epCreate, epDestroy, epRevoke, notify };
export { objectClose, objectCreate, objectGrant, objectMap, objectRevoke, objectUnmap };

/** Operations of the service: tells what it was granted; grants an object itself. */
const TELL: u32 = 1;
const GIVE: u32 = 2;

class Granted extends Service {
  constructor() {
    super(77, "granted", "1");
  }
  request(m: Message): i64 {
    const grant = grantOf(m);
    switch (<u32>m.op) {
      case TELL:
        if (!grant) return failed(2);
        const id = grant.id;
        const rights = grant.rights;
        const kind = grant.kind;
        m.beginReply().withU32(kind).withU32(id).withU32(rights);
        return doneWithData(1);
      case GIVE:
        m.beginReply().withGrantObject(9, 1);
        return doneWithData(2);
      default:
        return this.unknown(m);
    }
  }
}

export function grantEndpoint(epid: u32, pid: u32): i32 {
  return epGrant(epid, pid);
}

export function runService(): i32 {
  return new Granted().run();
}

export function call(op: u32, epid: u32, rights: u32): i32 {
  return ipcCallService(5, request(op).withU32(1).withGrantEndpoint(epid, rights));
}
export function callObject(op: u32, id: u32, prot: u32): i32 {
  return ipcCallService(5, request(op).withGrantObject(id, prot));
}
export function callWithout(op: u32): i32 {
  return ipcCallService(5, request(op));
}
export function send(op: u32, epid: u32, rights: u32): i32 {
  return ipcSend(5, request(op).withGrantEndpoint(epid, rights));
}
/** What the message in the page grants: its kind, or 0. */
export function grantedKind(): u32 {
  const grant = grantOf(message());
  return grant ? grant.kind : 0;
}
