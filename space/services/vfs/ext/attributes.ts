// Changing what an inode says beside its data: permissions and times.

import { CHANGE_ATIME, CHANGE_MODE, CHANGE_MTIME } from "../../../../abi/file";
import { Change } from "../file_system";
import { abort, begin, changeInode, commit, touch } from "./change";
import { INODE_ATIME, INODE_ATIME_EXTRA, INODE_MODE, INODE_MTIME, INODE_MTIME_EXTRA } from "./layout";
import { writeTime_ns } from "./time";
import { Volume } from "./volume";

const PERMISSIONS: u32 = 0o7777;

/** FileSystem.setAttributes. */
export function changeAttributes(v: Volume, number: u32, change: Change): i32 {
  const status = begin(v);
  if (status < 0) return status;
  const inode = changeInode(v, number);
  if (!inode) return abort(v);
  if (change.mask & CHANGE_MODE) {
    const mode = ((<u32>load<u16>(inode, INODE_MODE)) & ~PERMISSIONS) | change.mode;
    store<u16>(inode, <u16>mode, INODE_MODE);
  }
  if (change.mask & CHANGE_MTIME) writeTime_ns(v, inode, INODE_MTIME, INODE_MTIME_EXTRA, change.mtime_ns);
  if (change.mask & CHANGE_ATIME) writeTime_ns(v, inode, INODE_ATIME, INODE_ATIME_EXTRA, change.atime_ns);
  touch(v, inode, false);
  commit(v);
  return 0;
}
