// Requests that must be refused, each with its errno, and nothing harmed: a good one after each group still works.

import { BLOCK_MAX_ATTACHMENTS, BLOCK_MAX_SECTORS } from "../../../abi/block";
import {
  E2BIG,
  EBADF,
  EBADMSG,
  EBUSY,
  EEXIST,
  EFAULT,
  EINVAL,
  EMFILE,
  ENODEV,
  ENOENT,
  ENXIO,
  EPERM,
} from "../../../abi/errno";
import { PROT_READ } from "../../../abi/program";
import {
  BLOCK_ATTACH,
  BLOCK_CONNECT,
  BLOCK_DESCRIBE,
  BLOCK_FIND,
  BLOCK_READ,
  BLOCK_WRITE,
} from "../../../abi/ops";
import { SYS_OBJECT_CLOSE, SYS_OBJECT_CREATE, SYS_OBJECT_REVOKE } from "../../../abi/syscall";
import {
  BlockDevice,
  attachMemory,
  blockRequest,
  claimDevice,
  connectCompletions,
  describeDevice,
  detachMemory,
  findDevice,
  readSectors,
  writeSectors,
} from "../../lib/block";
import { println } from "../../lib/console";
import { EPID_BLOCK, ipcCallService, request } from "../../lib/hnx_ipc";
import { syscall } from "../../lib/sys";
import { SharedMemory } from "./shared_memory";

const PAGES: u32 = 2;
const BYTES: u32 = 8192;
const UNKNOWN: u32 = 12345;

export let checked: u32 = 0;
export let wrong: u32 = 0;

function expect(what: string, result: i64, wanted: i32): void {
  checked++;
  if (result == wanted) return;
  wrong++;
  println(`selftest-block: ${what}: ${result}, not ${wanted}`);
}

function stretches(device: BlockDevice, memory: SharedMemory): void {
  const id = device.id;
  const a = memory.attachment;
  expect("no such device", readSectors(UNKNOWN, 0, 1, a, 0), -ENODEV);
  expect("no sectors", readSectors(id, 0, 0, a, 0), -EINVAL);
  expect("too many sectors", readSectors(id, 0, BLOCK_MAX_SECTORS + 1, a, 0), -E2BIG);
  expect("all sectors there are", readSectors(id, 0, u32.MAX_VALUE, a, 0), -E2BIG);
  expect("beyond the end", readSectors(id, device.sectors, 1, a, 0), -ENXIO);
  expect("over the end", readSectors(id, device.sectors - 1, 2, a, 0), -ENXIO);
  expect("round the end of numbers", readSectors(id, u64.MAX_VALUE, 2, a, 0), -ENXIO);
  expect("the last sector", readSectors(id, device.sectors - 1, 1, a, 0), 0);
}

function pieces(device: BlockDevice, memory: SharedMemory): void {
  const id = device.id;
  const a = memory.attachment;
  expect("no such attachment", readSectors(id, 0, 1, a + 1, 0), -EBADF);
  expect("an attachment's other generation", readSectors(id, 0, 1, a + 16, 0), -EBADF);
  expect("offset inside a sector", readSectors(id, 0, 1, a, 4), -EINVAL);
  expect("offset behind the memory", readSectors(id, 0, 1, a, BYTES), -EFAULT);
  expect("over the end of the memory", readSectors(id, 0, 2, a, BYTES - 512), -EFAULT);
  expect("offset round the end of numbers", readSectors(id, 0, 2, a, 0xfffffe00), -EFAULT);
  expect("the memory's last sector", readSectors(id, 0, 1, a, BYTES - 512), 0);
  expect("no piece", blockRequest(BLOCK_READ, id, 0, 1).call(), -EBADMSG);
  const half = request(BLOCK_READ).withU32(id).withU32(1).withU64(0).withU64(0).withU32(a);
  expect("half a piece", ipcCallService(EPID_BLOCK, half), -EBADMSG);
  expect("a short message", ipcCallService(EPID_BLOCK, request(BLOCK_WRITE).withU32(id)), -EBADMSG);
  const three = blockRequest(BLOCK_READ, id, 0, 4).piece(a, 0).piece(a, 512).piece(a, 1024);
  expect("four sectors in three pieces", three.call(), -EINVAL);
  const two = blockRequest(BLOCK_READ, id, 0, 4).piece(a, 4096).piece(a, 0);
  expect("four sectors in two pieces", two.call(), 0);
}

