// The row of supervision: a service crashes in a call, and the next call is answered by the instance that init has started.
// The faulty service (tests only) is put in the network's place for that, and the network's program back afterwards. Counted
// with the core's retired instructions: the clock runs during the back-off, too.

import { ECONNRESET } from "../../../abi/errno";
import { OP_DESCRIBE } from "../../../abi/ops";
import { println } from "../../lib/console";
import { ipcCallService, request } from "../../lib/hnx_ipc";
import { instructions } from "../../lib/sys";
import { updateService } from "../../lib/supervision";
import { EPID_FAULTY, FAULTY_CRASH } from "../../services/service-faulty/protocol";

const SERVICE: string = "network";
const FAULTY: string = "/sbin/service-faulty";
const USUAL: string = "/sbin/network";
/** Fewer than init takes before it gives a service up, and the back-off still is short. */
const ROUNDS: u32 = 8;
const PATIENCE_NS: i64 = 10_000_000_000;

/** Prints crash_to_serving_again: instructions of the whole system. → false: it does not come back */
export function supervisionRow(): bool {
  if (updateService(SERVICE, FAULTY) < 0) return false;
  if (!crash()) return false; // the first death: init and the console have what they need from then on
  const started = instructions();
  for (let round: u32 = 0; round < ROUNDS; round++) if (!crash()) return false;
  println(`bench crash_to_serving_again ${(instructions() - started) / ROUNDS}`);
  return updateService(SERVICE, USUAL) >= 0;
}

function crash(): bool {
  if (ipcCallService(EPID_FAULTY, request(FAULTY_CRASH), PATIENCE_NS) != -ECONNRESET) return false;
  return ipcCallService(EPID_FAULTY, request(OP_DESCRIBE), PATIENCE_NS) >= 0;
}
