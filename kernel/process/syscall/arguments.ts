// What system-call handlers share: a user range is an allegation until one of these has looked at it.

import { EPID_VFS } from "../../../abi/endpoints";
import { EFAULT, EINVAL, ENAMETOOLONG, ENOENT } from "../../../abi/errno";
import { DIRECTORY_FD, MAX_INLINE_PATH, MAX_MESSAGE_DATA, MAX_PATH } from "../../../abi/limits";
import { Message, WINDOW_READ } from "../../../abi/message";
import { NO_HANDLE } from "../../../abi/ops";
import { Thread } from "../../../core/ipc/thread";
import { withWindow } from "../../../ipc_services/delegate";
import { inLinearMemory } from "../../memory/address_space";
import { copyFromUser } from "../../memory/user_copy";
import { endpointOfHandle, handleOfDescriptor, serviceHandle } from "../handles";
import { processOf } from "../process";

const SLASH: u8 = 0x2f;
/** What follows a path that does not begin with a slash. */
const DIRECTORY_BYTES: u64 = 4;

/** 0 if [address, address + size) lies in `t`'s linear memory (an empty range anywhere does), else -EFAULT. */
export function checkRange(t: Thread, address: u64, size: u64): i32 {
  return size == 0 || inLinearMemory(processOf(t), address, size) ? 0 : -EFAULT;
}

/** Adds the path [address, address + size) to a request: in it, or as window 0. 0, -ENOENT, -ENAMETOOLONG, -EFAULT. */
export function addPath(t: Thread, m: Message, address: u64, size: u64): i32 {
  if (!size) return -ENOENT;
  if (size > <u64>MAX_PATH) return -ENAMETOOLONG;
  if (checkRange(t, address, size) < 0) return -EFAULT;
  if (size > <u64>MAX_INLINE_PATH) return addLongPath(t, m, address, size, 0);
  const at = m.reserve(<u32>size + 1);
  if (!at) return -EINVAL;
  store<u8>(at, <u8>size);
  if (copyFromUser(processOf(t), at + 1, address, <u32>size) != <u32>size) return -EFAULT;
  if (load<u8>(at, 1) != SLASH) addDirectory(t, m);
  return 0;
}

/** Adds a path in linear memory as window `window`. 0, -EFAULT: not even its first byte can be read. */
function addLongPath(t: Thread, m: Message, address: u64, size: u64, window: u32): i32 {
  m.withStr(0, 0).withU32(<u32>size);
  withWindow(t, window, <u32>address, <u32>size, WINDOW_READ);
  const first = m.reserve(1); // in place of what comes next, or of nothing
  if (!first || copyFromUser(processOf(t), first, address, 1) != 1) return -EFAULT;
  const isFromRoot = load<u8>(first) == SLASH;
  m.length -= 1;
  if (!isFromRoot) addDirectory(t, m);
  return 0;
}

/** A path that begins in the current directory is followed by its handle; who has none begins at the root. */
function addDirectory(t: Thread, m: Message): void {
  const index = handleOfDescriptor(processOf(t), DIRECTORY_FD);
  m.withU32(index >= 0 && endpointOfHandle(index) == EPID_VFS ? serviceHandle(index) : NO_HANDLE);
}

/**
 * The same for requests with more in them: a path that does not fit beside what is there is window `window`, as are those that
 * are too long for any request. Room for its length has to be left.
 */
export function addPathOrWindow(t: Thread, m: Message, address: u64, size: u64, window: u32): i32 {
  const room = <u64>(MAX_MESSAGE_DATA - <u32>m.length);
  if (size <= <u64>MAX_INLINE_PATH && size + DIRECTORY_BYTES < room) return addPath(t, m, address, size);
  if (size > <u64>MAX_PATH) return -ENAMETOOLONG;
  if (checkRange(t, address, size) < 0) return -EFAULT;
  return addLongPath(t, m, address, size, window);
}
