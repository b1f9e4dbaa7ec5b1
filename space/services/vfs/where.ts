// VFS_WHERE: the path of an open directory, for getcwd. It is put together from its end: each directory's name is looked for
// in the one above it.

import { EBADF, EBADMSG, EFAULT, ENOENT, ENOTDIR, ERANGE } from "../../../abi/errno";
import { S_IFDIR } from "../../../abi/file";
import { MAX_MESSAGE_DATA, MAX_PATH } from "../../../abi/limits";
import { Message } from "../../../abi/message";
import { done, doneWithData, failed, msgWrite } from "../../lib/hnx_ipc/service";
import { answerStatus } from "./answer";
import { listed, nodeInode } from "./file_system";
import { findHandle } from "./handle";
import { Mount, fileSystemOf, mountAt } from "./mount_table";

const SLASH: u8 = 0x2f;
const SIZE: u32 = MAX_PATH + 1;
const path: usize = memory.data(4096, 8);
/** Where in it the path begins that has been put together so far. */
let start: u32 = SIZE;

/** Finds the name of `child` in `parent`: `listed`. 0, -ENOENT (it has been removed), -errno, WAIT. */
function findName(mount: Mount, parent: u32, child: u32): i32 {
  const fs = fileSystemOf(mount);
  let position: u64 = 0;
  while (true) {
    const status = fs.nextEntry(mount, parent, position);
    if (status <= 0) return status ? status : -ENOENT;
    if (listed.inode == child) return 0;
    position = listed.next;
  }
}

/** Puts a slash and the listed name in front. 0, -ERANGE: no path is so long. */
function prepend(): i32 {
  if (listed.length + 1 > start) return -ERANGE;
  start -= listed.length;
  memory.copy(path + start, listed.name, listed.length);
  start -= 1;
  store<u8>(path + start, SLASH);
  return 0;
}

/** Puts the path of a directory together. 0, -errno, WAIT. */
function compose(mount: Mount, directory: u32): i32 {
  start = SIZE;
  while (true) {
    if (directory == mount.root) {
      if (!mount.covered) break;
      directory = mount.covered;
      mount = mountAt(mount.parent);
      continue;
    }
    const parent = fileSystemOf(mount).parentOf(mount, directory);
    if (parent < 0) return <i32>parent;
    let status = findName(mount, nodeInode(parent), directory);
    if (status == 0) status = prepend();
    if (status < 0) return status;
    directory = nodeInode(parent);
  }
  if (start == SIZE) store<u8>(path + --start, SLASH);
  return 0;
}

/** u32 handle, u32 length of the buffer. → bytes of the path; -ERANGE: it is longer */
export function where(m: Message): i64 {
  const at = m.take(8);
  if (!at) return failed(EBADMSG);
  const handle = findHandle(load<u32>(at));
  if (!handle) return failed(EBADF);
  if (handle.type != S_IFDIR) return failed(ENOTDIR);
  const status = compose(mountAt(handle.mount), handle.inode);
  if (status < 0) return answerStatus(status);
  const length = SIZE - start;
  if (length > load<u32>(at, 4)) return failed(ERANGE);
  if (length <= MAX_MESSAGE_DATA) {
    m.beginReply().withBytes(path + start, length);
    return doneWithData(length);
  }
  const copied = msgWrite(m.msgId, 0, 0, path + start, length);
  return <u32>copied == length ? done(length) : failed(copied < 0 ? -copied : EFAULT);
}
