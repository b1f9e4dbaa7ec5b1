// The loader service (endpoint 3): starts programs and puts libraries into running ones. docs/services/loader.md.
//
// start, dispatch and notify are what main() and run() do by pieces; tests under Node call them one by one.

import { message } from "../../lib/hnx_ipc";
import { logArchiveFailure, openArchive } from "../../lib/loader";
import { Loader } from "./service";

const service = new Loader();

/** Maps the boot archive. What cannot be used of it is logged; programs that are not there are -ENOENT. */
export function start(): i32 {
  const files = openArchive();
  if (files < 0) logArchiveFailure(files);
  return 0;
}

/** Answers the request in the message page. → value or -errno; the answer's data is in the page. */
export function dispatch(): i64 {
  return service.request(message().rewind());
}

/** Handles notification bits. */
export function notify(bits: u64): void {
  service.notification(bits);
}

/** Serves for ever. → errno, as an exit status. */
export function main(): i32 {
  start();
  return service.run();
}
