// The block service (endpoint 4): says what it is, and answers -ENOSYS to every operation. docs/services/block.md.
//
// dispatch is one turn of run(); tests under Node call it.

import { EPID_BLOCK, Message, Service, message } from "../../lib/hnx_ipc";

class Block extends Service {
  constructor() {
    super(EPID_BLOCK, "block", "1.0");
  }

  request(m: Message): i64 {
    return this.unknown(m);
  }
}

const service = new Block();

/** Answers the request in the message page. → value or -errno; the answer's data is in the page. */
export function dispatch(): i64 {
  return service.request(message().rewind());
}

/** Serves for ever. → errno, as an exit status. */
export function main(): i32 {
  return service.run();
}
