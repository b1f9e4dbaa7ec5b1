// The cache as a client of the block service (abi/block.ts): what was begun in io.ts goes out as asynchronous messages,
// answers come as messages to an endpoint of our own, which only the block service may send to. Finding a disk and handing
// over memory are calls, made when a file system is mounted: the block service answers them at once and waits for nobody.

import {
  BLOCK_DEVICE_FLAGS,
  BLOCK_DEVICE_ID,
  BLOCK_DEVICE_SECTORS,
  BLOCK_FLAG_CACHE,
  BLOCK_FLAG_FAILED,
  BLOCK_FLAG_READ_ONLY,
} from "../../../../abi/block";
import { EPID_BLOCK, PRIORITY_NORMAL, RIGHT_SEND } from "../../../../abi/endpoints";
import { EAGAIN, EIO, ENOSPC } from "../../../../abi/errno";
import {
  FLAG_GRANT,
  FLAG_TIMEOUT,
  GRANT_ENDPOINT,
  GRANT_OBJECT,
  MESSAGE_GRANT,
  Message,
  requestInfo,
} from "../../../../abi/message";
import {
  BLOCK_ATTACH,
  BLOCK_CLAIM,
  BLOCK_CONNECT,
  BLOCK_FIND,
  BLOCK_FLUSH,
  BLOCK_READ,
  BLOCK_WRITE,
} from "../../../../abi/ops";
import { PROT_READ, PROT_WRITE } from "../../../../abi/program";
import { SYS_EP_CREATE, SYS_EP_DESTROY, SYS_OBJECT_CREATE, SYS_OBJECT_MAP } from "../../../../abi/syscall";
import { message } from "../../../lib/hnx_ipc/call";
import { ownerOf } from "../../../lib/hnx_ipc/owner";
import { epCall, epSend, syscall } from "../../../lib/sys";
import {
  DISK_CACHED,
  DISK_GONE,
  DISK_READ_ONLY,
  Disk,
  SECTORS_SHIFT,
  addDisk,
  diskAt,
  loseDisks,
  sectorsOfPage,
} from "./disk";
import { restorePage, savePage } from "../page_copy";
import { unsentIo } from "../work";
import {
  IO_FLUSH,
  IO_READ,
  Io,
  cookieOf,
  endBatch,
  failAllIo,
  failIo,
  frameOfIo,
  ioAt,
  markSent,
  nextUnsent,
} from "./io";
import { OBJECT_FRAMES, PAGE_SHIFT, frameAddress, frameCount } from "./layout";

/** A block service that does not answer a call so long is taken for broken. */
const CALL_TIMEOUT_NS: i64 = 1_000_000_000;

const attachments = new StaticArray<u32>(4); // MAX_FRAMES / OBJECT_FRAMES
/** The memory objects that the frames are, made at the first connection; 0: not yet. */
const objects = new StaticArray<u32>(4);
/** The block service that knows us: its process id. */
let blockPid: u32 = 0;
/** The endpoint that answers come to; 0: the block service does not know us yet. */
let answersEndpoint: u32 = 0;

@inline
export function isAnswersEndpoint(epid: u32): bool {
  return answersEndpoint != 0 && epid == answersEndpoint;
}

/** Puts a right into the message that goes along with it. */
function addGrant(m: Message, kind: u32, id: u32, rights: u32): void {
  const at = changetype<usize>(m) + MESSAGE_GRANT;
  store<u32>(at, kind);
  store<u32>(at, id, 4);
  store<u32>(at, rights, 8);
  store<u32>(at, 0, 12);
  m.flags |= <u16>FLAG_GRANT;
}

/** Calls the block service with the message. → its code; the response is in the page */
function call(m: Message): i32 {
  const info = requestInfo(m.op, m.priority, m.length, (<u32>m.flags) | FLAG_TIMEOUT);
  const code = <i32>epCall(EPID_BLOCK, info, CALL_TIMEOUT_NS);
  m.rewind();
  return code;
}

/** Makes a memory object of `pages` of the cache's frames, from frame `first` on. → its id or -errno. */
function makeObject(first: u32, pages: u32): i64 {
  const id = syscall(SYS_OBJECT_CREATE, pages, 0, 0, 0, 0, 0);
  if (id < 0) return id;
  const mapped = syscall(SYS_OBJECT_MAP, id, frameAddress(first), 0, pages, PROT_READ | PROT_WRITE, 0);
  return mapped < 0 ? mapped : id;
}

/** Hands `pages` frames over, from frame `first` on. 0 or -errno. */
function attachFrames(first: u32, pages: u32): i32 {
  const number = (first - 1) / OBJECT_FRAMES;
  if (!objects[number]) {
    const id = makeObject(first, pages);
    if (id < 0) return <i32>id;
    objects[number] = <u32>id;
  }
  const m = message().begin(BLOCK_ATTACH, PRIORITY_NORMAL).withU32(pages);
  addGrant(m, GRANT_OBJECT, objects[number], PROT_READ | PROT_WRITE);
  const code = call(m);
  if (code < 0) return code;
  attachments[number] = <u32>m.value;
  return 0;
}

