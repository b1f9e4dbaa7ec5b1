// The path in a request: a string in the message, or, when that is empty, a u32 length and the bytes in window 0.

import { EBADMSG, EFAULT, ENAMETOOLONG, ENOENT } from "../../../abi/errno";
import { MAX_PATH } from "../../../abi/limits";
import { Message } from "../../../abi/message";
import { msgRead } from "../../lib/hnx_ipc/service";
import { walk } from "./path";

/** Room for MAX_PATH bytes and those after a path that resolution may read (path.ts). */
const longPath: usize = memory.data(4104, 8);

/** Pulls a long path from the caller's window 0 and resolves it. */
function resolveLongPath(m: Message): i32 {
  m.take(1);
  if (!m.unread) return -ENOENT;
  const length = m.readU32();
  if (!m.ok) return -EBADMSG;
  if (!length) return -ENOENT;
  if (length > MAX_PATH) return -ENAMETOOLONG;
  const copied = msgRead(m.msgId, 0, 0, longPath, length);
  if (copied < 0) return copied;
  return <u32>copied == length ? walk(longPath, length) : -EFAULT;
}

/** Resolves the path that the message goes on with; the result is in `found`. 0 or -errno, walk()'s included. */
@inline
export function resolvePath(m: Message): i32 {
  const unread = m.unread;
  const text = m.data + m.position;
  const length: u32 = unread ? load<u8>(text) : 0;
  if (length >= unread) return -EBADMSG;
  return length ? walk(text + 1, length) : resolveLongPath(m);
}
