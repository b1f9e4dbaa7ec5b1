// Open sockets and counters of the network service, one after the other. Results ≥ 0 or -errno.

import { EPID_NETWORK } from "../../../abi/endpoints";
import { ADDRESS_LOW, ADDRESS_PORT, ADDRESS_SIZE } from "../../../abi/net";
import { EBADMSG } from "../../../abi/errno";
import { NET_COUNTER, NET_SOCKETS } from "../../../abi/ops";
import { ipcCallService, message, request } from "../hnx_ipc";

export class SocketInfo {
  type: u32 = 0; // SOCKET_…
  owner: u32 = 0; // process id
  state: u32 = 0; // TCP's: 0 closed, 1 listen, 2 SYN sent …
  waiting: u32 = 0; // bytes to be read
  address: u32 = 0;
  port: u32 = 0;
  peerAddress: u32 = 0;
  peerPort: u32 = 0;
}

/** Fills `result` for the first open socket from number `first` on. → its number; -ENOENT: there is none */
export function nextSocket(first: u32, result: SocketInfo): i32 {
  const status = ipcCallService(EPID_NETWORK, request(NET_SOCKETS).withU32(first));
  if (status < 0) return status;
  const m = message();
  result.type = m.readU32();
  result.owner = m.readU32();
  result.state = m.readU32();
  result.waiting = m.readU32();
  const own = m.take(ADDRESS_SIZE);
  const peer = m.take(ADDRESS_SIZE);
  if (!own || !peer) return -EBADMSG;
  result.address = load<u32>(own, ADDRESS_LOW);
  result.port = load<u16>(own, ADDRESS_PORT);
  result.peerAddress = load<u32>(peer, ADDRESS_LOW);
  result.peerPort = load<u16>(peer, ADDRESS_PORT);
  return <i32>m.value;
}

/** Counter `number` of the stack. → its value; -ENOENT: there are no more */
export function networkCounter(number: u32): i64 {
  const status = ipcCallService(EPID_NETWORK, request(NET_COUNTER).withU32(number));
  return status < 0 ? <i64>status : message().value;
}
