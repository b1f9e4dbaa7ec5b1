// VFS_FSYNC, VFS_SYNC: making changes last.

import { EBADF, EBADMSG } from "../../../abi/errno";
import { Message } from "../../../abi/message";
import { failed } from "../../lib/hnx_ipc/service";
import { answerStatus } from "./answer";
import { SYNC_STAGES } from "./cache/sync";
import { WAIT } from "./file_system";
import { findHandle } from "./handle";
import { fileSystemOf, mountAt } from "./mount_table";
import { remember, stage } from "./parking";
import { superblock } from "./tmpfs/superblock";

/** VFS_FSYNC: u32 handle. The whole file system is written that has the file. */
export function fsync(m: Message): i64 {
  const at = m.take(4);
  if (!at) return failed(EBADMSG);
  const handle = findHandle(load<u32>(at));
  if (!handle) return failed(EBADF);
  const mount = mountAt(handle.mount);
  return answerStatus(fileSystemOf(mount).sync(mount, 0));
}

/** VFS_SYNC: one mount after the other; an error of one does not keep the others from it. */
export function sync(m: Message): i64 {
  let index = stage / SYNC_STAGES;
  for (; index < superblock().endMount; index++) {
    const mount = mountAt(index);
    if (mount.type && fileSystemOf(mount).sync(mount, index * SYNC_STAGES) == WAIT) return answerStatus(WAIT);
    remember((index + 1) * SYNC_STAGES, 0);
  }
  return answerStatus(0);
}
