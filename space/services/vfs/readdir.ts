// VFS_READDIR: packs directory entries into the answer or the caller's window 0.
//
// A handle's position in a directory: 0 "." · 1 ".." · 2 + n: the entry at the file system's position n or the next one
// after it. Entries do not move, so whatever is made or removed between two calls, no name that stays is missed or repeated.

import { EBADF, EBADMSG, EFAULT, EINVAL, ENOTDIR } from "../../../abi/errno";
import {
  DIRENT_INODE,
  DIRENT_NAME,
  DIRENT_NAME_LENGTH,
  DIRENT_SIZE,
  DIRENT_TYPE,
  O_ACCESS_MODE,
  O_WRONLY,
  S_IFDIR,
} from "../../../abi/file";
import { MAX_MESSAGE_DATA } from "../../../abi/limits";
import { Message } from "../../../abi/message";
import { done, doneWithData, failed, msgWrite } from "../../lib/hnx_ipc/service";
import { answerStatus } from "./answer";
import { listed, nodeInode } from "./file_system";
import { Handle, findHandle } from "./handle";
import { Mount, fileSystemOf, mountAt } from "./mount_table";
import { nodeAbove } from "./path";

const POSITION_DOT_DOT: u64 = 1;
const POSITION_ENTRIES: u64 = 2;
const TYPE_SHIFT: u32 = 12;
/** One answer's entries: enough for at least 14 names of the longest kind. */
const BATCH_SIZE: u32 = 4096;

const batch: usize = memory.data(4096, 8);
const dots: usize = memory.data<u8>([0x2e, 0x2e]);

/** Bytes of a packed entry whose name has `length` bytes. */
@inline
function sizeOf(length: u32): u32 {
  return (DIRENT_NAME + length + 3) & ~3;
}

/** Packs an entry at `at`, where sizeOf(length) bytes are free. */
function pack(at: usize, number: u32, mode: u32, name: usize, length: u32): void {
  const size = sizeOf(length);
  store<u32>(at + size - 4, 0);
  store<u32>(at, number, DIRENT_INODE);
  store<u16>(at, <u16>size, DIRENT_SIZE);
  store<u8>(at, (<u8>(mode >> TYPE_SHIFT)) & 15, DIRENT_TYPE);
  store<u8>(at, <u8>length, DIRENT_NAME_LENGTH);
  memory.copy(at + DIRENT_NAME, name, length);
}

/** Position after the last entry that was packed, as of the last packBatch(). */
let nextPosition: u64 = 0;

/** Packs "." and "..", which no file system lists itself. → bytes; -errno, WAIT. */
function packDots(mount: Mount, directory: u32, limit: u32): i32 {
  let used: u32 = 0;
  while (nextPosition < POSITION_ENTRIES) {
    const length = <u32>nextPosition + 1;
    if (used + sizeOf(length) > limit) return used ? used : -EINVAL;
    const above = nextPosition == POSITION_DOT_DOT ? nodeAbove(mount, directory) : <i64>directory;
    if (above < 0) return <i32>above;
    pack(batch + used, nodeInode(above), S_IFDIR, dots, length);
    used += sizeOf(length);
    nextPosition += 1;
  }
  return used;
}

/** Packs entries from `position` on into the batch, `limit` bytes at most. → bytes; -EINVAL: not even one fits; WAIT. */
function packBatch(mount: Mount, directory: u32, position: u64, limit: u32): i32 {
  nextPosition = position;
  const packed = packDots(mount, directory, limit);
  if (packed < 0 || nextPosition < POSITION_ENTRIES) return packed;
  const fileSystem = fileSystemOf(mount);
  let used: u32 = packed;
  while (true) {
    const status = fileSystem.nextEntry(mount, directory, nextPosition - POSITION_ENTRIES);
    // What is packed is given out even if the next entry has to be waited for, or cannot be read.
    if (status <= 0) return used || status == 0 ? used : status;
    const size = sizeOf(listed.length);
    if (used + size > limit) return used ? used : -EINVAL;
    pack(batch + used, listed.inode, listed.type, listed.name, listed.length);
    used += size;
    nextPosition = listed.next + POSITION_ENTRIES;
  }
}

/** Gives the batch to the caller and moves the handle on. */
function answerBatch(m: Message, handle: Handle, used: u32): i64 {
  if (used <= MAX_MESSAGE_DATA) {
    m.beginReply().withBytes(batch, used);
    handle.position = nextPosition;
    return doneWithData(used);
  }
  const copied = msgWrite(m.msgId, 0, 0, batch, used);
  if (copied != used) return failed(copied < 0 ? -copied : EFAULT);
  handle.position = nextPosition;
  return done(used);
}

/** VFS_READDIR: u32 handle, u32 length. → 0 at the end. */
export function readdir(m: Message): i64 {
  const at = m.take(8);
  if (!at) return failed(EBADMSG);
  const handle = findHandle(load<u32>(at));
  if (!handle || (handle.flags & O_ACCESS_MODE) == O_WRONLY) return failed(EBADF);
  if (handle.type != S_IFDIR) return failed(ENOTDIR);
  const mount = mountAt(handle.mount);
  const used = packBatch(mount, handle.inode, handle.position, min(load<u32>(at, 4), BATCH_SIZE));
  return used < 0 ? answerStatus(used) : answerBatch(m, handle, used);
}
