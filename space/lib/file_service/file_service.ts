// A file system that is a service of its own: what the VFS asks of it (FS_… in abi/ops.ts), taken apart, checked and
// answered. A subclass says what its tree is; inode FS_ROOT is the root, all other numbers are its own. It can be read.
//
//   class Example extends FileService {
//     constructor() { super(EPID, "example", "1.0"); }
//     lookup(directory: u32, name: usize, length: u32): i64 { … return node(inode, S_IFREG | 0o444); }
//     …
//   }
//   export function main(): i32 { return new Example().run(); }
//
// `mount -t`: `mount 10 /directory service`, 10 being its endpoint. Every question comes with the right to answer it. An answer
// holds up to MAX_ANSWER bytes.

import { EBADMSG, EINVAL, ENOENT, ENOSYS } from "../../../abi/errno";
import { STAT_BYTES, STAT_INODE, STAT_LINKS, STAT_MODE, STAT_SIZE, S_IFDIR, S_IFMT } from "../../../abi/file";
import { MAX_MESSAGE_DATA } from "../../../abi/limits";
import { FLAG_ASYNC, GRANT_ENDPOINT, Message, requestInfo } from "../../../abi/message";
import { FS_ANSWER, FS_ANSWER_HEAD, FS_LIST, FS_LOOKUP, FS_PARENT, FS_READ, FS_STAT } from "../../../abi/ops";
import { PRIORITY_NORMAL } from "../../../abi/endpoints";
import { message } from "../hnx_ipc/call";
import { grantOf } from "../hnx_ipc/grant";
import { LATER, Service, failed } from "../hnx_ipc/service";
import { epSend } from "../sys";

export const MAX_ANSWER: u32 = MAX_MESSAGE_DATA - FS_ANSWER_HEAD;
/** What lookup() says of a name that is not there. */
export const NODE_NONE: i64 = 0;

/** An inode's number and mode in one value, as lookup() and parent() return it. */
@inline
export function node(inode: u32, mode: u32): i64 {
  return ((<i64>mode) << 32) | (<i64>inode);
}

/** Fills a Stat record of STAT_BYTES bytes at `at`. size: bytes, or 0 where it is not known. */
export function putStat(at: usize, inode: u32, mode: u32, size: u64): void {
  memory.fill(at, 0, STAT_BYTES);
  store<u32>(at, mode, STAT_MODE);
  store<u32>(at, (mode & S_IFMT) == S_IFDIR ? 2 : 1, STAT_LINKS);
  store<u32>(at, inode, STAT_INODE);
  store<u64>(at, size, STAT_SIZE);
}

/** Bytes of an FS_LIST answer before the name. */
const LIST_HEAD: u32 = 17;
const MAX_LISTED_NAME: u32 = MAX_ANSWER - LIST_HEAD;

export abstract class FileService extends Service {
  /** What list() found: node, name, and the position after it. */
  protected listedNode: i64 = 0;
  protected listedNext: u64 = 0;
  protected listedLength: u32 = 0;
  protected readonly listedName: usize = heap.alloc(MAX_LISTED_NAME);
  private readonly answerData: usize = heap.alloc(MAX_ANSWER);

  /** The node of a name in a directory: node(), NODE_NONE, -errno. */
  abstract lookup(directory: u32, name: usize, length: u32): i64;
  /** The node of the directory above one. */
  abstract parent(directory: u32): i64;
  /** Fills the Stat record at `at` (putStat). 0, -ENOENT. */
  abstract stat(inode: u32, at: usize): i32;
  /** Finds the entry at `position` or the first one after it; positions begin at 0. 1; 0 at the end; -errno. */
  abstract list(directory: u32, position: u64): i32;
  /** Copies up to `size` bytes of a file from `offset` on to `target`. → bytes; 0 at the end; -errno */
  abstract read(inode: u32, offset: u64, target: usize, size: u32): i32;

  request(m: Message): i64 {
    if (!(m.flags & FLAG_ASYNC)) return this.unknown(m);
    const op: u32 = m.op;
    if (op < FS_LOOKUP || op > FS_READ) return failed(ENOSYS);
    const grant = grantOf(m);
    if (!grant || grant.kind != GRANT_ENDPOINT) return failed(EINVAL);
    const answers = grant.id;
    const cookie = m.readU64();
    const inode = m.readU32();
    if (!m.ok) return failed(EBADMSG);
    const length = this.answerTo(m, op, inode);
    const status = min(length, 0);
    const answer = message().begin(FS_ANSWER, PRIORITY_NORMAL).withU64(cookie);
    answer.withU32(<u32>status).withU32(0);
    if (length > 0) answer.withBytes(this.answerData, length);
    epSend(answers, requestInfo(FS_ANSWER, PRIORITY_NORMAL, answer.length, 0)); // a VFS that is gone asks again
    return LATER;
  }

  /** Puts the answer's bytes at answerData. → how many, or -errno */
  private answerTo(m: Message, op: u32, inode: u32): i32 {
    if (op == FS_LOOKUP) {
      const name = m.readStr();
      return m.ok ? this.putNode(this.lookup(inode, name + 1, load<u8>(name))) : -EBADMSG;
    }
    if (op == FS_PARENT) return this.putNode(this.parent(inode));
    if (op == FS_STAT) {
      const status = this.stat(inode, this.answerData);
      return status < 0 ? status : STAT_BYTES;
    }
    const position = m.readU64();
    if (op == FS_LIST) return m.ok ? this.putEntry(this.list(inode, position)) : -EBADMSG;
    const size = min(m.readU32(), MAX_ANSWER);
    return m.ok ? this.read(inode, position, this.answerData, size) : -EBADMSG;
  }

  private putNode(value: i64): i32 {
    if (value < 0) return <i32>value;
    store<i64>(this.answerData, value);
    return 8;
  }

  private putEntry(status: i32): i32 {
    if (status <= 0) return status;
    if (this.listedLength > MAX_LISTED_NAME) return -ENOENT;
    const at = this.answerData;
    store<i64>(at, this.listedNode);
    store<u64>(at, this.listedNext, 8);
    store<u8>(at, <u8>this.listedLength, 16);
    memory.copy(at + LIST_HEAD, this.listedName, this.listedLength);
    return LIST_HEAD + this.listedLength;
  }
}
