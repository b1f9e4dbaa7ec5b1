// getrandom(address, size): fills memory of the caller's with numbers that nobody can foretell.

import { EFAULT } from "../../../abi/errno";
import { MAX_RANDOM } from "../../../abi/limits";
import { Thread } from "../../../core/ipc/thread";
import { copyToUser } from "../../memory/user_copy";
import { DRAW_BYTES, drawBlock, drawnBytes, forgetDrawn } from "../../random/pool";
import { processOf } from "../process";
import { checkRange } from "./arguments";

/** → bytes written: all, or MAX_RANDOM at most; -EFAULT when there is no such memory (and some of it may be filled). */
export function sysGetRandom(t: Thread): i64 {
  const size = <u32>min(t.x1, <u64>MAX_RANDOM);
  if (checkRange(t, t.x0, size) < 0) return -EFAULT;
  for (let done: u32 = 0; done < size; done += DRAW_BYTES) {
    drawBlock();
    const part = min(size - done, DRAW_BYTES);
    const copied = copyToUser(processOf(t), t.x0 + done, drawnBytes, part);
    forgetDrawn();
    if (copied != part) return -EFAULT;
  }
  return size;
}
