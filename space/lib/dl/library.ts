// Opening, using and closing libraries. The loader finds and checks them and maps their code; the memory they need is this program's, got from
// its own allocator and given back to it, and to the system, when they are closed.
//
//   const library = dlopen("/lib/libgreet.so");                  < 0: -errno, dlerror() says why
//   const add = dlsym(library, "add", "(i64, i32) -> i64");      null: dlerror() says why
//   …  dlclose(library);

import { ENAMETOOLONG } from "../../../abi/errno";
import { AREA_ALIGNMENT, MAX_SYMBOL_NAME, PLACE_SIGNATURE } from "../../../abi/library";
import { MAX_INLINE_PATH } from "../../../abi/limits";
import { LOADER_CLOSE, LOADER_ERROR, LOADER_OPEN, LOADER_PLACE } from "../../../abi/ops";
import { SYS_DLSYM, SYS_MEMORY_DISCARD } from "../../../abi/syscall";
import { EPID_LOADER, WINDOW_READ, WINDOW_WRITE, ipcCallService, message, request } from "../hnx_ipc";
import { decodeUtf8 } from "../process/utf8";
import { pathBytes, pathSize } from "../process/process";
import { libraryCall, syscall } from "../sys";
import { LibraryFunction } from "./function";
import { parseSignature } from "./signature";

/** Areas of libraries that are placed, and the blocks of the allocator that they lie in. */
const areas: usize[] = [];
const blocks: usize[] = [];
const placeFrame: usize = memory.data(8, 8);
let problem: string | null = null; // found here, not by the loader

/** Gives the pages of an area to the system; they read as zero from then on. */
function discard(area: usize, size: u32): void {
  for (let done: u32 = 0; done < size;) {
    const count = <i32>syscall(SYS_MEMORY_DISCARD, area + done, size - done, 0, 0, 0, 0);
    if (count > 0) done += count;
    else {
      memory.fill(area + done, 0, size - done); // a kernel that does not know how
      return;
    }
  }
}

function sizeOfBlock(i: i32): u32 {
  return load<u32>(blocks[i]);
}

/** A zeroed area of `size` bytes. Out of memory is a trap, as with every allocation. */
function newArea(size: u32): usize {
  const block = heap.alloc(size + 2 * AREA_ALIGNMENT);
  store<u32>(block, size);
  const area = (block + sizeof<u32>() + AREA_ALIGNMENT - 1) & ~(<usize>AREA_ALIGNMENT - 1);
  areas.push(area);
  blocks.push(block);
  discard(area, size);
  return area;
}

function freeArea(area: usize): void {
  const i = areas.indexOf(area);
  if (i < 0) return;
  discard(area, sizeOfBlock(i));
  heap.free(blocks[i]);
  areas.splice(i, 1);
  blocks.splice(i, 1);
}

/** Asks the loader for the library at `path`. → handle and, in the message, the first area wanted; or -errno */
function askFor(path: string): i32 {
  const name = pathBytes(path);
  if (!name) return -ENAMETOOLONG;
  const m = request(LOADER_OPEN);
  if (pathSize <= MAX_INLINE_PATH && pathSize > 0) m.withStr(name, pathSize);
  else
    m.withStr(0, 0)
      .withU32(pathSize)
      .setWindow(0, <u32>name, pathSize, WINDOW_READ);
  return ipcCallService(EPID_LOADER, m) < 0 ? message().code : <i32>message().value;
}

/** Places what the loader still wants placed, the first area being of `size` bytes. 0 or -errno */
function placeAll(handle: i32, size: u32): i32 {
  while (size) {
    const area = newArea(size);
    const m = request(LOADER_PLACE)
      .withU32(handle)
      .withU32(<u32>area);
    m.setWindow(0, <u32>area, size, WINDOW_WRITE);
    const status = ipcCallService(EPID_LOADER, m);
    if (status < 0) {
      freeArea(area);
      return status;
    }
    const entry = <u64>message().value;
    size = message().readU32();
    store<u64>(placeFrame, area);
    libraryCall(entry, PLACE_SIGNATURE, placeFrame);
  }
  return 0;
}

/** Opens the library at `path`, with all that it needs. → handle > 0, the same while it is open; or -errno: see dlerror() */
export function dlopen(path: string): i32 {
  problem = null;
  const handle = askFor(path);
  if (handle < 0) return handle;
  const status = placeAll(handle, message().readU32());
  if (status >= 0) return handle;
  const reason = dlerror();
  dlclose(handle);
  problem = reason;
  return status;
}

/** The function `name` of an open library, if its signature is that. null: see dlerror() */
export function dlsym(handle: i32, name: string, signature: string): LibraryFunction | null {
  const word = parseSignature(signature);
  problem = word ? null : `"${signature}" is no signature`;
  if (!word) return null;
  const bytes = pathBytes(name);
  if (!bytes || pathSize > MAX_SYMBOL_NAME) {
    problem = `a name of more than ${MAX_SYMBOL_NAME} bytes`;
    return null;
  }
  const entry = syscall(SYS_DLSYM, handle, bytes, pathSize, word, 0, 0);
  return entry < 0 ? null : new LibraryFunction(entry, word);
}

/** Closes a library once. When that was the last time, its code goes, and its memory, and what only it needed. 0 or -errno */
export function dlclose(handle: i32): i32 {
  problem = null;
  const status = ipcCallService(EPID_LOADER, request(LOADER_CLOSE).withU32(handle));
  if (status < 0) return status;
  const closed: u32[] = [];
  while (message().unread) closed.push(message().readU32());
  for (let i = 0; i < closed.length; i++) freeArea(closed[i]);
  return 0;
}

/** Why the last of these calls that failed did so, in words; "" when nobody can tell more than the errno does. */
export function dlerror(): string {
  const own = problem;
  if (own !== null) return own;
  if (ipcCallService(EPID_LOADER, request(LOADER_ERROR)) < 0) return "the loader does not answer";
  const text = message().readStr();
  return text ? decodeUtf8(text + 1, load<u8>(text)) : "";
}
