// VFS_OPEN, VFS_CREATE, VFS_CLOSE, and what happens to handles whose owners are gone.

import { DRAIN_CANCELLED_CALL, DRAIN_CLOSED_HANDLE } from "../../../abi/construct";
import { EPID_VFS } from "../../../abi/endpoints";
import {
  EBADF,
  EBADMSG,
  EEXIST,
  EINVAL,
  EISDIR,
  ELOOP,
  ENFILE,
  ENOENT,
  ENOTDIR,
  ENXIO,
  EROFS,
} from "../../../abi/errno";
import {
  O_ACCESS_MODE,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_KNOWN,
  O_NOFOLLOW,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
} from "../../../abi/file";
import { FLAG_OTHER_ENDPOINT, Message } from "../../../abi/message";
import { SYS_EP_DRAIN } from "../../../abi/syscall";
import { done, doneWithData, failed } from "../../lib/hnx_ipc/service";
import { syscall } from "../../lib/sys";
import { answerStatus } from "./answer";
import { endpointOfDevice, handleOfDevice, isDevice, isElsewhere } from "./devfs/devfs";
import { found } from "./found";
import { closeHandle, closeUndelivered, hasFreeHandle, openHandle } from "./handle";
import { MOUNT_READ_ONLY, Mount, TYPE_DEVFS, fileSystemOf, mountAt } from "./mount_table";
import { PERMISSIONS, checkPlace } from "./names";
import { cancelParked } from "./parking";
import { namesChanged } from "./path_cache";
import { resolvePath } from "./path_argument";

const CREATE_FLAGS: u32 = O_CREAT | O_TRUNC | O_WRONLY;
const NEW_ONLY: u32 = O_CREAT | O_EXCL;
/** Where SYS_EP_DRAIN puts a record: DRAIN_RECORD_SIZE bytes. */
const drainRecord: usize = memory.data(16, 8);

/** 0, or -EINVAL for flags that are unknown or contradict each other. */
@inline
function checkFlags(flags: u32): i32 {
  const access = flags & O_ACCESS_MODE;
  const isWrong =
    (flags & ~O_KNOWN) != 0 ||
    access == O_ACCESS_MODE ||
    (flags & (O_CREAT | O_DIRECTORY)) == (O_CREAT | O_DIRECTORY) ||
    ((flags & O_TRUNC) != 0 && access == O_RDONLY);
  return isWrong ? -EINVAL : 0;
}

/** Whether what is there may be opened so: 0 or -errno. */
function checkExisting(mount: Mount, flags: u32): i32 {
  if ((flags & NEW_ONLY) == NEW_ONLY) return -EEXIST;
  const type = found.mode & S_IFMT;
  const isWriting = (flags & O_ACCESS_MODE) != O_RDONLY;
  if (type == S_IFDIR) return isWriting || (flags & O_CREAT) != 0 ? -EISDIR : 0;
  if (type == S_IFLNK) return -ELOOP;
  if (flags & O_DIRECTORY) return -ENOTDIR;
  if (type != S_IFREG && mount.type != TYPE_DEVFS) return -ENXIO; // a device or pipe of another system's disk
  if (!isWriting) return 0;
  if ((mount.flags & MOUNT_READ_ONLY) != 0 && !isDevice(found.mode)) return -EROFS;
  return fileSystemOf(mount).checkWrite(mount, found.inode);
}

/** The inode to open, made if it is missing and wanted: its number or -errno. */
function findOrMake(flags: u32, mode: u32): i64 {
  if (found.inode) {
    const status = checkExisting(mountAt(found.mount), flags);
    return status < 0 ? status : found.inode;
  }
  if (!(flags & O_CREAT)) return -ENOENT;
  if (found.hasSlash) return -EISDIR;
  const status = checkPlace(found);
  if (status < 0) return status;
  namesChanged();
  return fileSystemOf(mountAt(found.parentMount)).create(found, S_IFREG | (mode & PERMISSIONS));
}

/** The answer to an open of a device node: whose it is, and the handle there. */
function answerElsewhere(m: Message, inode: u32): i64 {
  m.beginReply().withU32(endpointOfDevice(inode));
  m.flags = <u16>FLAG_OTHER_ENDPOINT;
  return doneWithData(handleOfDevice(inode));
}

function openPath(m: Message, flags: u32, mode: u32): i64 {
  if (checkFlags(flags) < 0) return failed(EINVAL);
  let status = resolvePath(m, (flags & O_NOFOLLOW) == 0 && (flags & NEW_ONLY) != NEW_ONLY);
  if (status < 0) return answerStatus(status);
  if (!hasFreeHandle()) return failed(ENFILE);
  const inode = findOrMake(flags, mode);
  if (inode < 0) return answerStatus(<i32>inode);
  const mount = mountAt(found.mount);
  if (mount.type == TYPE_DEVFS && isElsewhere(<u32>inode)) return answerElsewhere(m, <u32>inode);
  if ((flags & O_TRUNC) != 0 && (found.mode & S_IFMT) == S_IFREG) {
    status = fileSystemOf(mount).truncate(mount, <u32>inode, 0);
    if (status < 0) return answerStatus(status);
  }
  const type = found.inode ? found.mode : S_IFREG;
  return done(openHandle(found.mount, <u32>inode, type, flags, m.msgId));
}

/** VFS_OPEN: u32 flags, u32 mode, path. */
export function open(m: Message): i64 {
  const at = m.take(8);
  if (!at) return failed(EBADMSG);
  return openPath(m, load<u32>(at), load<u32>(at, 4));
}

/** VFS_CREATE: u32 flags, u32 mode, path. The access mode in the flags does not count. */
export function create(m: Message): i64 {
  const at = m.take(8);
  if (!at) return failed(EBADMSG);
  return openPath(m, (load<u32>(at) & ~O_ACCESS_MODE) | CREATE_FLAGS, load<u32>(at, 4));
}

/** VFS_CLOSE: u32 handle. */
export function close(m: Message): i64 {
  const at = m.take(4);
  if (!at) return failed(EBADMSG);
  return closeHandle(load<u32>(at)) ? done(0) : failed(EBADF);
}

/** NOTIFY_DRAIN: closes the handles that nobody has any more. */
export function drain(): void {
  while (syscall(SYS_EP_DRAIN, EPID_VFS, drainRecord, 0, 0, 0, 0) > 0) {
    const kind = load<u32>(drainRecord);
    if (kind == DRAIN_CLOSED_HANDLE) closeHandle(load<u32>(drainRecord, 4));
    if (kind == DRAIN_CANCELLED_CALL) {
      closeUndelivered(load<u64>(drainRecord, 8));
      cancelParked(load<u64>(drainRecord, 8));
    }
  }
}
