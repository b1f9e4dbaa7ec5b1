// For tests and benchmarks only: a service that crashes or hangs when it is asked to (protocol.ts). `svc update` puts it in the
// place of the network service.

import { EPID_NONE } from "../../../abi/endpoints";
import { Message, NO_TIMEOUT, Service } from "../../lib/hnx_ipc";
import { epRecv } from "../../lib/sys";
import { EPID_FAULTY, FAULTY_CRASH, FAULTY_SLEEP, FAULTY_SPIN } from "./protocol";

class Faulty extends Service {
  constructor() {
    super(EPID_FAULTY, "service-faulty", "1.0");
  }

  request(m: Message): i64 {
    if (m.op == FAULTY_CRASH) unreachable();
    while (m.op == FAULTY_SLEEP) epRecv(EPID_NONE, NO_TIMEOUT);
    while (m.op == FAULTY_SPIN) load<u32>(m.data);
    return this.unknown(m);
  }
}

export function main(): i32 {
  return new Faulty().run();
}
