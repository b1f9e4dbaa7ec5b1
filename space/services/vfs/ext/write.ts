// Writing to files. Blocks are found or made first, then the bytes are copied from the caller into the operation's own
// copies of the pages; only when all of that is done the change is made. If the caller's memory ends early, or the disk is
// full, the operation is done again for as many bytes as there are.

import { EFBIG, ENOSPC, EPERM } from "../../../../abi/errno";
import { MAX_COPY_SLICE } from "../../../../abi/limits";
import { Message } from "../../../../abi/message";
import { msgRead } from "../../../lib/hnx_ipc/service";
import { fault, setFault } from "../cache/page";
import {
  abort,
  abortWith,
  begin,
  changeBlock,
  changeInode,
  clearBlock,
  commit,
  replaceBlock,
  touch,
} from "./change";
import { sizeOf } from "./inode";
import { FLAG_IMMUTABLE, INODE_FLAGS, RO_COMPAT_LARGE_FILE } from "./layout";
import { ensureBlock, isNewBlock, maxFileSize } from "./map_change";
import { setSize } from "./truncate";
import { Volume } from "./volume";

/** Largest size without the feature large_file. */
const SMALL_FILE_MAX: u64 = 0x7fff_ffff;

/** Stretches of the pages that are written to, in order: u32 address, u32 bytes. A block each at most, joined where they meet. */
const pieces: usize = memory.data(1024, 8);
const MAX_PIECES: u32 = 66; // 64 KiB in 1 KiB blocks, and a part at either end
let pieceCount: u32 = 0;

function addPiece(address: usize, bytes: u32): void {
  if (pieceCount) {
    const last = pieces + ((<usize>(pieceCount - 1)) << 3);
    if (load<u32>(last) + load<u32>(last, 4) == <u32>address) {
      store<u32>(last, load<u32>(last, 4) + bytes, 4);
      return;
    }
  }
  const at = pieces + ((<usize>pieceCount) << 3);
  store<u32>(at, <u32>address);
  store<u32>(at, bytes, 4);
  pieceCount += 1;
}

/** Address of the block at `index`, of which `bytes` bytes are written, to be changed. 0: see `fault`. */
function prepareBlock(v: Volume, number: u32, inode: usize, index: u64, bytes: u32): usize {
  const block = ensureBlock(v, number, inode, index);
  if (!block) return 0;
  if (bytes == v.blockSize) return replaceBlock(v, block);
  return isNewBlock ? clearBlock(v, block) : changeBlock(v, block);
}

/** Finds or makes the places of `length` bytes at `offset`. → how many have one: fewer if the disk is full; see `fault` */
function preparePieces(v: Volume, number: u32, inode: usize, offset: u64, length: u32): u32 {
  pieceCount = 0;
  let prepared: u32 = 0;
  setFault(0);
  while (prepared < length && pieceCount < MAX_PIECES) {
    const at = offset + prepared;
    const within = (<u32>at) & (v.blockSize - 1);
    const bytes = min(v.blockSize - within, length - prepared);
    const block = prepareBlock(v, number, inode, at >> v.blockShift, bytes);
    if (!block) return prepared;
    addPiece(block + within, bytes);
    prepared += bytes;
  }
  return prepared;
}

/** Copies to the places: from `source`, or from the caller's window 0. → bytes copied, or -errno when that were none. */
function fillPieces(token: u64, source: usize): i32 {
  let moved: u32 = 0;
  for (let i: u32 = 0; i < pieceCount; i++) {
    const at = pieces + ((<usize>i) << 3);
    const bytes = load<u32>(at, 4);
    let copied = <i32>bytes;
    if (source) memory.copy(load<u32>(at), source + moved, bytes);
    else copied = msgRead(token, 0, moved, load<u32>(at), bytes);
    if (copied < 0) return moved ? moved : copied;
    moved += copied;
    if (<u32>copied < bytes) break;
  }
  return moved;
}

/** Tries to write exactly `length` bytes. → length; fewer: nothing has happened, so many can be; -errno, WAIT */
function tryWrite(m: Message, v: Volume, number: u32, offset: u64, length: u32, source: usize): i32 {
  const status = begin(v);
  if (status < 0) return status;
  const inode = changeInode(v, number);
  if (!inode) return abort(v);
  const prepared = preparePieces(v, number, inode, offset, length);
  if (prepared < length) {
    const reason = fault;
    abort(v);
    return reason == -ENOSPC && prepared ? prepared : reason;
  }
  const copied = fillPieces(m.msgId, source);
  if (copied < <i32>length) return copied > 0 ? abortTo(v, copied) : abortWith(v, copied);
  if (offset + length > sizeOf(inode)) setSize(inode, offset + length);
  touch(v, inode, true);
  commit(v);
  return length;
}

function abortTo(v: Volume, count: i32): i32 {
  abort(v);
  return count;
}

/** FileSystem.write for a regular file. */
export function writeFile(
  m: Message,
  v: Volume,
  number: u32,
  inode: usize,
  offset: u64,
  length: u32,
  source: usize,
): i32 {
  if (load<u32>(inode, INODE_FLAGS) & FLAG_IMMUTABLE) return -EPERM;
  const limit = v.roCompat & RO_COMPAT_LARGE_FILE ? maxFileSize(v) : SMALL_FILE_MAX;
  if (offset >= limit) return -EFBIG;
  length = <u32>min<u64>(min(length, MAX_COPY_SLICE), limit - offset);
  while (true) {
    const written = tryWrite(m, v, number, offset, length, source);
    if (written == <i32>length || written <= 0) return written;
    length = written;
  }
}