function attachments(device: BlockDevice, memory: SharedMemory): void {
  expect("attach without a grant", ipcCallService(EPID_BLOCK, request(BLOCK_ATTACH).withU32(1)), -EINVAL);
  expect("connect without a grant", ipcCallService(EPID_BLOCK, request(BLOCK_CONNECT)), -EINVAL);
  expect("connect an endpoint of others", connectCompletions(EPID_BLOCK), -EPERM);
  expect("attach what is not there", attachMemory(UNKNOWN, 1), -ENXIO);
  expect("attach twice", attachMemory(memory.object, PAGES), -EEXIST);
  const readable = new SharedMemory();
  expect("attach for reading", readable.create(PAGES, PROT_READ), 0);
  expect("disk to memory without the right", readSectors(device.id, 0, 1, readable.attachment, 0), -EPERM);
  expect("detach", detachMemory(readable.attachment), 0);
  expect("detach twice", detachMemory(readable.attachment), -EBADF);
  expect("use what is detached", readSectors(device.id, 0, 1, readable.attachment, 0), -EBADF);
  expect("attach more pages than there are", attachMemory(readable.object, PAGES + 1), -EINVAL);
  expect("attach none", attachMemory(readable.object, 0), -EINVAL);
  const closed = attachMemory(readable.object, PAGES);
  expect("attach again", closed >= 0, 1);
  expect("revoke what is attached", syscall(SYS_OBJECT_REVOKE, readable.object, 0, 0, 0, 0, 0), 0);
  expect("close what is attached", syscall(SYS_OBJECT_CLOSE, readable.object, 0, 0, 0, 0, 0), 0);
  expect("detach what is closed", detachMemory(<u32>closed), 0);
  expect("read after that", readSectors(device.id, 0, 1, memory.attachment, 0), 0);
}

/** Attaches one-page objects until there is no number for one more. */
function limits(): void {
  let last: i64 = 0;
  for (let count: u32 = 0; count <= BLOCK_MAX_ATTACHMENTS && last >= 0; count++) {
    last = attachMemory(<u32>syscall(SYS_OBJECT_CREATE, 1, 0, 0, 0, 0, 0), 1);
  }
  expect("attach without end", last, -EMFILE);
}

function devices(device: BlockDevice): void {
  const other = new BlockDevice();
  expect("describe what is not there", describeDevice(UNKNOWN, other), -ENODEV);
  expect("find what is not there", findDevice("sda", other), -ENOENT);
  expect("find nothing", findDevice("", other), -ENOENT);
  expect("a short describe", ipcCallService(EPID_BLOCK, request(BLOCK_DESCRIBE)), -EBADMSG);
  expect(
    "a name without end",
    ipcCallService(EPID_BLOCK, request(BLOCK_FIND).withU32(0x6464_64ff)),
    -EBADMSG,
  );
  expect("claim what is not there", claimDevice(UNKNOWN, true), -ENODEV);
  expect("claim", claimDevice(device.id, true), 0);
  expect("claim twice", claimDevice(device.id, true), 0);
  expect("let go", claimDevice(device.id, false), 0);
}

/** Tries everything on `device`, which is writable. */
export function tryHostile(device: BlockDevice): void {
  const memory = new SharedMemory();
  expect("attach", memory.create(PAGES), 0);
  devices(device);
  stretches(device, memory);
  pieces(device, memory);
  attachments(device, memory);
  limits();
  expect("write after all that", writeSectors(device.id, 0, 1, memory.attachment, 0), 0);
  expect("nothing is busy", detachMemory(memory.attachment) == -EBUSY, 0);
}
