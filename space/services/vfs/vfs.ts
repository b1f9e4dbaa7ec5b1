// The VFS as a service: which function answers which operation.

import { EPID_VFS, NOTIFY_DRAIN } from "../../../abi/endpoints";
import { EINVAL } from "../../../abi/errno";
import { FLAG_ASYNC, Message } from "../../../abi/message";
import {
  VFS_CLOSE,
  VFS_CREATE,
  VFS_MKDIR,
  VFS_OPEN,
  VFS_READ,
  VFS_READDIR,
  VFS_RMDIR,
  VFS_SEEK,
  VFS_STAT,
  VFS_UNLINK,
  VFS_WRITE,
} from "../../../abi/ops";
import { Service, failed } from "../../lib/hnx_ipc/service";
import { mkdir, rmdir, stat, unlink } from "./names";
import { close, create, drain, open } from "./open";
import { readdir } from "./readdir";
import { superblock } from "./tmpfs/superblock";
import { read, seek, write } from "./transfer";

export class Vfs extends Service {
  constructor() {
    super(EPID_VFS, "vfs", "1.0");
  }

  /** A message that nobody waits for is refused: whoever sent it could not close what it opened. */
  request(m: Message): i64 {
    if (m.flags & FLAG_ASYNC) return failed(EINVAL);
    const sb = superblock();
    sb.changing = m.op;
    const result = this.answerTo(m);
    sb.changing = 0;
    return result;
  }

  notification(bits: u64): void {
    if (bits & NOTIFY_DRAIN) drain();
  }

  @inline
  private answerTo(m: Message): i64 {
    switch (<u32>m.op) {
      case VFS_OPEN:
        return open(m);
      case VFS_READ:
        return read(m);
      case VFS_WRITE:
        return write(m);
      case VFS_CLOSE:
        return close(m);
      case VFS_SEEK:
        return seek(m);
      case VFS_STAT:
        return stat(m);
      case VFS_READDIR:
        return readdir(m);
      case VFS_CREATE:
        return create(m);
      case VFS_UNLINK:
        return unlink(m);
      case VFS_MKDIR:
        return mkdir(m);
      case VFS_RMDIR:
        return rmdir(m);
      default:
        return this.unknown(m);
    }
  }
}
