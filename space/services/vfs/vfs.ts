// The VFS as a service: which function answers which operation.

import { EPID_VFS, NOTIFY_DRAIN } from "../../../abi/endpoints";
import { EINVAL } from "../../../abi/errno";
import { FLAG_ASYNC, Message } from "../../../abi/message";
import * as op from "../../../abi/ops";
import { Service, failed } from "../../lib/hnx_ipc/service";
import { link, rename, symlink } from "./links";
import { lstat, mkdir, rmdir, stat, unlink } from "./names";
import { change, readlink, truncate } from "./attributes";
import { close, create, drain, open } from "./open";
import { readdir } from "./readdir";
import { superblock } from "./tmpfs/superblock";
import { read, seek, write } from "./transfer";

export class Vfs extends Service {
  constructor() {
    super(EPID_VFS, "vfs", "1.1");
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
      case op.VFS_OPEN:
        return open(m);
      case op.VFS_READ:
        return read(m);
      case op.VFS_WRITE:
        return write(m);
      case op.VFS_CLOSE:
        return close(m);
      case op.VFS_SEEK:
        return seek(m);
      case op.VFS_STAT:
        return stat(m);
      case op.VFS_READDIR:
        return readdir(m);
      case op.VFS_CREATE:
        return create(m);
      case op.VFS_UNLINK:
        return unlink(m);
      case op.VFS_MKDIR:
        return mkdir(m);
      case op.VFS_RMDIR:
        return rmdir(m);
      default:
        return this.answerRare(m);
    }
  }

  private answerRare(m: Message): i64 {
    switch (<u32>m.op) {
      case op.VFS_LSTAT:
        return lstat(m);
      case op.VFS_RENAME:
        return rename(m);
      case op.VFS_LINK:
        return link(m);
      case op.VFS_SYMLINK:
        return symlink(m);
      case op.VFS_READLINK:
        return readlink(m);
      case op.VFS_TRUNCATE:
        return truncate(m);
      case op.VFS_CHANGE:
        return change(m);
      default:
        return this.unknown(m);
    }
  }
}