/** Makes ourselves known to the block service, once. 0 or -errno. */
function connect(): i32 {
  if (answersEndpoint && ownerOf(EPID_BLOCK) == blockPid) return 0;
  loseBlockService();
  blockPid = ownerOf(EPID_BLOCK);
  const endpoint = syscall(SYS_EP_CREATE, 0, 0, 0, 0, 0, 0);
  if (endpoint < 0) return <i32>endpoint;
  const m = message().begin(BLOCK_CONNECT, PRIORITY_NORMAL);
  addGrant(m, GRANT_ENDPOINT, <u32>endpoint, RIGHT_SEND);
  let status = call(m);
  for (let first: u32 = 1; status >= 0 && first <= frameCount(); first += OBJECT_FRAMES) {
    status = attachFrames(first, min(OBJECT_FRAMES, frameCount() + 1 - first));
  }
  if (status < 0) {
    syscall(SYS_EP_DESTROY, endpoint, 0, 0, 0, 0, 0);
    return status;
  }
  answersEndpoint = <u32>endpoint;
  return 0;
}

/** Whoever served our disks does so no more: what it was asked has failed, and its disks are gone until they are mounted anew. */
function loseBlockService(): void {
  if (!answersEndpoint) return;
  syscall(SYS_EP_DESTROY, answersEndpoint, 0, 0, 0, 0, 0);
  answersEndpoint = 0;
  loseDisks();
  failAllIo(-EIO);
}

/** Notices that the block service that we are connected to is dead: nobody answers what was sent to it. */
export function checkBlockService(): void {
  if (answersEndpoint && ownerOf(EPID_BLOCK) != blockPid) loseBlockService();
}

/** Whether answers may come. */
@inline
export function isConnected(): bool {
  return answersEndpoint != 0;
}

/** Asks the block service for the disk of a name. */
function find(name: usize, length: u32): i32 {
  const status = connect();
  if (status < 0) return status;
  return call(message().begin(BLOCK_FIND, PRIORITY_NORMAL).withStr(name, length));
}

/** The disk that the answer in the page describes, ours from now on. → its index; -EIO (it failed), -ENOSPC (too many disks). */
function takeFound(m: Message): i32 {
  const at = m.data;
  const deviceFlags = load<u32>(at, BLOCK_DEVICE_FLAGS);
  if (deviceFlags & BLOCK_FLAG_FAILED) return -EIO;
  let flags: u32 = 0;
  if (deviceFlags & BLOCK_FLAG_READ_ONLY) flags |= DISK_READ_ONLY;
  if (deviceFlags & BLOCK_FLAG_CACHE) flags |= DISK_CACHED;
  const disk = addDisk(load<u32>(at, BLOCK_DEVICE_ID), load<u64>(at, BLOCK_DEVICE_SECTORS), flags);
  return disk ? disk.index : -ENOSPC;
}

/** Opens the disk of a name (vda, vda1, …). → its index (disk.ts); -ENOENT, -errno of the block service. */
export function openDisk(name: usize, length: u32): i32 {
  savePage();
  let status = find(name, length);
  if (status >= 0) status = takeFound(message());
  restorePage();
  return status;
}

/** Lets nobody else write to the disk, or everybody again. 0; -EBUSY: somebody else does. */
export function claimDisk(disk: Disk, take: bool): i32 {
  if (disk.flags & DISK_GONE) return 0;
  savePage();
  const m = message().begin(BLOCK_CLAIM, PRIORITY_NORMAL).withU32(disk.device);
  const status = call(m.withU32(u32(take)));
  restorePage();
  return min(status, 0);
}

/** The request's pieces: one if its frames lie side by side, else one a page. */
function addPieces(m: Message, io: Io): void {
  const pieces: u32 = io.isRun ? 1 : io.count;
  for (let i: u32 = 0; i < pieces; i++) {
    const index = frameOfIo(io, i) - 1;
    m.withU32(unchecked(attachments[index / OBJECT_FRAMES]));
    m.withU32((index % OBJECT_FRAMES) << PAGE_SHIFT);
  }
}

/** Sends a request. false: the block service's queue is full, and it stays unsent. */
function send(index: u32): bool {
  const io = ioAt(index);
  const disk = diskAt(io.disk);
  const op = io.kind == IO_FLUSH ? BLOCK_FLUSH : io.kind == IO_READ ? BLOCK_READ : BLOCK_WRITE;
  const m = message().begin(op, PRIORITY_NORMAL);
  m.withU32(disk.device);
  m.withU32(io.count == 1 ? sectorsOfPage(disk, io.page) : io.count << SECTORS_SHIFT);
  m.withU64((<u64>io.page) << SECTORS_SHIFT);
  m.withU64(cookieOf(index));
  if (io.count) addPieces(m, io);
  const status = <i32>epSend(EPID_BLOCK, requestInfo(op, PRIORITY_NORMAL, m.length, 0));
  if (status == -EAGAIN) return false;
  markSent(io);
  if (status < 0) failIo(io, status);
  return true;
}

/** Sends what was begun, as far as that goes. The message page is as it was before. */
export function sendIo(): void {
  if (!unsentIo()) return;
  endBatch();
  savePage();
  let index = nextUnsent(0);
  while (index >= 0 && send(<u32>index)) index = nextUnsent(<u32>index + 1);
  restorePage();
}
