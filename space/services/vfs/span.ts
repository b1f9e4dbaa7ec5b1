// Where the bytes lie that FileSystem.findSpan found last, and how a write fills them.

import { Message } from "../../../abi/message";
import { msgRead } from "../../lib/hnx_ipc/service";

export let spanAddress: usize = 0;

@inline
export function setSpan(address: usize): void {
  spanAddress = address;
}

/**
 * Fills the `length` bytes of the span from byte `moved` of what `m` writes: at `source` in the message, or, if that is
 * 0, in the caller's window 0. → bytes copied, -errno
 */
@inline
export function fillSpan(m: Message, length: u32, moved: u32, source: usize): i32 {
  if (!source) return msgRead(m.msgId, 0, moved, spanAddress, length);
  memory.copy(spanAddress, source + moved, length);
  return length;
}
