// VFS_OPEN, VFS_CREATE, VFS_CLOSE, and what happens to handles whose owners are gone.

import { DRAIN_CANCELLED_CALL, DRAIN_CLOSED_HANDLE } from "../../../abi/construct";
import { EPID_VFS } from "../../../abi/endpoints";
import { EBADF, EBADMSG, EEXIST, EINVAL, EISDIR, ENFILE, ENOENT, ENOTDIR, EROFS } from "../../../abi/errno";
import {
  O_ACCESS_MODE,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_KNOWN,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  S_IFREG,
} from "../../../abi/file";
import { FLAG_OTHER_ENDPOINT, Message } from "../../../abi/message";
import { SYS_EP_DRAIN } from "../../../abi/syscall";
import { done, doneWithData, failed } from "../../lib/hnx_ipc/service";
import { syscall } from "../../lib/sys";
import { now_ns } from "./clock";
import { isDevice, isElsewhere } from "./device";
import { closeHandle, closeUndelivered, hasFreeHandle, openHandle } from "./handle";
import { found } from "./path";
import { resolvePath } from "./path_argument";
import { releaseAllBlocks } from "./tmpfs/block_map";
import { INODE_ARCHIVE, Inode, inodeAt, isDirectory } from "./tmpfs/inode";
import { PERMISSIONS, makeNode } from "./tmpfs/namespace";

const CREATE_FLAGS: u32 = O_CREAT | O_TRUNC | O_WRONLY;
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
function checkExisting(inode: Inode, flags: u32): i32 {
  if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) return -EEXIST;
  const isWriting = (flags & O_ACCESS_MODE) != O_RDONLY;
  if (isDirectory(inode)) return isWriting || (flags & O_CREAT) != 0 ? -EISDIR : 0;
  if (flags & O_DIRECTORY) return -ENOTDIR;
  return isWriting && (inode.flags & INODE_ARCHIVE) != 0 ? -EROFS : 0;
}

/** The inode to open, made if it is missing and wanted: its number or -errno. */
function findOrMake(flags: u32, mode: u32): i32 {
  if (found.inode) {
    const status = checkExisting(inodeAt(found.inode), flags);
    return status < 0 ? status : found.inode;
  }
  if (!(flags & O_CREAT)) return -ENOENT;
  if (found.hasSlash) return -EISDIR;
  return makeNode(S_IFREG | (mode & PERMISSIONS));
}

function truncate(inode: Inode): void {
  releaseAllBlocks(inode);
  inode.size = 0;
  inode.mtime_ns = now_ns();
}

/** The answer to an open of a device node: whose it is, and the handle there. */
function answerElsewhere(m: Message, inode: Inode): i64 {
  m.beginReply().withU32(inode.device);
  m.flags = <u16>FLAG_OTHER_ENDPOINT;
  return doneWithData(inode.deviceHandle);
}

function openPath(m: Message, flags: u32, mode: u32): i64 {
  if (checkFlags(flags) < 0) return failed(EINVAL);
  const status = resolvePath(m);
  if (status < 0) return failed(-status);
  if (!hasFreeHandle()) return failed(ENFILE);
  const number = findOrMake(flags, mode);
  if (number < 0) return failed(-number);
  const inode = inodeAt(number);
  if (isElsewhere(inode)) return answerElsewhere(m, inode);
  if ((flags & O_TRUNC) != 0 && !isDevice(inode)) truncate(inode);
  return done(openHandle(number, flags, m.msgId));
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
    if (kind == DRAIN_CANCELLED_CALL) closeUndelivered(load<u64>(drainRecord, 8));
  }
}
