// The network service (endpoint 2): says what it is, and answers -ENOSYS to every operation. docs/services/network.md.
//
// dispatch is one turn of run(); tests under Node call it.

import { EPID_NETWORK, Message, Service, message } from "../../lib/hnx_ipc";

class Network extends Service {
  constructor() {
    super(EPID_NETWORK, "network", "1.0");
  }

  request(m: Message): i64 {
    return this.unknown(m);
  }
}

const service = new Network();

/** Answers the request in the message page. → value or -errno; the answer's data is in the page. */
export function dispatch(): i64 {
  return service.request(message().rewind());
}

/** Serves for ever. → errno, as an exit status. */
export function main(): i32 {
  return service.run();
}
