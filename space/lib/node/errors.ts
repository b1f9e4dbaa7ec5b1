// The one error state of space/lib/node. AssemblyScript has no exceptions: where Node throws, these functions return null, false or
// -1 and leave the errno here, as Node's error.errno has it; where Node does not throw, they clear it.

import { strerror } from "../process/errors";

let last: i32 = 0;

/** Of the last call of this library: 0, or -errno. */
export function lastError(): i32 {
  return last;
}

/** The same in words: "No such file or directory"; "" when there was no error. */
export function lastErrorMessage(): string {
  return last ? strerror(last) : "";
}

/** For this library: takes note of a result. → whether it is none of an error */
export function note(result: i64): bool {
  last = result < 0 ? <i32>result : 0;
  return result >= 0;
}
