// Libraries once they are open: LOADER_PLACE, SYM and CLOSE (abi/library.ts). The caller's memory is filled in through its window; its code
// area is the kernel's to map (library_map), in the name of the call that is held.
//
//   LOADER_PLACE   u32 handle, u32 area · window 0: the area   → place entry, u32 size of the next area
//   LOADER_SYM     u32 handle, u64 signature, str name         → entry
//   LOADER_CLOSE   u32 handle                                  → u32 areas …

import { EBADF, EBADMSG, EBUSY, EFAULT, EINVAL, ENOENT } from "../../../abi/errno";
import { AREA_ALIGNMENT, LIBRARY_HEADER_SIZE } from "../../../abi/library";
import { MAX_COPY_SLICE } from "../../../abi/limits";
import { SYS_LIBRARY_MAP, SYS_LIBRARY_UNMAP } from "../../../abi/syscall";
import { Message, doneWithData, failed, message, msgWrite } from "../../lib/hnx_ipc";
import { LibraryImage } from "../../lib/loader";
import { syscall } from "../../lib/sys";
import { findExport } from "./closure";
import { faultFor } from "./fault_text";
import { Instance, freeInstance, nextUnplaced, opened } from "./instances";
import { Library } from "./libraries";
import { writeSignature } from "./signature_text";

const AREA_WINDOW: u32 = 0;
const slice: usize = heap.alloc(MAX_COPY_SLICE); // of an area, while it is filled in
let relocated: u32 = 0; // relocations that are done

function putSlice(token: u64, offset: u32, size: u32): i32 {
  const written = size ? msgWrite(token, AREA_WINDOW, offset, slice, size) : 0;
  if (written < 0) return written;
  return <u32>written == size ? 0 : -EFAULT;
}

/** The addresses of what the library imports, at the start of its area. 0 or -errno */
function putImports(instance: Instance, token: u64): i32 {
  const image = instance.library.image;
  for (let i: u32 = 0; i < image.imports; i++) {
    const wanted = image.import(i);
    const other = instance.need(<u32>wanted.entry);
    const found = findExport(other.library, image.text(wanted.name), wanted.length)!; // closure.ts has checked
    store<u64>(slice + ((<usize>i) << 3), other.text + found.entry);
  }
  return putSlice(token, 0, image.imports << 3);
}

/** Adds the area's address to the words of [offset, offset + size) of the static data, which are in `slice`. */
function relocateSlice(image: LibraryImage, area: u32, offset: u32, size: u32): void {
  for (; relocated < image.relocations; relocated++) {
    const at = image.relocation(relocated);
    if (at >= offset + size) return;
    store<u32>(slice + (at - offset), load<u32>(slice + (at - offset)) + area);
  }
}

/** The static data, with the area's address added where it belongs. 0 or -errno */
function putData(image: LibraryImage, area: u32, token: u64): i32 {
  relocated = 0;
  for (let done: u32 = 0; done < image.staticSize;) {
    const size = min(image.staticSize - done, MAX_COPY_SLICE); // a multiple of 4 but for the last, so no word is cut
    memory.copy(slice, image.staticData + done, size);
    relocateSlice(image, area, done, size);
    const status = putSlice(token, LIBRARY_HEADER_SIZE + done, size);
    if (status < 0) return status;
    done += size;
  }
  return 0;
}

/** LOADER_PLACE. */
export function placeLibrary(m: Message): i64 {
  const root = opened(m.srcPid, m.readU32());
  const area = m.readU32();
  const token = m.msgId;
  if (!m.ok || m.unread) return failed(EBADMSG);
  if (root === null) return failed(EBADF);
  const instance = nextUnplaced(root);
  if (instance === null || !area || area % AREA_ALIGNMENT != 0) return failed(EINVAL);
  const library = instance.library;
  let status = putImports(instance, token);
  if (status >= 0) status = putData(library.image, area, token);
  if (status < 0) return failed(-status);
  const floating = library.image.usesFloatingPoint;
  const text = syscall(
    SYS_LIBRARY_MAP,
    token,
    library.object,
    library.textPages,
    library.dataPages,
    floating,
    0,
  );
  if (text < 0) {
    faultFor(root.pid).bytes(library.name, library.nameLength).text(": the process has no room for its code");
    return failed(-(<i32>text));
  }
  instance.text = text;
  instance.area = area;
  const next = nextUnplaced(root);
  message()
    .beginReply()
    .withU32(next === null ? 0 : next.library.image.areaSize);
  return doneWithData(text + library.image.place);
}

function refuseSymbol(pid: u32, library: Library, name: usize, length: u32, meant: u64): i64 {
  const fault = faultFor(pid).bytes(library.name, library.nameLength);
  const found = findExport(library, name, length);
  if (found === null) {
    fault.text(" has no function ").bytes(name, length);
    return failed(ENOENT);
  }
  writeSignature(fault.text(": ").bytes(name, length).text(" is "), found.signature);
  writeSignature(fault.text(", not "), meant);
  return failed(EINVAL);
}

/** LOADER_SYM. */
export function findSymbol(m: Message): i64 {
  const pid = m.srcPid;
  const instance = opened(pid, m.readU32());
  const signature = m.readU64();
  const name = m.readStr();
  if (!m.ok || m.unread) return failed(EBADMSG);
  if (instance === null) return failed(EBADF);
  const length = <u32>load<u8>(name);
  const symbol = findExport(instance.library, name + 1, length);
  if (symbol === null || symbol.signature != signature)
    return refuseSymbol(pid, instance.library, name + 1, length, signature);
  if (!instance.text) {
    faultFor(pid).bytes(instance.library.name, instance.library.nameLength).text(" is not placed yet");
    return failed(EBUSY);
  }
  message().beginReply();
  return doneWithData(instance.text + symbol.entry);
}

/** Takes an instance that nobody uses out of its process, and what only it needed; appends their areas to the answer. */
function unload(instance: Instance, token: u64): void {
  if (instance.opens || instance.users) return;
  if (instance.text) {
    syscall(SYS_LIBRARY_UNMAP, token, instance.text, 0, 0, 0, 0);
    message().withU32(instance.area);
  }
  for (let i: u32 = 0; i < instance.needs; i++) {
    const other = instance.need(i);
    other.users -= 1;
    unload(other, token);
  }
  freeInstance(instance);
}

/** LOADER_CLOSE. */
export function closeLibrary(m: Message): i64 {
  const instance = opened(m.srcPid, m.readU32());
  const token = m.msgId;
  if (!m.ok || m.unread) return failed(EBADMSG);
  if (instance === null) return failed(EBADF);
  instance.opens -= 1;
  message().beginReply();
  unload(instance, token);
  return doneWithData(0);
}
