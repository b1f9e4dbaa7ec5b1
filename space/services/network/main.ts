// The network service (endpoint 2): sockets over a TCP/IP stack of its own. docs/services/network.md.
//
// start, dispatch, turn and notify are what serve() does by pieces; tests under Node call them.

import { ENOMEM } from "../../../abi/errno";
import { message } from "../../lib/hnx_ipc";
import { counter } from "../../lib/sys";
import { startDevice } from "./device";
import { serve, settle, work } from "./loop";
import { startClock, tellTime } from "./machine_clock";
import { NetworkService } from "./service";
import { startTables } from "./sockets/tables";
import { setSecret } from "./stack/keyed_hash";
import { reserveArena } from "./stack/layout";
import { startStack } from "./stack/stack";

const service = new NetworkService();

/** Makes the tables. 0, or errno. */
export function start(): i32 {
  if (!reserveArena()) return ENOMEM;
  const status = startClock();
  if (status < 0) return -status;
  setSecret(counter(), counter());
  startStack(0, 0);
  startTables();
  startDevice();
  return 0;
}

/** Answers the request in the message page. → value, -errno or LATER; the answer's data is in the page. */
export function dispatch(): i64 {
  tellTime();
  return service.request(message().rewind());
}

/** What happens after a request: the stack works, and those who wait are answered. */
export function turn(): void {
  tellTime();
  if (work()) settle();
}

/** Handles notification bits. */
export function notify(bits: u64): void {
  service.notification(bits);
}

/** Serves for ever. → errno, as an exit status. */
export function main(): i32 {
  const errno = start();
  return errno ? errno : serve(service);
}
