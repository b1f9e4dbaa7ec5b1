// From a status to the answer of a request.

import { done, failed } from "../../lib/hnx_ipc/service";
import { WAIT } from "./file_system";

/** A handler's result that means: keep the request, and handle it again when what it waits for has come. */
export const PARK: i64 = i64.MIN_VALUE + 1;

/** status ≥ 0: the value; -errno; WAIT, and then the request in the message page is as it came. */
@inline
export function answerStatus(status: i32): i64 {
  if (status == WAIT) return PARK;
  return status < 0 ? failed(-status) : done(status);
}
