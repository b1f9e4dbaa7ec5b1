// Reads program and library files for the loader, which starts it and which must not wait for the VFS itself. abi/reader.ts is
// what the two say to each other; docs/services/loader.md says why there are two. Ends when the loader will not have it: status 0.

import { EFBIG, EIO } from "../../../abi/errno";
import { S_IFMT, S_IFREG, STAT_BYTES, STAT_MODE, STAT_SIZE } from "../../../abi/file";
import { MAX_PATH, PAGE_SIZE } from "../../../abi/limits";
import { LOADER_READER } from "../../../abi/ops";
import { MAX_PROGRAM_BYTES, READER_FILE } from "../../../abi/reader";
import { SYS_CLOSE, SYS_FSTAT, SYS_MEMORY_DISCARD, SYS_OPEN, SYS_READ, SYS_STAT } from "../../../abi/syscall";
import {
  EPID_LOADER,
  Message,
  PRIORITY_HIGH,
  WINDOW_READ,
  WINDOW_WRITE,
  ipcCallService,
  request,
} from "../../lib/hnx_ipc";
import { syscall } from "../../lib/sys";

const path: usize = memory.data(MAX_PATH, 8);
const record: usize = memory.data(STAT_BYTES, 8);
let file: usize = 0; // room for MAX_PROGRAM_BYTES, got when first needed
let fileSize: u32 = 0; // bytes of it that the next call brings

/** Reads what descriptor `fd` names, of the size that its record says, or less if it became shorter. 0 or -errno */
function readOpened(fd: i32): i32 {
  const status = <i32>syscall(SYS_FSTAT, fd, record, 0, 0, 0, 0);
  if (status < 0 || (load<u32>(record, STAT_MODE) & S_IFMT) != S_IFREG) return status;
  if (load<u64>(record, STAT_SIZE) > MAX_PROGRAM_BYTES) return -EFBIG;
  const size = load<u32>(record, STAT_SIZE);
  while (fileSize < size) {
    const count = <i32>syscall(SYS_READ, fd, file + fileSize, size - fileSize, 0, 0, 0);
    if (count < 0) return count;
    if (count == 0) return -EIO; // written to while we read
    fileSize += count;
  }
  return 0;
}

function readFile(pathSize: u32): i32 {
  if (!file) file = (heap.alloc(MAX_PROGRAM_BYTES + PAGE_SIZE) + PAGE_SIZE - 1) & ~(<usize>PAGE_SIZE - 1);
  const fd = <i32>syscall(SYS_OPEN, path, pathSize, 0, 0, 0, 0);
  if (fd < 0) return fd;
  const status = readOpened(fd);
  syscall(SYS_CLOSE, fd, 0, 0, 0, 0, 0);
  return status;
}

/** What the loader has asked for, into record and file. 0 or -errno. */
function perform(what: u32, pathSize: u32): i32 {
  if (what == READER_FILE) return readFile(pathSize);
  return <i32>syscall(SYS_STAT, path, pathSize, record, 0, 0, 0);
}

/** Copies the path of the answer to `path`. → its size; 0: it lies there already, its size is next. */
function takePath(m: Message): u32 {
  const text = m.readStr();
  const size = text ? <u32>load<u8>(text) : 0;
  if (size == 0) return min(m.readU32(), MAX_PATH);
  memory.copy(path, text + 1, size);
  return size;
}

/** Gives the pages of a file that the loader has taken back to the system. */
function forget(): void {
  const pages = (fileSize + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
  for (let done: u32 = 0; done < pages;) {
    const count = <i32>syscall(SYS_MEMORY_DISCARD, file + done, pages - done, 0, 0, 0, 0);
    if (count <= 0) break;
    done += count;
  }
  fileSize = 0;
}

export function main(): i32 {
  let status = 0;
  while (true) {
    const m = request(LOADER_READER, PRIORITY_HIGH).withU32(-status).withBytes(record, STAT_BYTES);
    m.setWindow(0, <u32>path, MAX_PATH, WINDOW_WRITE).setWindow(1, <u32>file, fileSize, WINDOW_READ);
    if (ipcCallService(EPID_LOADER, m) < 0) return 0;
    const what = m.readU32();
    const pathSize = takePath(m);
    if (fileSize) forget();
    memory.fill(record, 0, STAT_BYTES);
    status = perform(what, pathSize);
  }
}
