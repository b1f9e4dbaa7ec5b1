// A system call as its caller made it: the registers, and what of its message page the kernel may look at.

import type { Message, Window } from "./state.ts";

export interface Call {
  number: number;
  /** x0–x7. */
  x: bigint[];
  /** What the registers and the page say together: x5, the data with x1–x4 in front, the grant record. */
  message: Message;
  /** The page's two windows. */
  windows: Window[];
  /** The page's timeout, for ep_reply_recv. */
  timeout: bigint;
}
