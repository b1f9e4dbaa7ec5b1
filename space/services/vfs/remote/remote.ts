// A file system that is a service of its own, as the VFS sees it: it is asked for every name, record, entry and stretch of
// bytes (question.ts), and what it answers is checked here. Mounted by its endpoint: `mount -t`'s source is the number. It
// can be read; directories and regular files only. A mount's `volume` is the endpoint.

import { EIO, ENAMETOOLONG } from "../../../../abi/errno";
import {
  STAT_BYTES,
  STAT_DEVICE,
  STAT_INODE,
  STAT_LINKS,
  STAT_MODE,
  S_IFDIR,
  S_IFMT,
  S_IFREG,
} from "../../../../abi/file";
import { FS_LIST, FS_LOOKUP, FS_PARENT, FS_READ, FS_ROOT, FS_STAT } from "../../../../abi/ops";
import { FileSystem, Space, listed, node, space } from "../file_system";
import { Mount } from "../mount_table";
import { setSpan } from "../span";
import { BLOCK_SIZE } from "../tmpfs/layout";
import { MAX_ANSWER, ask, fault } from "./question";

const SLASH: u8 = 0x2f;
const PERMISSIONS: u32 = 0o7777;
/** Higher ones would be negative as the result of an operation: an errno, or WAIT. */
const MAX_INODE: u32 = 0x7fff_ffff;
const ROOT_MODE: u32 = S_IFDIR | 0o555;
/** Of an FS_LIST answer: inode, mode, next position and the length of the name. */
const LIST_MODE: usize = 4;
const LIST_NEXT: usize = 8;
const LIST_LENGTH: usize = 16;
const LIST_NAME: u32 = 17;

/** The answer to the last readable(). */
let bytes: usize = 0;

function isKnownType(mode: u32): bool {
  const type = mode & S_IFMT;
  return (mode & ~(S_IFMT | PERMISSIONS)) == 0 && (type == S_IFDIR || type == S_IFREG);
}

/** A node as an answer has it, inode below mode; 0: there is none; -EIO. */
function checkNode(value: u64): i64 {
  const inode = <u32>value;
  const mode = <u32>(value >> 32);
  if (!inode) return value ? -EIO : 0;
  if (inode > MAX_INODE) return -EIO;
  return isKnownType(mode) ? node(inode, mode) : -EIO;
}

/** Whether the bytes are a name: neither empty nor "." nor "..", no slash, no NUL. */
function isName(name: usize, length: u32): bool {
  for (let i: u32 = 0; i < length; i++) {
    const byte = load<u8>(name + i);
    if (!byte || byte == SLASH) return false;
  }
  const isDots = load<u8>(name) == 0x2e && (length == 1 || (length == 2 && load<u8>(name, 1) == 0x2e));
  return length != 0 && !isDots;
}

function putRoot(at: usize): i32 {
  memory.fill(at, 0, STAT_BYTES);
  store<u32>(at, ROOT_MODE, STAT_MODE);
  store<u32>(at, 2, STAT_LINKS);
  store<u32>(at, FS_ROOT, STAT_INODE);
  return 0;
}

export class RemoteFs extends FileSystem {
  constructor() {
    super("service");
  }

  /** Inodes are the service's numbers, which it knows as before. */
  isKept(inode: u32): bool {
    return true;
  }

  lookup(mount: Mount, directory: u32, name: usize, length: u32, hash: u32): i64 {
    if (length > MAX_ANSWER) return -ENAMETOOLONG;
    const q = ask(mount.volume, FS_LOOKUP, directory, 0, name, length);
    return q ? checkNode(q.argument) : fault;
  }

  parentOf(mount: Mount, directory: u32): i64 {
    const q = ask(mount.volume, FS_PARENT, directory, 0);
    if (!q) return fault;
    const value = q.length == 8 ? checkNode(load<u64>(q.data)) : 0;
    return value > 0 ? value : -EIO;
  }

  /** The root's record is made here: it is there whether the service is or not. */
  stat(mount: Mount, inode: u32, at: usize): i32 {
    if (inode == FS_ROOT) return putRoot(at);
    const q = ask(mount.volume, FS_STAT, inode, 0);
    if (!q) return fault;
    if (q.length != STAT_BYTES || !isKnownType(load<u32>(q.data, STAT_MODE))) return -EIO;
    memory.copy(at, q.data, STAT_BYTES);
    store<u32>(at, inode, STAT_INODE);
    store<u32>(at, 0, STAT_DEVICE);
    return 0;
  }

  nextEntry(mount: Mount, directory: u32, position: u64): i32 {
    const q = ask(mount.volume, FS_LIST, directory, position);
    if (!q) return fault;
    if (!q.length) return 0;
    const length = q.length > LIST_NAME ? <u32>load<u8>(q.data, LIST_LENGTH) : 0;
    if (q.length != LIST_NAME + length || !isName(q.data + LIST_NAME, length)) return -EIO;
    listed.inode = load<u32>(q.data);
    listed.type = load<u32>(q.data, LIST_MODE);
    listed.name = q.data + LIST_NAME;
    listed.length = length;
    listed.next = load<u64>(q.data, LIST_NEXT);
    return listed.next > position ? 1 : -EIO; // else a reader would never come to the end
  }

  readable(mount: Mount, inode: u32, offset: u64, length: u32): i32 {
    const q = ask(mount.volume, FS_READ, inode, offset);
    if (!q) return fault;
    bytes = q.data;
    return min(q.length, length);
  }

  findSpan(mount: Mount, inode: u32, offset: u64, limit: u32): u32 {
    setSpan(bytes);
    return limit;
  }

  statfs(mount: Mount): i32 {
    memory.fill(changetype<usize>(space), 0, offsetof<Space>());
    space.blockSize = BLOCK_SIZE;
    return 0;
  }
}
