// The end of a kind that should have killed the program and did not.

import { eprintln } from "../../lib/console";

const SURVIVED_STATUS: i32 = 1;

/** Says so. `result` is what the forbidden access gave: printing it keeps the compiler from leaving the access out. → exit status */
export function survived(kind: string, result: u64 = 0): i32 {
  eprintln(`crash: ${kind}: survived with ${result}`);
  return SURVIVED_STATUS;
}
