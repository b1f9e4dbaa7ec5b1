// What the VFS looks after in time, while there is anything: that changes go to their disks, that what the block service's
// full queue refused is sent again, and that a dead block service is noticed, because nobody answers what it was asked.

import { NO_TIMEOUT } from "../../../../abi/message";
import { now_ns } from "../clock";
import { checkBlockService } from "./client";
import { hasDirtyPages } from "./disk";
import { setWatched, unsentIo } from "../work";
import { pendingIo } from "./io";
import { askedQuestions, checkQuestions } from "../remote/question";
import { startWritingAll } from "./writeback";

/** A change is on its way to its disk so long after it was made, at most. */
const WRITE_BACK_NS: u64 = 5_000_000_000;
/** How often the block service is looked at while it owes answers. */
const LOOK_NS: u64 = 250_000_000;
const RETRY_NS: u64 = 1_000_000;
const NEVER: u64 = u64.MAX_VALUE;

let writeDue_ns: u64 = NEVER;
let lookDue_ns: u64 = NEVER;
let retryDue_ns: u64 = NEVER;

/** A due time: `after` from now on if there is a need that has none, NEVER without a need. */
function schedule(due_ns: u64, isNeeded: bool, now: u64, after: u64): u64 {
  if (!isNeeded) return NEVER;
  return due_ns == NEVER ? now + after : due_ns;
}

/** Sees what there is to look after. → how long nothing is due, nanoseconds, or NO_TIMEOUT */
export function watchDisks(): i64 {
  const isPending = pendingIo() != 0 || askedQuestions() != 0;
  const isDirty = hasDirtyPages();
  setWatched(isPending || isDirty);
  if (!isPending && !isDirty) {
    writeDue_ns = lookDue_ns = retryDue_ns = NEVER;
    return NO_TIMEOUT;
  }
  const now = now_ns();
  writeDue_ns = schedule(writeDue_ns, isDirty, now, WRITE_BACK_NS);
  lookDue_ns = schedule(lookDue_ns, isPending, now, LOOK_NS);
  retryDue_ns = schedule(retryDue_ns, unsentIo() != 0, now, RETRY_NS);
  const due_ns = min(writeDue_ns, min(lookDue_ns, retryDue_ns));
  return due_ns > now ? <i64>(due_ns - now) : 0;
}

/** Does what is due; what it begins has to be sent, what it ends has to go on. → whether anything was */
export function doWhatIsDue(): bool {
  const now = now_ns();
  if (now < writeDue_ns && now < lookDue_ns && now < retryDue_ns) return false;
  if (now >= lookDue_ns) {
    lookDue_ns = NEVER;
    checkBlockService();
    checkQuestions();
  }
  if (now >= writeDue_ns) {
    writeDue_ns = NEVER;
    startWritingAll();
  }
  retryDue_ns = NEVER;
  return true;
}
