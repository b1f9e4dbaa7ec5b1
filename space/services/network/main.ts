// The network service (endpoint 2): sockets over a TCP/IP stack of its own. docs/services/network.md.
//
// start, dispatch, turn and notify are what serve() does by pieces; tests under Node call them.

import { EIO, ENOMEM } from "../../../abi/errno";
import { message } from "../../lib/hnx_ipc";
import { getRandom } from "../../lib/process/random";
import { args } from "../../lib/process/arguments";
import { configure } from "./configuration";
import { startDevice } from "./device";
import { serve, settle, work } from "./loop";
import { startClock, tellTime } from "./machine_clock";
import { NetworkService } from "./service";
import { inheritHandles } from "./sockets/kept";
import { startTables } from "./sockets/tables";
import { inheritWatchers } from "./sockets/watch";
import { setSecret } from "./stack/keyed_hash";
import { reserveArena } from "./stack/layout";
import { startStack } from "./stack/stack";

const service = new NetworkService();

const secret: usize = memory.data(16, 8);

/** Gives the stack a key that nobody knows. */
function takeSecret(): bool {
  if (getRandom(secret, 16) != 16) return false;
  setSecret(load<u64>(secret), load<u64>(secret, 8));
  return true;
}

/** Makes the tables. 0, or errno. */
export function start(): i32 {
  if (!reserveArena()) return ENOMEM;
  const status = startClock();
  if (status < 0) return -status;
  if (!takeSecret()) return EIO;
  startStack(0, 0);
  startTables();
  inheritHandles();
  inheritWatchers();
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
  configure(args());
  const errno = start();
  return errno ? errno : serve(service);
}
