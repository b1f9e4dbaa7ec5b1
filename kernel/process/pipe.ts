// pipe(address): delegated to the VFS like an open, with two handles and so two descriptors at once.
//
//   PIPE_BYTES at the address: | u32 reading end | u32 writing end |
//
// sysPipe() reserves both open handles; the response installs them (completion.ts calls installPipe), an error or the
// caller's death releases them. Both travel in one completionArgument: the reading end's index below, the other's above.

import { EFAULT, EIO, EMFILE, ENFILE } from "../../abi/errno";
import { EPID_VFS } from "../../abi/endpoints";
import { PIPE_BYTES, PIPE_READER, PIPE_WRITER } from "../../abi/file";
import { Message } from "../../abi/message";
import { VFS_PIPE } from "../../abi/ops";
import { Thread } from "../../core/ipc/thread";
import { COMPLETE_PIPE, ipcDelegate, serviceRequest } from "../../ipc_services/delegate";
import { copyToUser } from "../memory/user_copy";
import {
  drainHandle,
  freeDescriptor,
  hasFreeDescriptors,
  installDescriptor,
  releaseHandle,
  removeDescriptor,
  reserveHandle,
  setHandle,
} from "./handles";
import { Process, processOf } from "./process";
import { checkRange } from "./syscall/arguments";

const WRITER_SHIFT: u32 = 16;
const READER_MASK: u32 = 0xffff;

/** pipe(address). 0, -EFAULT, -EMFILE, -ENFILE, and what the VFS answers. */
export function sysPipe(t: Thread): i64 {
  const p = processOf(t);
  if (checkRange(t, t.x0, PIPE_BYTES) < 0) return -EFAULT;
  if (!hasFreeDescriptors(p, 2)) return -EMFILE;
  const reader = reserveHandle();
  const writer = reader < 0 ? -1 : reserveHandle();
  if (writer < 0) {
    if (reader >= 0) releaseHandle(reader);
    return -ENFILE;
  }
  const both = (<u32>reader) | ((<u32>writer) << WRITER_SHIFT);
  t.completionAddress = <u32>t.x0;
  const sent = ipcDelegate(t, EPID_VFS, serviceRequest(t, VFS_PIPE), COMPLETE_PIPE, both);
  if (sent < 0) releasePipe(both);
  return sent;
}

/** Releases both open handles of a pipe that did not come to be. */
export function releasePipe(both: u32): void {
  releaseHandle(both & READER_MASK);
  releaseHandle(both >> WRITER_SHIFT);
}

/** Gives one end the lowest free descriptor; there is one. → the descriptor */
function install(p: Process, index: u32, handle: u32): u32 {
  const fd = <u32>freeDescriptor(p);
  setHandle(index, EPID_VFS, handle);
  installDescriptor(p, fd, index);
  return fd;
}

/** The VFS made the pipe: `data` is its two handles. A caller whose memory takes no result has no pipe. → 0 or -errno */
export function installPipe(t: Thread, length: u32, data: usize): i64 {
  const p = processOf(t);
  const both = t.completionArgument;
  if (length != PIPE_BYTES) {
    releasePipe(both);
    return -EIO;
  }
  const reader = install(p, both & READER_MASK, load<u32>(data, PIPE_READER));
  const writer = install(p, both >> WRITER_SHIFT, load<u32>(data, PIPE_WRITER));
  const result = changetype<Message>(t.messagePage).data; // every delegated call clobbers its caller's page
  store<u32>(result, reader, PIPE_READER);
  store<u32>(result, writer, PIPE_WRITER);
  if (copyToUser(p, t.completionAddress, result, PIPE_BYTES) == PIPE_BYTES) return 0;
  takeBack(p, reader, both & READER_MASK);
  takeBack(p, writer, both >> WRITER_SHIFT);
  return -EFAULT;
}

function takeBack(p: Process, fd: u32, index: u32): void {
  if (removeDescriptor(p, fd, index) == 0) drainHandle(index);
}
