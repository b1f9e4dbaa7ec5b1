// What init knows of each service while the machine runs; the manifest says what it is to be (manifest.ts).
// The states and what leads from one to another:
//
//     start                  died                      due
//   ────────▶ SVC_RUNNING ────────▶ SVC_WAITING ────────────────▶ SVC_RUNNING
//                 │ svc stop              │ died RESTART_LIMIT times in a row
//                 ▼                       ▼
//             SVC_STOPPED             SVC_FAILED       its endpoint is down; `svc start` begins anew

import { ArchiveFile } from "../../lib/loader";
import { MAX_SERVICES } from "./manifest_layout";

@unmanaged
export class ServiceState {
  state: u32; // SVC_… of abi/svc.ts; 0: it was never started
  pid: i32; // 0: it does not run
  corpse: i32; // its last process, not collected yet: what that kept is the next one's; 0: none
  restarts: u32; // since boot
  failures: u32; // deaths in a row, each soon after a start
  misses: u32; // heartbeats in a row that it did not answer
  program: ArchiveFile | null; // what it was updated to; null: as the manifest says
  reserved: u32;
  backoff_ns: i64; // how long the next restart waits
  due_ns: i64; // when it is to be started again (SVC_WAITING)
  started_ns: i64;
  beat_ns: i64; // when it is asked for its next heartbeat
}
const STATE_SIZE: u32 = 64;

const table: usize = makeTable();

/** Not static: its zeros would lie in the program's file. */
function makeTable(): usize {
  if (offsetof<ServiceState>() != STATE_SIZE) ERROR("STATE_SIZE is not the size of a ServiceState");
  const states = heap.alloc(MAX_SERVICES * STATE_SIZE);
  memory.fill(states, 0, MAX_SERVICES * STATE_SIZE);
  return states;
}

/** The state of service `i` of the manifest. */
@inline export function stateOf(i: u32): ServiceState {
  return changetype<ServiceState>(table + <usize>(i * STATE_SIZE));
}
