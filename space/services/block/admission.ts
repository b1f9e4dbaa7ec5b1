// Reads, writes and flushes from their message to their disk: everything is checked here, and the memory they name is
// turned into physical addresses. Called by service.ts.

import {
  BLOCK_MAX_PIECES,
  BLOCK_MAX_SECTORS,
  BLOCK_PIECE_BYTES,
  BLOCK_SECTOR_BYTES,
  BLOCK_SECTOR_SHIFT,
} from "../../../abi/block";
import {
  E2BIG,
  EAGAIN,
  EBADF,
  EBADMSG,
  EBUSY,
  EFAULT,
  EINVAL,
  EIO,
  ENODEV,
  ENXIO,
  EPERM,
  EROFS,
} from "../../../abi/errno";
import { PAGE_SHIFT, PAGE_SIZE } from "../../../abi/limits";
import { PROT_READ, PROT_WRITE } from "../../../abi/program";
import { FLAG_ASYNC, LATER, Message, done, failed } from "../../lib/hnx_ipc";
import {
  Client,
  clientOfProcess,
  findAttachment,
  giveRequest,
  numberOf,
  pageAddressesOf,
  takeRequest,
} from "./client";
import { sendCompletion } from "./completion";
import { Device, deviceAt, diskOf, mayWrite } from "./device";
import { TYPE_FLUSH, TYPE_READ, TYPE_WRITE } from "./layout";
import { Request, addSegment } from "./request";

const SECTOR_MASK: u32 = BLOCK_SECTOR_BYTES - 1;
const PAGE_MASK: u32 = PAGE_SIZE - 1;

/** Admits the request of `type` in the message. → LATER, or what answers it now */
export function admit(m: Message, type: u32): i64 {
  const device = m.readU32();
  const sectors = m.readU32();
  const first = m.readU64();
  const cookie = m.readU64();
  if (!m.ok) return failed(EBADMSG);
  const isAsync = (m.flags & FLAG_ASYNC) != 0;
  const priority = <u32>m.priority;
  const client = clientOfProcess(m.srcPid);
  if (!client) return failed(EAGAIN);
  if (isAsync && !client.endpoint) return failed(EPERM); // nobody to tell
  const result = accept(m, client, type, device, sectors, first, cookie);
  if (result == LATER) return LATER;
  if (isAsync) sendCompletion(client, cookie, result, priority);
  return result < 0 ? failed(<i32>-result) : done(result);
}

function accept(
  m: Message,
  client: Client,
  type: u32,
  deviceId: u32,
  sectors: u32,
  first: u64,
  cookie: u64,
): i64 {
  const device = deviceAt(deviceId);
  if (!device) return -ENODEV;
  const disk = diskOf(device);
  if (disk.hasFailed) return -EIO;
  if (type == TYPE_FLUSH) {
    if (!disk.hasCache) return 0;
    sectors = 0;
    first = 0;
  } else {
    const error = checkStretch(m, device, type, sectors, first);
    if (error) return error;
  }
  const request = takeRequest(client);
  if (!request) return -EAGAIN;
  request.type = type;
  request.sectors = sectors;
  request.sector = device.first + first;
  request.disk = device.disk;
  request.token = m.flags & FLAG_ASYNC ? 0 : m.msgId;
  request.cookie = cookie;
  request.priority = <u32>m.priority;
  const error = type == TYPE_FLUSH ? 0 : addPieces(m, client, request, disk.segmentBytesMax);
  if (error) {
    giveRequest(request);
    return error;
  }
  disk.submit(request);
  return LATER;
}

/** Whether the sectors are the device's and may be asked for in this way. 0 or -errno */
function checkStretch(m: Message, device: Device, type: u32, sectors: u32, first: u64): i32 {
  const disk = diskOf(device);
  if (sectors == 0) return -EINVAL;
  if (sectors > BLOCK_MAX_SECTORS) return -E2BIG;
  if (first > device.sectors || sectors > device.sectors - first) return -ENXIO;
  const blockMask = (disk.blockBytes >> BLOCK_SECTOR_SHIFT) - 1;
  if ((first | sectors) & blockMask) return -EINVAL;
  if (type == TYPE_READ) return 0;
  if (disk.readOnly) return -EROFS;
  return mayWrite(device, m.srcPid) ? 0 : -EBUSY;
}

/** Turns the message's pieces into segments. 0 or -errno */
function addPieces(m: Message, client: Client, request: Request, bytesMax: u32): i32 {
  const pieces = m.unread / BLOCK_PIECE_BYTES;
  if (pieces == 0 || pieces > BLOCK_MAX_PIECES || m.unread % BLOCK_PIECE_BYTES != 0) return -EBADMSG;
  if (request.sectors % pieces != 0) return -EINVAL;
  const bytes = (request.sectors / pieces) << BLOCK_SECTOR_SHIFT;
  const needed = request.type == TYPE_WRITE ? PROT_READ : PROT_WRITE;
  for (let i: u32 = 0; i < pieces; i++) {
    const value = m.readU32();
    const offset = m.readU32();
    const attachment = findAttachment(client, value);
    if (!attachment) return -EBADF;
    if (!(attachment.rights & needed)) return -EPERM;
    if (offset & SECTOR_MASK) return -EINVAL;
    if (<u64>offset + bytes > (<u64>attachment.pages) << PAGE_SHIFT) return -EFAULT;
    request.attachments |= 1 << numberOf(value);
    const addresses = pageAddressesOf(client, numberOf(value));
    if (!addPages(request, addresses, offset, bytes, bytesMax)) return -E2BIG;
  }
  return 0;
}

/** Adds `bytes` bytes from `offset` of an attachment whose pages' physical addresses are given, page by page. */
function addPages(request: Request, addresses: usize, offset: u32, bytes: u32, bytesMax: u32): bool {
  const end = offset + bytes;
  while (offset < end) {
    const inPage = offset & PAGE_MASK;
    const size = min(end - offset, PAGE_SIZE - inPage);
    const page = load<u64>(addresses + ((<usize>(offset >> PAGE_SHIFT)) << 3));
    if (!addSegment(request, page + inPage, size, bytesMax)) return false;
    offset += size;
  }
  return true;
}
